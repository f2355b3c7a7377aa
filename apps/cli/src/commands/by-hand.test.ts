import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { exhibitFolder } from '../../../../tools/demo-folder.ts';
import { describeWithVectors, vector, vectors } from '../../../../tools/vectors-in-tests.ts';

// Ways of looking at evidence that the documents of other systems describe step by step.

const NAMES = Object.keys(vectors).flatMap((path) => /^(tdx-v4-.*)\/quote\.bin$/.exec(path)?.[1] ?? []);

/** Where the parts of a version 4 quote lie: offset and length in bytes. */
const REGISTERS = {
  mrtd: [184, 48],
  rtmr0: [376, 48],
  rtmr1: [424, 48],
  rtmr2: [472, 48],
  rtmr3: [520, 48],
  reportData: [568, 64],
} as const;

describeWithVectors('a TDX quote of version 4', () => {
  test.each(NAMES)('%s: inspect shows registers and report data where they lie', async (name) => {
    const quote = vector(`${name}/quote.bin`);
    const { output } = await assayHere(['inspect', '-', '--json'], { stdin: async () => quote });
    const { evidence } = JSON.parse(output).content;
    expect([evidence.version, evidence.attestationKeyType, evidence.teeType]).toEqual([4, 2, 0x81]);
    const hex = (offset: number, length: number): string =>
      Buffer.from(quote.subarray(offset, offset + length)).toString('hex');
    const lie = Object.entries(REGISTERS).map(([register, [offset, length]]) => [register, hex(offset, length)]);
    expect(evidence.report).toMatchObject(Object.fromEntries(lie));
  });
});

test('the hash of an answer of /info is compared with report data, by the profile that the caller names', async () => {
  const info = '{"version":"1.0.0","name":"app","build_info":null}';
  const reportData = new Uint8Array(64);
  reportData.set(createHash('sha256').update(info).digest());
  await using td = await exhibitFolder({ quote: { body: 'td10', report: { reportData } } });
  await td.write({
    'info.json': info,
    'other.json': `${info}\n`,
    'policy.yaml': 'identity: any\nfreshness: any\n',
  });
  const judged = async (profile: string, payload: string) => {
    const options = ['--policy', td.path('policy.yaml'), '--profile', profile, '--payload', td.path(payload)];
    const { exit, output } = await assayHere(['verify', td.path('quote.bin'), ...td.trust, ...options, '--json']);
    const checks: readonly { readonly id: string; readonly outcome: string }[] = JSON.parse(output).checks;
    return [exit, checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)];
  };
  expect(await judged('sha256-info', 'info.json')).toEqual([0, []]);
  // One byte more is another answer; and by the deployed service's rule these bytes would stand there unhashed.
  expect(await judged('sha256-info', 'other.json')).toEqual([1, ['binding.subject']]);
  expect(await judged('oauth3-info', 'info.json')).toEqual([1, ['binding.subject']]);
});
