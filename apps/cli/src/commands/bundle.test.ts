import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { bundleDigest, countersignedBytes, parseBundle, serialiseBundle } from '@assay/verify/bundle';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type ExhibitFolder, exhibitFolder, NOW } from '../../../../tools/demo-folder.ts';

let td: ExhibitFolder;
let file: string;
beforeAll(async () => {
  td = await exhibitFolder({ quote: { body: 'td10' } });
  await td.write({ 'any.yaml': 'identity: any\nfreshness: any\nbinding: any\n' });
  file = td.path('bundle.json');
  const args = ['bundle', td.path('quote.bin'), ...td.trust, '--policy', td.path('any.yaml'), '-o', file, '--json'];
  const { exit, output } = await assayHere(args);
  expect([exit, JSON.parse(output)]).toMatchObject([
    0,
    { schema: 'assay.bundled/1', outcome: 'affirming', verdictDigest: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
});
afterAll(() => td[Symbol.asyncDispose]());

const root = (): string[] => ['--root-ca', td.path('root.pem'), '--allow-simulated'];
const past = (): string[] => [...root(), '--at', NOW];
const checkOf = (output: string, id: string) =>
  JSON.parse(output).checks.find((check: { id: string }) => check.id === id);

test('its own collateral is enough, its own policy is not', async () => {
  const strict = await assayHere(['verify', file, ...past(), '--json']);
  expect([strict.exit, JSON.parse(strict.output).layers.authentic]).toEqual([1, 'pass']);
  // The record says `identity: any`; that is its maker's word.
  expect(JSON.parse(strict.output)).toMatchObject({ waived: [], layers: { identity: 'unchecked' } });
  const own = await assayHere(['verify', file, ...past(), '--policy', td.path('any.yaml'), '--json']);
  expect(own.exit).toBe(0);
});

test('nor are its own roots, nor its own permission', async () => {
  const { exit, output } = await assayHere(['verify', file, '--at', NOW, '--json']);
  expect([exit, JSON.parse(output).layers.authentic]).toEqual([1, 'fail']);
});

test('as recorded it reproduces, and is never trusted', async () => {
  const { exit, output } = await assayHere(['verify', file, '--as-recorded', '--json']);
  expect([exit, JSON.parse(output)]).toMatchObject([
    0,
    { schema: 'assay.replay/1', reproduces: true, trusted: false, verdict: { trusted: false, outcome: 'warning' } },
  ]);
  expect((await assayHere(['verify', file, '--as-recorded'])).output).toContain('✓ REPRODUCES');
});

test('a record that was changed does not reproduce', async () => {
  const document = JSON.parse(await readFile(file, 'utf8'));
  const changes = [
    { ...document.record, instant: '2026-06-01T00:00:00Z' },
    { ...document.record, verdictDigest: '00'.repeat(32) },
    { ...document.record, policy: { identiy: 'any' } },
  ];
  for (const record of changes) {
    await td.write({ 'changed.json': JSON.stringify({ ...document, record }) });
    const { exit, output } = await assayHere(['verify', td.path('changed.json'), '--as-recorded', '--json']);
    expect([exit, JSON.parse(output).reproduces]).toEqual([1, false]);
    const plain = await assayHere(['verify', td.path('changed.json'), '--as-recorded']);
    expect([plain.exit, plain.output.includes('the record does not hold')]).toEqual([1, true]);
  }
});

test('a past instant takes the word of a verifier that the caller names', async () => {
  const args = ['verify', file, ...past(), '--policy', td.path('any.yaml'), '--json'];
  const unproven = await assayHere(args);
  expect(checkOf(unproven.output, 'bundle.time')).toMatchObject({ outcome: 'warn' });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const bundle = parseBundle(await readFile(file, 'utf8'));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const time = Math.floor(Date.parse(NOW) / 1000) + 60;
  const bytes = countersignedBytes(await bundleDigest(bundle), time);
  const signature = sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const key = createHash('sha256').update(spki).digest('hex');
  const countersigned = { ...bundle, countersignatures: [{ key, time, signature }] };
  await td.write({
    'countersigned.json': serialiseBundle(countersigned),
    'key.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  });
  const proven = args.with(1, td.path('countersigned.json'));
  expect(checkOf((await assayHere(proven)).output, 'bundle.time')).toMatchObject({ outcome: 'warn' });
  const named = await assayHere([...proven, '--countersigner', td.path('key.pem')]);
  expect([named.exit, checkOf(named.output, 'bundle.time')]).toMatchObject([0, { outcome: 'pass' }]);
});

test('now, no word for the time is needed', async () => {
  const args = ['verify', file, ...root(), '--policy', td.path('any.yaml'), '--json'];
  const { output } = await assayHere(args, { now: () => new Date(NOW) });
  expect(checkOf(output, 'bundle.time')).toBeUndefined();
});

test('what is malformed is not bundled', async () => {
  await td.write({ 'broken.json': '{"schema":"assay.evidence/1"}' });
  const args = ['bundle', td.path('broken.json'), '--collateral', td.path('collateral'), '-o', td.path('no.json')];
  const { exit, output } = await assayHere([...args, '--json']);
  expect([exit, JSON.parse(output)]).toMatchObject([2, { schema: 'assay.error/1', code: 'malformed' }]);
});
