import { expect, test } from 'vitest';
import { implementation } from '#crypto';
import { type IntelCase, intelCase, intelCaseNames } from '../../../../tools/intel-cases.ts';
import { describeWithVectors } from '../../../../tools/vectors-in-tests.ts';
import { authenticate } from '../authenticate.ts';
import type { Endorsements } from '../endorsements/handle.ts';
import { sgx } from '../sgx/index.ts';
import { tdx } from '../tdx/index.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { dcapEndorsements } from './endorsements.ts';

/** The checks of which one must refuse a flipped bit, by the region of the quote it lies in. */
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  header: [
    'dcap.quote.version',
    'dcap.quote.key-type',
    'dcap.quote.tee-type',
    'dcap.quote.vendor',
    'dcap.quote.signature',
    // Version 4 read as 5 has another body, 5 read as 4 another place for its signature data.
    'dcap.quote.body',
    'dcap.quote.auth-data',
  ],
  bodyDescriptor: ['dcap.quote.body'],
  body: ['dcap.quote.signature'],
  authDataLen: ['dcap.quote.auth-data'],
  quoteSignature: ['dcap.quote.signature'],
  attestationKey: ['dcap.quote.attestation-key', 'dcap.qe-report.binding'],
  outerCertHeader: ['dcap.quote.auth-data'],
  qeReport: ['dcap.qe-report.signature'],
  qeReportSignature: ['dcap.qe-report.signature'],
  qeAuthLen: ['dcap.quote.auth-data'],
  qeAuth: ['dcap.qe-report.binding'],
  certHeader: ['dcap.quote.auth-data', 'dcap.quote.certification', 'dcap.pck.chain'],
  certData: [
    'dcap.pck.chain',
    'dcap.pck.form',
    'dcap.pck.issuer',
    'dcap.pck.ca-form',
    'dcap.pck.ca-signature',
    'dcap.pck.signature',
  ],
};

/** Parts that nothing signs, which only say where others end. */
const LENGTHS = { authDataLen: 4, qeAuthLen: 2 } as const;

type Regions = Readonly<Record<string, readonly [offset: number, length: number]>>;

/** Where each part lies, by walking the format. */
function regionsOf(quote: Uint8Array): Regions {
  const view = new DataView(quote.buffer, quote.byteOffset);
  const version = view.getUint16(0, true);
  const body = version === 5 ? view.getUint32(50, true) : quote[4] === 0 ? 384 : 584;
  const regions: Record<string, readonly [number, number]> = {};
  let offset = 0;
  const add = (name: string, length: number): void => {
    regions[name] = [offset, length];
    offset += length;
  };
  add('header', 48);
  if (version === 5) add('bodyDescriptor', 6);
  add('body', body);
  add('authDataLen', LENGTHS.authDataLen);
  add('quoteSignature', 64);
  add('attestationKey', 64);
  if (version > 3) add('outerCertHeader', 6);
  add('qeReport', 384);
  add('qeReportSignature', 64);
  add('qeAuthLen', LENGTHS.qeAuthLen);
  add('qeAuth', view.getUint16(offset - LENGTHS.qeAuthLen, true));
  add('certHeader', 6);
  add('certData', view.getUint32(offset - 4, true));
  return regions;
}

/** All whose PCK certificate is at hand; some are refused anyway, but not by these checks. */
const certified = intelCaseNames(/^(sgx|tdx|synth)-/)
  .map(intelCase)
  .filter(({ meta, collateral }) => meta.quote.certType === 5 || collateral.pckCertChain !== undefined);

const handleOf = ({ collateral, roots }: IntelCase): Promise<Endorsements> =>
  dcapEndorsements.authenticate({ dcap: collateral }, { roots, source: 'caller' });

const judge = (quote: Uint8Array, { time }: IntelCase, endorsements: Endorsements): Promise<Verdict> =>
  authenticate(quote, { tees: [sgx, tdx], now: new Date(time * 1000), endorsements, allowSimulated: true });

const flip = (bytes: Uint8Array, at: number, bit: number): Uint8Array => bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit));
const meaning = ({ layers, claims, tcb, validity }: Verdict): string =>
  JSON.stringify([layers.authentic, claims, tcb, validity]);

/**
 * The bytes of a quote that may differ without changing its meaning, for nothing signs them: white space between the
 * lines of a PEM chain, and the NUL that may end it.
 */
function mayDiffer(region: string, before: number | undefined, after: number | undefined): boolean {
  const blank = (byte: number | undefined): boolean =>
    byte !== undefined && [0x00, 0x09, 0x0a, 0x0d, 0x20].includes(byte);
  return region === 'certData' && blank(before) && blank(after);
}

/** Flips bits one at a time; returns what went wrong, in words. */
async function flipAll(
  one: IntelCase,
  regions: Regions,
  bitsOf: (at: number) => readonly number[],
): Promise<readonly string[]> {
  const handle = await handleOf(one);
  const genuine = meaning(await judge(one.quote, one, handle));
  const wrong: string[] = [];
  for (const [region, [offset, length]] of Object.entries(regions)) {
    for (let at = offset; at < offset + length; at += 1) {
      for (const bit of bitsOf(at)) {
        const changed = flip(one.quote, at, bit);
        const verdict = await judge(changed, one, handle);
        const failed = verdict.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
        const refused = verdict.layers.authentic === 'fail' && failed.some((id) => REGIONS[region]?.includes(id));
        const harmless = mayDiffer(region, one.quote[at], changed[at]) && meaning(verdict) === genuine;
        if (!refused && !harmless)
          wrong.push(`${region} byte ${at - offset} bit ${bit}: ${failed.join(' ') || 'accepted'}`);
      }
    }
  }
  return wrong;
}

/** In Node every byte; where each verification takes longer, one in many. */
const EVERY = implementation === 'node' ? 1 : 61;
const oneBit = (at: number): readonly number[] => (at % EVERY === 0 ? [(at * 5 + (at >> 3)) & 7] : []);
const everyBit = (at: number): readonly number[] => (EVERY === 1 ? [0, 1, 2, 3, 4, 5, 6, 7] : oneBit(at));

describeWithVectors('one flipped bit', () => {
  test.each(certified)('in any byte of $name is refused by a check of its region', async (one) => {
    const { certData, ...rest } = regionsOf(one.quote);
    if (one.meta.regions !== undefined) expect({ ...rest, certData }).toEqual(one.meta.regions);
    // A chain that the caller gives comes first: the quote's own is not looked at.
    const regions = one.collateral.pckCertChain === undefined && certData ? { ...rest, certData } : rest;
    expect(await flipAll(one, regions, oneBit)).toEqual([]);
  });

  test.each(['sgx-v3-00a067110000-proc-f8b81014', 'tdx-v4-00806f050000-3bffae89'])(
    'in header or body of %s is refused, whichever it is',
    async (name) => {
      const one = intelCase(name);
      const [header, ...others] = Object.entries(regionsOf(one.quote));
      const body = others.find(([region]) => region === 'body');
      if (header === undefined || body === undefined) throw new Error('no regions');
      expect(await flipAll(one, Object.fromEntries([header, body]), everyBit)).toEqual([]);
    },
  );

  test.each(['sgx-v3-00606a000000-plat-1cc40342', 'tdx-v5-90c06f000000-d21a11db'])(
    'in the lengths, types and signatures of %s is refused, whichever it is',
    async (name) => {
      const one = intelCase(name);
      const { header, body, certData, qeReport, ...rest } = regionsOf(one.quote);
      expect(await flipAll(one, rest, everyBit)).toEqual([]);
    },
  );
});

describeWithVectors('what may differ in a quote', () => {
  const name = 'sgx-v3-00a067110000-proc-f8b81014';
  const changed = async (change: (quote: Uint8Array) => Uint8Array): Promise<readonly [string, string, Verdict]> => {
    const one = intelCase(name);
    const handle = await handleOf(one);
    const verdict = await judge(change(one.quote), one, handle);
    return [meaning(await judge(one.quote, one, handle)), meaning(verdict), verdict];
  };

  test('the NUL at the end of its PEM chain', async () => {
    const [before, after] = await changed((quote) => flip(quote, quote.length - 1, 5));
    expect(after).toBe(before);
  });

  test('bytes after it: counted, and reported unless they are zero', async () => {
    for (const byte of [0, 1]) {
      const [before, after, verdict] = await changed((quote) => Uint8Array.of(...quote, byte, byte, byte));
      expect(after).toBe(before.replace('"trailingBytes":0', '"trailingBytes":3'));
      const trailing = verdict.checks.find(({ id }) => id === 'dcap.quote.trailing');
      expect([verdict.layers.authentic, trailing?.outcome]).toEqual(['pass', byte === 0 ? 'pass' : 'warn']);
    }
  });

  test('and nothing else: one certificate is no chain, though it is the same data', async () => {
    const [, , verdict] = await changed((quote) => flip(quote, regionsOf(quote).certHeader?.[0] ?? 0, 0));
    const failed = verdict.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
    expect(failed).toEqual(['dcap.pck.chain']);
  });
});
