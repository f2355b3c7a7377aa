import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { missingCommand } from '../../../../tools/shell.ts';
import { type Simulation, startSimulation } from '../../../../tools/simulation-in-process.ts';
import { startTrackerInProcess } from '../../../../tools/tracker-in-process.ts';

const missing = missingCommand('bash', 'curl');

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const place = (): readonly string[] => [
  ...['--host', '127.0.0.1', '--port', '0', '--udp-port', 'off', '--metrics-port', 'off'],
  ...['--database', folder.path('tracker.db'), '--key-file', folder.path('tracker.key')],
];

describe('assay tracker', () => {
  test('has the documented defaults, and takes the variables of the document', async () => {
    const printed = async (env: Readonly<Record<string, string>>): Promise<string> =>
      (await assayHere(['tracker', '--print-config'], { env })).output;
    const usual = await printed({});
    for (const line of ['port: 8000', 'teeMode: "disabled"', 'minRatio: 0.5', 'maxPeers: 50', 'epochSeconds: 3600'])
      expect(usual).toContain(line);
    expect(usual).toContain('https://api.trustedservices.intel.com');
    const registers = { EXPECTED_RTMR_2: 'ab'.repeat(48), EXPECTED_RTMR_3: 'cd'.repeat(48) };
    const set = await printed({
      PORT: '9000',
      TEE_MODE: 'benchmark',
      MIN_RATIO: '0.25',
      MAX_PEERS: '20',
      ...registers,
    });
    for (const line of ['port: 9000', 'teeMode: "benchmark"', 'minRatio: 0.25', 'maxPeers: 20', 'ab'.repeat(48)])
      expect(set).toContain(line);
  });

  test('with a mode that needs a TEE ends where there is none, in the documented words', async () => {
    const { exit, log } = await assayHere(['tracker', ...place()], { env: { TEE_MODE: 'enabled' } });
    expect(exit).toBe(3);
    expect(log).toMatch(
      /TEE not available - install dstack_sdk \(looked for one: .*dstack\.sock.*\); nothing is to be/,
    );
  });

  test('takes no mode that it does not know', async () => {
    const { exit, log } = await assayHere(['tracker', ...place(), '--tee-mode', 'pretended']);
    expect([exit, log]).toEqual([2, expect.stringContaining('teeMode')]);
  });

  test('takes no registers alone that anyone’s firmware can set', async () => {
    const env = { EXPECTED_RTMR_2: 'ab'.repeat(48), EXPECTED_RTMR_3: 'cd'.repeat(48) };
    const { exit, log } = await assayHere(['tracker', ...place()], { env });
    expect([exit, log]).toEqual([2, expect.stringContaining('EXPECTED_MRTD, EXPECTED_RTMR_1')]);
  });

  test('ends at SIGTERM with 0; its secret is its owner’s alone, and stays for the next start', async () => {
    const started = async (): Promise<unknown> => {
      const main = join(import.meta.dirname, '../main.ts');
      const args = ['--conditions=@assay/source', main, 'tracker', ...place(), '--json'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = once(child, 'exit');
      let text = '';
      child.stderr.resume();
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      while (!text.endsWith('\n}\n')) await Promise.race([once(child.stdout, 'data'), ended.then(unexpected)]);
      const document = JSON.parse(text) as { listens: readonly { name: string; at: string }[] };
      const health = await (await fetch(`${document.listens[0]?.at}/health`)).json();
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      return health;
    };
    const first = await started();
    expect(await started()).toEqual(first);
    expect(((await stat(folder.path('tracker.key'))).mode & 0o777).toString(8)).toBe('600');
  }, 60_000);
});

function unexpected(): never {
  throw new Error('it ended by itself');
}

describe.skipIf(missing)(`beside a TEE${missing ? `: ${missing}` : ''}`, () => {
  let simulation: Simulation;
  beforeAll(async () => {
    simulation = await startSimulation('dstack', { directory: folder.path('beside') });
  }, 60_000);
  afterAll(() => simulation.stop());

  test('EXPECTED_RTMR_2 and EXPECTED_RTMR_3 decide which quotes are valid', async () => {
    const registers: string[] = [];
    const judged = async (env: Readonly<Record<string, string>>): Promise<unknown> => {
      await using tracker = await startTrackerInProcess({}, { TEE_MODE: 'enabled', ...env }, simulation);
      const { quote } = await tracker.posted<{ quote: string }>('/generate-attestation', { payload: 'x' });
      // Of a version 4 quote: 48 bytes each, from 472 and 520.
      registers.splice(0, 2, quote.slice(2 * 472, 2 * 520), quote.slice(2 * 520, 2 * 568));
      const { is_valid: valid, verdict } = await tracker.posted<{
        is_valid: boolean;
        verdict: { layers: { identity: string } };
      }>('/verify-attestation', { quote, expected_payload: 'x' });
      expect(tracker.service.log()).toContain(`endorsements come from ${tracker.pcs}, and from nowhere else`);
      expect(tracker.service.log()).toMatch(
        /keys come from the TEE \(dstack\); torrents that are tracked: none, so that/,
      );
      return { valid, identity: verdict.layers.identity };
    };
    const zeros = '00'.repeat(48);
    expect(await judged({ EXPECTED_RTMR_2: zeros, EXPECTED_RTMR_3: zeros })).toEqual({
      valid: false,
      identity: 'fail',
    });
    const [rtmr2 = '', rtmr3 = ''] = registers;
    expect(await judged({ EXPECTED_RTMR_2: rtmr2, EXPECTED_RTMR_3: rtmr3 })).toEqual({
      valid: true,
      identity: 'pass',
    });
    expect(await judged({ EXPECTED_RTMR_3: zeros })).toEqual({ valid: false, identity: 'fail' });
  }, 60_000);
});
