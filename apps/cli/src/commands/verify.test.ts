import { tcbLevels } from '@assay/simulate';
import { serialiseEnvelope } from '@assay/verify/evidence';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type ExhibitFolder, exhibitFolder, NOW } from '../../../../tools/demo-folder.ts';

const REPORT_DATA = Uint8Array.from({ length: 64 }, (_, index) => index);

let td: ExhibitFolder;
let file: string;
let mrtd: string;
beforeAll(async () => {
  td = await exhibitFolder({ quote: { body: 'td10', report: { reportData: REPORT_DATA } } });
  file = td.path('quote.bin');
  const { output } = await assayHere(['verify', file, ...td.trust, '--json']);
  mrtd = JSON.parse(output).claims.measurements.mrtd;
  await td.write({ 'fresh.yaml': 'freshness: any\n', 'any.yaml': 'identity: any\nfreshness: any\nbinding: any\n' });
});
afterAll(() => td[Symbol.asyncDispose]());

const failed = (output: string): string[] =>
  JSON.parse(output).checks.flatMap((check: { id: string; outcome: string }) =>
    check.outcome === 'fail' ? check.id : [],
  );

describe('exit 0: trusted', () => {
  test('when every layer is checked or waived aloud', async () => {
    const args = ['verify', file, ...td.trust, '--policy', td.path('any.yaml'), '--json'];
    const { exit, output, log } = await assayHere(args);
    expect([exit, log]).toEqual([0, '']);
    expect(JSON.parse(output)).toMatchObject({ trusted: true, waived: ['identity', 'freshness', 'binding'] });
  });

  test('when reference values and report data are as expected', async () => {
    const hex = Buffer.from(REPORT_DATA).toString('hex');
    const expectations = ['--expect', `mrtd=${mrtd}`, '--report-data', hex, '--policy', td.path('fresh.yaml')];
    const { exit, output } = await assayHere(['verify', file, ...td.trust, ...expectations, '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(output).layers).toEqual({
      ...{ authentic: 'pass', platform: 'pass', identity: 'pass', fresh: 'waived', bound: 'pass' },
    });
  });

  test.each([
    ['one after the other', (a: string, b: string) => [file, '--expect', a, b]],
    ['each with its option', (a: string, b: string) => ['--expect', a, '--expect', b, file]],
    ['before the file', (a: string, b: string) => ['--expect', a, b, file]],
  ])('reference values are given %s', async (_how, order) => {
    const args = order(`mrtd=${mrtd}`, `rtmr0=${'00'.repeat(48)}`);
    const { output } = await assayHere(['verify', ...args, ...td.trust, '--json']);
    expect(JSON.parse(output).layers.identity).toBe('pass');
  });
});

describe('exit 1: refused', () => {
  test('what nobody expects is not trusted, though nothing is wrong', async () => {
    const { exit, output } = await assayHere(['verify', file, ...td.trust, '--json']);
    expect(exit).toBe(1);
    const verdict = JSON.parse(output);
    expect(verdict).toMatchObject({ outcome: 'warning', trusted: false });
    expect(verdict.layers).toMatchObject({ identity: 'unchecked', fresh: 'unchecked', bound: 'unchecked' });
  });

  test.each([
    ['another workload', ['--expect', `mrtd=${'00'.repeat(48)}`], 'identity.release'],
    ['other report data', ['--report-data', '00'], 'binding.subject'],
    ['a statement that is not in the quote', ['--profile', 'assay/1', '--statement', 'ANY'], 'binding.statement'],
  ])('%s is refused by its own check', async (_what, args, id) => {
    const given = args.map((arg) => (arg === 'ANY' ? td.path('any.yaml') : arg));
    const { exit, output } = await assayHere(['verify', file, ...td.trust, ...given, '--json']);
    expect(exit).toBe(1);
    expect(failed(output)).toContain(id);
  });

  test('simulated evidence without permission', async () => {
    const args = td.trust.filter((arg) => arg !== '--allow-simulated');
    const { exit, output } = await assayHere(['verify', file, ...args, '--policy', td.path('any.yaml'), '--json']);
    expect([exit, failed(output)]).toEqual([1, ['trust.simulated']]);
  });

  test('without endorsements, and with some that do not parse', async () => {
    await td.write({ 'broken.json': '{"schema":"assay.endorsements/1"', 'other.json': '{"a":1}' });
    const none = await assayHere(['verify', file, '--at', NOW, '--json']);
    expect([none.exit, failed(none.output).includes('dcap.tcb-info.form')]).toEqual([1, true]);
    for (const name of ['broken.json', 'other.json']) {
      const broken = await assayHere(['verify', file, '--at', NOW, '--collateral', td.path(name), '--json']);
      expect([broken.exit, failed(broken.output)]).toEqual([1, failed(none.output)]);
      expect(broken.log).toContain('--collateral');
    }
  });

  test('evidence that is cut short', async () => {
    await td.write({ 'short.bin': td.exhibit.evidence.subarray(0, 700) });
    const { exit, output } = await assayHere(['verify', td.path('short.bin'), ...td.trust, '--json']);
    expect([exit, failed(output)]).toEqual([1, ['dcap.quote.length']]);
  });

  test.each([
    ['an envelope that breaks off', '{"schema":"assay.evidence/1","evidence":"'],
    ['an envelope of another version', '{"schema":"assay.evidence/2"}'],
    ['an envelope with a member too many', '{"schema":"assay.evidence/1","tee":null,"evidence":"","x":1}'],
    ['a bundle without a record', '{"schema":"assay.bundle/1"}'],
    ['a reply with no hexadecimal', '{"quote":"zz"}'],
  ])('%s gets a verdict', async (_what, text) => {
    await td.write({ 'broken.json': text });
    const { exit, output } = await assayHere(['verify', td.path('broken.json'), ...td.trust, '--json']);
    expect([exit, failed(output)]).toEqual([1, ['evidence.form']]);
  });
});

test('exit 2: run-time values alone, which any firmware can set', async () => {
  const { exit, log } = await assayHere(['verify', file, ...td.trust, '--expect', `rtmr3=${'00'.repeat(48)}`]);
  expect([exit, log.includes('--expect names rtmr3, which any firmware can set: add mrtd')]).toEqual([2, true]);
});

describe('--genuine', () => {
  test('asks for the authentic layer only: debug and TCB status are shown, not judged', async () => {
    await using old = await exhibitFolder({
      collateral: ({ platform }) => ({
        tcbInfo: { levels: tcbLevels(platform, 'sgx').map((level) => ({ ...level, status: 'OutOfDate' as const })) },
      }),
      quote: { report: { attributes: Uint8Array.of(7, ...new Uint8Array(7), 0xe7, ...new Uint8Array(7)) } },
    });
    const { exit, output } = await assayHere(['verify', old.path('quote.bin'), ...old.trust, '--genuine', '--json']);
    expect(exit).toBe(0);
    const verdict = JSON.parse(output);
    expect(verdict).toMatchObject({ trusted: false, claims: { debug: true }, layers: { authentic: 'pass' } });
    expect(verdict.tcb.status).toBe('OutOfDate');
  });

  test('refuses what is not', async () => {
    const forged = Uint8Array.from(td.exhibit.evidence);
    forged[600] = (forged[600] ?? 0) ^ 1;
    await td.write({ 'forged.bin': forged });
    const args = ['verify', td.path('forged.bin'), ...td.trust, '--genuine', '--json'];
    const { exit, output } = await assayHere(args);
    expect([exit, failed(output)]).toEqual([1, ['dcap.quote.signature']]);
  });

  test.each(['--policy=x', '--nonce=00', '--expect=mrtd=00', '--report-data=00', '--profile=raw', '--as-recorded'])(
    'contradicts %s',
    async (option) => {
      const { exit, log } = await assayHere(['verify', file, '--genuine', option]);
      expect([exit, log.includes('cannot be used with')]).toEqual([2, true]);
    },
  );
});

test('an envelope is judged with what it carries', async () => {
  const { evidence } = td.exhibit;
  await td.write({ 'envelope.json': serialiseEnvelope({ tee: 'tdx', evidence }) });
  const args = ['verify', td.path('envelope.json'), ...td.trust, '--policy', td.path('any.yaml'), '--json'];
  expect((await assayHere(args)).exit).toBe(0);
  // The hint is a hint: what the bytes are, they show themselves.
  await td.write({ 'hint.json': serialiseEnvelope({ tee: 'snp', evidence }) });
  const hinted = await assayHere(['verify', td.path('hint.json'), ...td.trust, '--json']);
  expect(JSON.parse(hinted.output).tee).toBe('tdx');
});

test('the present is judged with 60 s of tolerance, a given instant with none', async () => {
  const late = new Date('2026-03-03T00:00:30Z');
  const [collateral, path, , , ...root] = td.trust as [string, string, ...string[]];
  const args = ['verify', file, collateral, path, ...root, '--genuine', '--json'];
  expect((await assayHere(args, { now: () => late })).exit).toBe(0);
  const at = await assayHere([...args, '--at', late.toISOString()]);
  expect(at.exit).toBe(1);
  expect(failed(at.output)).toContain('dcap.tcb-info.validity');
});
