import { createHash } from 'node:crypto';
import { createEntropy, createP256Key, type Extension, issueCertificate } from '@assay/simulate';
import { expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { exhibitFolder, type Folder, makeFolder, NOW } from '../../../../tools/demo-folder.ts';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';

// What comes along with evidence: event logs, an app-compose, a certificate.

interface Verdict {
  readonly claims: { readonly measurements: Readonly<Record<string, string>> };
  readonly checks: readonly { readonly id: string; readonly outcome: string }[];
  readonly layers: Readonly<Record<string, string>>;
}

async function judged(args: readonly string[]): Promise<{ exit: number | string; verdict: Verdict }> {
  const { exit, output } = await assayHere(['verify', ...args, '--at', NOW, '--json']);
  return { exit, verdict: JSON.parse(output) };
}

const outcomes = ({ checks }: Verdict, family: string): Record<string, string> =>
  Object.fromEntries(checks.filter(({ id }) => id.startsWith(family)).map(({ id, outcome }) => [id, outcome]));

async function filed(play: (folder: Folder) => Promise<void>, files: Readonly<Record<string, Uint8Array>>) {
  await using folder = await makeFolder();
  await folder.write(files);
  await play(folder);
}

describeWithVectors('event logs', () => {
  const files = () => ({
    'report.json': vector('eventlog/dstack-rtmr3/report.json'),
    'app-compose.json': vector('eventlog/dstack-rtmr3/app-compose.json'),
    'other.json': Buffer.from('{}'),
  });

  test("a guest agent's reply brings its log, and the app-compose that it measures", async () => {
    await filed(async ({ path }) => {
      const { verdict } = await judged([path('report.json'), '--app-compose', path('app-compose.json')]);
      expect(outcomes(verdict, 'event-log.')).toMatchObject({
        'event-log.parse': 'pass',
        'event-log.replay': 'pass',
        'event-log.compose-hash': 'pass',
      });
      expect(verdict.claims.measurements.composeHash).toMatch(/^06768e6d/);
    }, files());
  });

  test('another app-compose, or another log, is refused', async () => {
    await filed(async ({ path }) => {
      const compose = await judged([path('report.json'), '--app-compose', path('other.json')]);
      expect(outcomes(compose.verdict, 'event-log.')['event-log.compose-hash']).toBe('fail');
      const log = await judged([path('report.json'), '--event-log', path('other.json')]);
      expect(outcomes(log.verdict, 'event-log.')['event-log.parse']).toBe('fail');
    }, files());
  });

  test('a CCEL replays to its quote', async () => {
    await filed(
      async ({ path }) => {
        const { verdict } = await judged([path('quote'), '--event-log', path('ccel')]);
        expect(outcomes(verdict, 'event-log.')).toMatchObject({ 'event-log.replay': 'pass' });
      },
      {
        quote: vector('eventlog/ccel-gcp/cos-113-tdx-quote.dat'),
        ccel: vector('eventlog/ccel-gcp/ccel_data.dat'),
      },
    );
  });
});

test('a certificate with a quote over its key speaks for that key', async () => {
  const key = createP256Key(createEntropy({ seed: 'peer' }), 'key');
  const reportData = createHash('sha512').update('ratls-cert:').update(key.spki).digest();
  await using td = await exhibitFolder({ quote: { body: 'td10', report: { reportData } } });
  const certificateOf = async (peer: typeof key, extensions: readonly Extension[]) => {
    const name = { commonName: 'RA-TLS', organisation: 'SIMULATED', locality: 'Here', state: 'XX', country: 'XX' };
    const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
    const innerAlgorithm = Uint8Array.from(Buffer.from('300a06082a8648ce3d040302', 'hex'));
    const names = { issuer: name, subject: name, serial: Uint8Array.of(1), version: 3 };
    return (await issueCertificate(peer, { ...names, ...validity, spki: peer.spki, innerAlgorithm, extensions })).pem;
  };
  const quote = { id: '1.3.6.1.4.1.62397.1.1', critical: false, value: td.exhibit.evidence };
  const impostor = createP256Key(createEntropy({ seed: 'impostor' }), 'key');
  await td.write({
    'peer.pem': await certificateOf(key, [quote]),
    'impostor.pem': await certificateOf(impostor, [quote]),
    'broken.pem': await certificateOf(key, [{ ...quote, id: '1.3.6.1.4.1.62397.1.8' }]),
    'policy.yaml': 'identity: any\nfreshness: any\n',
  });
  const trust = td.trust.filter((arg) => arg !== '--at' && arg !== NOW);
  const options = [...trust, '--policy', td.path('policy.yaml'), '--profile', 'ratls-cert'];
  const peer = await judged([td.path('peer.pem'), ...options]);
  expect([peer.exit, peer.verdict.layers.bound]).toEqual([0, 'pass']);
  // The same quote in a certificate of somebody else.
  const other = await judged([td.path('impostor.pem'), ...options]);
  expect([other.exit, other.verdict.layers]).toMatchObject([1, { authentic: 'pass', bound: 'fail' }]);
  const seen = await judged([td.path('peer.pem'), ...options, '--certificate', td.path('impostor.pem')]);
  expect([seen.exit, seen.verdict.layers.bound]).toEqual([1, 'fail']);
  const broken = await judged([td.path('broken.pem'), ...options]);
  expect([broken.exit, outcomes(broken.verdict, 'evidence.')]).toEqual([1, { 'evidence.form': 'fail' }]);
});
