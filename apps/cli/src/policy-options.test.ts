import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Io } from './io.ts';
import { type PolicyFlags, policyOf } from './policy-options.ts';

const MRTD = 'ab'.repeat(48);
const io: Io = {
  stdin: async () => undefined,
  ...{ stdout: () => {}, stderr: () => {}, now: () => new Date(0), env: {}, columns: 80, colour: false },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function policy(flags: Partial<PolicyFlags>, file?: string) {
  const path = join(folder, 'policy.yaml');
  if (file !== undefined) await writeFile(path, file);
  return policyOf({ raw: false, ...flags, ...(file !== undefined && { policy: path }) }, io);
}

test('without options everything has its strict default', async () => {
  expect(await policy({})).toEqual({});
});

test.each([
  ['YAML', `identity: any # aloud\ntcb:\n  accept: [UpToDate, SWHardeningNeeded]\n`],
  ['JSON', '{"identity":"any","tcb":{"accept":["UpToDate","SWHardeningNeeded"]}}'],
])('a policy in %s', async (_form, file) => {
  expect(await policy({}, file)).toEqual({ identity: 'any', tcb: { accept: ['UpToDate', 'SWHardeningNeeded'] } });
});

test.each([
  ['an unknown key', 'identiy: any', 'identiy'],
  ['a key twice', 'identity: any\nidentity: any', 'unique'],
  ['what is no YAML', 'a: [', '--policy'],
  ['an alias', 'tcb: &a {graceDays: 1}\nsnp: *a', 'aliases are not allowed'],
  ['aliases that unfold', `a: &a [1]\nb: &b [*a,*a]\nc: [*b,*b]`, 'aliases are not allowed'],
  ['nothing', '', 'policy'],
  ['a list', '[]', 'policy'],
  ['an empty expectation', 'releases: [{name: x, measurements: {}}]', 'measurements'],
  ['a contradiction', `identity: any\nreleases: [{name: x, measurements: {mrtd: "${MRTD}"}}]`, 'contradict'],
])('%s is a mistake of the caller', async (_what, file, reason) => {
  await expect(policy({}, file)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(reason) });
});

test('reference values make a release', async () => {
  const expect1 = [`MRTD=0x${MRTD.toUpperCase()}`, `rtmr0=${'00'.repeat(48)}`];
  expect(await policy({ expect: expect1 })).toEqual({
    releases: [{ name: '--expect', measurements: { mrtd: MRTD, rtmr0: '00'.repeat(48) } }],
  });
  const signer = [`mrsigner=${'cd'.repeat(32)}`, 'isvProdId=7', 'minIsvSvn=3'];
  expect(await policy({ expect: signer })).toMatchObject({
    releases: [{ measurements: { isvProdId: '7' }, minIsvSvn: 3 }],
  });
});

test.each([
  ['a name without a value', ['mrtd='], 'NAME=HEX'],
  ['a value without a name', ['=00'], 'NAME=HEX'],
  ['an unknown name', ['mrtdd=00'], 'mrtdd is no measurement'],
  ['a name twice', [`mrtd=${MRTD}`, `MRTD=${MRTD}`], 'given twice'],
  ['a length that is wrong', ['mrtd=00'], 'mrtd'],
  ['values of no code', [`hostData=${'00'.repeat(32)}`], 'no measurement of code'],
  ['run-time values alone', [`rtmr3=${MRTD}`], 'release --expect names rtmr3, which any firmware can set: add mrtd'],
  ['a signer alone', [`mrsigner=${'00'.repeat(32)}`], 'isvProdId'],
])('%s is a mistake of the caller', async (_what, values, reason) => {
  await expect(policy({ expect: values })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(reason),
  });
});

test('reference values are named in one place', async () => {
  const releases = `releases: [{name: x, measurements: {mrtd: "${MRTD}"}}]`;
  await expect(policy({ expect: [`mrtd=${MRTD}`] }, releases)).rejects.toMatchObject({ code: 'usage' });
  await expect(policy({ expect: [`mrtd=${MRTD}`] }, 'identity: any')).rejects.toMatchObject({ code: 'usage' });
});

test('report data are compared as they stand unless a profile says how they were made', async () => {
  expect(await policy({ raw: true })).toEqual({ binding: { profile: 'raw' } });
  expect(await policy({ raw: true }, 'binding: any')).toEqual({ binding: { profile: 'raw' } });
  expect(await policy({ raw: true }, 'binding: {profile: dip1}')).toEqual({ binding: { profile: 'dip1' } });
  expect(await policy({ profile: 'assay/1' }, 'binding: {profile: raw, audience: me}')).toEqual({
    binding: { profile: 'assay/1', audience: 'me' },
  });
  await expect(policy({ profile: 'nonsense' })).rejects.toMatchObject({ code: 'usage' });
});
