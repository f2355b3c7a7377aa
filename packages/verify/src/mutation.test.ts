import { expect, test } from 'vitest';
import { implementation } from '#crypto';
import { intelCase } from '../../../tools/intel-cases.ts';
import { describeWithVectors, vector, vectorText } from '../../../tools/vectors-in-tests.ts';
import { authenticate } from './authenticate.ts';
import { utf8 } from './codec/text.ts';
import { confidentialSpace } from './confidential-space/index.ts';
import type { DcapCollateral, RawEndorsements } from './endorsements/raw.ts';
import { sgx } from './sgx/index.ts';
import { snp } from './snp/index.ts';
import { tdx } from './tdx/index.ts';
import type { Verdict } from './verdict/verdict.ts';

type Files = Readonly<Record<string, Uint8Array>>;

/** Evidence with its endorsements as files, any of which may be hit. */
interface Specimen {
  readonly name: string;
  readonly files: Files;
  /** Unix seconds. */
  readonly time: number;
  readonly endorsementsOf: (files: Files) => RawEndorsements;
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

function intel(name: string): Specimen {
  const { quote, collateral, time } = intelCase(name);
  const members = Object.entries(collateral).flatMap(([member, value]: [string, string | Uint8Array | undefined]) =>
    value === undefined ? [] : [[member, typeof value === 'string' ? utf8(value) : value] as const],
  );
  const endorsementsOf = ({ evidence: _, tcbInfo, qeIdentity, ...rest }: Files): RawEndorsements => ({
    dcap: { ...(rest as DcapCollateral), tcbInfo: text(tcbInfo), qeIdentity: text(qeIdentity) },
  });
  return { name, files: { evidence: quote, ...Object.fromEntries(members) }, time, endorsementsOf };
}

function amd(name: string, leaf: 'vcek' | 'vlek'): Specimen {
  const file = (named: string): Uint8Array => vector(`${name}/${named}`);
  const { expected } = JSON.parse(vectorText(`${name}/meta.json`)) as { expected: { time: number } };
  return {
    name,
    files: {
      evidence: file('report.bin'),
      vek: file(`${leaf}.der`),
      ask: file('ask.der'),
      ark: file('ark.der'),
      crl: file('arkCrl.der'),
    },
    time: expected.time,
    endorsementsOf: ({ evidence: _, ...members }) => ({ snp: members }),
  };
}

const token = (): Specimen => ({
  name: 'confidential-space',
  files: { evidence: vector('confidential-space/valid.jwt') },
  time: 1_750_688_600,
  endorsementsOf: () => ({}),
});

const SPECIMENS: readonly (readonly [name: string, share: number, make: () => Specimen])[] = [
  ...[
    'sgx-v3-00a067110000-proc-f8b81014',
    'sgx-v3-00606a000000-plat-268c0681',
    'sgx-v3-00906ed50000-proc-3346527d',
  ].map((name) => [name, 0.13, () => intel(name)] as const),
  ...['tdx-v4-00806f050000-3bffae89', 'tdx-v4-50806f000000-12b401a8', 'tdx-v5-90c06f000000-d21a11db'].map(
    (name) => [name, 0.13, () => intel(name)] as const,
  ),
  ['snp-v5-genoa-vcek-6d1ceffa', 0.09, () => amd('snp-v5-genoa-vcek-6d1ceffa', 'vcek')],
  ['snp-v3-milan-vlek-decdab94', 0.08, () => amd('snp-v3-milan-vlek-decdab94', 'vlek')],
  ['confidential-space', 0.05, token],
];

function judge({ time, endorsementsOf }: Specimen, files: Files): Promise<Verdict> {
  const { evidence = new Uint8Array(0) } = files;
  const now = new Date(time * 1000);
  return authenticate(evidence, { tees: [sgx, tdx, snp, confidentialSpace], now, endorsements: endorsementsOf(files) });
}

const meaning = ({ layers, claims, tcb, validity, simulated }: Verdict): string =>
  JSON.stringify([layers.authentic, claims, tcb, validity, simulated]);

/** One place that may differ without changing what the files mean. */
interface Unsigned {
  readonly reason: string;
  readonly is: (place: { file: string; at: number; before: number; after: number; bytes: Uint8Array }) => boolean;
}

const BLANK = [0x00, 0x09, 0x0a, 0x0d, 0x20];

/** Every place that nothing signs. Whatever else is accepted is a forgery. */
const UNSIGNED: readonly Unsigned[] = [
  {
    reason: 'A digit of the hexadecimal signature in the other case: the same number.',
    is: ({ file, at, before, after, bytes }) => {
      const signature = /"signature":"([0-9a-f]{128})"/i.exec(text(bytes));
      const from = (signature?.index ?? Number.NaN) + '"signature":"'.length;
      const inside = at >= from && at < from + 128;
      return (
        /tcbInfo|qeIdentity/.test(file) &&
        inside &&
        (before ^ after) === 0x20 &&
        /[a-f]/i.test(String.fromCharCode(before))
      );
    },
  },
  {
    reason: 'White space around the lines of a PEM chain, and the NUL after the one in a quote.',
    is: ({ file, before, after }) => /Chain$|^evidence$/.test(file) && BLANK.includes(before) && BLANK.includes(after),
  },
];

/** A generator of 32-bit numbers, the same in every runtime (xorshift32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** 20,000 flips in Node; fewer where each verification takes longer. */
const FLIPS = implementation === 'node' ? 20_000 : 400;

describeWithVectors('random flips over evidence and endorsements', () => {
  test.each(SPECIMENS)('%s: none is accepted that changes meaning', async (name, share, make) => {
    const specimen = make();
    const genuine = await judge(specimen, specimen.files);
    expect(genuine.layers.authentic).toBe('pass');
    const next = numbersFrom(utf8(name).reduce((seed, byte) => (seed * 31 + byte) >>> 0, 7));
    const names = Object.keys(specimen.files);
    const wrong: string[] = [];
    for (let count = Math.ceil(FLIPS * share); count > 0; count -= 1) {
      const file = names[next() % names.length] ?? '';
      const bytes = specimen.files[file] ?? new Uint8Array(1);
      const [at, bit] = [next() % bytes.length, next() & 7];
      const before = bytes[at] ?? 0;
      const after = before ^ (1 << bit);
      const verdict = await judge(specimen, { ...specimen.files, [file]: bytes.with(at, after) });
      if (verdict.layers.authentic !== 'pass') continue;
      const place = `${file} byte ${at} bit ${bit}`;
      if (meaning(verdict) !== meaning(genuine)) wrong.push(`${place} changes meaning`);
      else if (!UNSIGNED.some(({ is }) => is({ file, at, before, after, bytes }))) wrong.push(`${place} is not signed`);
    }
    expect(wrong).toEqual([]);
  });

  test('the shares make a whole', () => {
    expect(SPECIMENS.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(UNSIGNED.every(({ reason }) => reason.length > 0)).toBe(true);
  });
});
