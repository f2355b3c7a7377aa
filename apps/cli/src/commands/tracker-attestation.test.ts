import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { missingCommand, shell } from '../../../../tools/shell.ts';
import { INSTANCE, startTrackerInProcess, type TrackerInProcess } from '../../../../tools/tracker-in-process.ts';

const missing = missingCommand('bash', 'curl');

describe.skipIf(missing)(`what a tracker says of itself${missing ? `: ${missing}` : ''}`, () => {
  let tracker: TrackerInProcess;
  beforeAll(async () => {
    tracker = await startTrackerInProcess();
  }, 60_000);
  afterAll(() => tracker[Symbol.asyncDispose]());

  test('GET /attestation?nonce=: evidence that assay verify trusts, naming instance, key, configuration and ledger', async () => {
    const nonce = '5a'.repeat(32);
    await shell(
      `curl -sS "${tracker.service.at('tracker')}/attestation?nonce=${nonce}" -o envelope.json`,
      tracker.folder.path('shell'),
    );
    const file = tracker.folder.path('shell/envelope.json');
    await assayHere(['collateral', 'fetch', file, '--from', tracker.pcs, '-o', tracker.folder.path('collateral')]);
    const policy = await shell('cat policies/dstack.yaml', tracker.folder.path('dstack'));
    const { configuration_sha256: configuration } = await tracker.curl<{ configuration_sha256: string }>('$AT/config');
    const binding = `binding:\n  profile: assay/1-batch\n  type: checkpoint\n  claims: { instanceId: ${INSTANCE}, configurationSha256: "${configuration}" }\n`;
    await tracker.folder.write({ 'checkpoint.yaml': policy.replace(/^binding:.*/ms, binding) });
    const trust = [
      '--collateral',
      tracker.folder.path('collateral'),
      '--root-ca',
      tracker.folder.path('dstack/roots/intel.pem'),
    ];
    const args = [
      'verify',
      file,
      ...trust,
      '--allow-simulated',
      '--policy',
      tracker.folder.path('checkpoint.yaml'),
      '--json',
    ];
    const judged = await assayHere([...args, '--nonce', nonce]);
    const verdict = JSON.parse(judged.output) as { claims: { workload: Record<string, unknown> } };
    expect(verdict).toMatchObject({ trusted: true, simulated: true });
    const { content } = await tracker.curl<{ content: { head: string; size: number } }>('$AT/ledger/checkpoint');
    expect(verdict.claims.workload).toMatchObject({ ledgerHead: content.head, ledgerSize: content.size });
    const other = await assayHere([...args, '--nonce', '5b'.repeat(32)]);
    expect(other.exit).toBe(1);
  });
});
