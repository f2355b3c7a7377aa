import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { type Simulation, startSimulation } from '../../../../tools/simulation-in-process.ts';

let folder: Folder;
let simulation: Simulation;
beforeAll(async () => {
  folder = await makeFolder();
  simulation = await startSimulation('all', { directory: folder.path('simulation') });
}, 120_000);
afterAll(async () => {
  await simulation.stop();
  await folder[Symbol.asyncDispose]();
});

const MOUNTED = ['tdx', 'sgx', 'snp'];

/** Runs the commands of a walk in order, as printed; resolves to what the last one, `assay verify`, answered. */
async function walk(
  name: string,
): Promise<{ readonly exit: number | string; readonly output: string; readonly verify: readonly string[] }> {
  const { walks, environment } = simulation.document;
  const commands = walks.find((known) => known.name === name)?.commands ?? [];
  let last = { exit: Number.NaN as number | string, output: '', verify: [] as readonly string[] };
  for (const { args, environment: own } of commands) {
    const final = args[0] === 'verify' ? ['--json'] : [];
    const { exit, output, log } = await assayHere([...args, ...final], { env: { ...environment, ...own } });
    if (final.length === 0) expect([args[0], exit, exit === 0 ? '' : log]).toEqual([args[0], 0, '']);
    last = { exit, output, verify: [...args, ...final] };
  }
  return last;
}

const failed = (output: string): readonly string[] =>
  JSON.parse(output).checks.flatMap(({ id, outcome }: { id: string; outcome: string }) =>
    outcome === 'fail' ? id : [],
  );

/** The arguments with another value behind an option. */
function changed(args: readonly string[], option: string, value: string): readonly string[] {
  return args.with(args.indexOf(option) + 1, value);
}

test('every attester has its walk, or there is a reason why not', () => {
  const { walks, absent } = simulation.document;
  const missing = absent.length > 0 ? MOUNTED : [];
  const all = ['dstack', 'proxy', 'tdx', 'sgx', 'snp', 'google'];
  expect(walks.map(({ name }) => name)).toEqual(all.filter((name) => !missing.includes(name)));
  expect(absent.map(({ reason }) => reason !== '')).toEqual(missing.map(() => true));
});

describe.each(['dstack', 'proxy', 'google', ...MOUNTED])('the commands printed for %s', (name) => {
  test('attest, fetch and verify: trusted, and simulated', async (context) => {
    if (!simulation.document.walks.some((known) => known.name === name)) context.skip('nothing can be mounted here');
    const { exit, output, verify } = await walk(name);
    expect([exit, failed(output)]).toEqual([0, []]);
    expect(JSON.parse(output)).toMatchObject({ trusted: true, simulated: true });

    const nonce = changed(verify, '--nonce', randomBytes(32).toString('hex'));
    const refused = await assayHere(nonce);
    expect([refused.exit, failed(refused.output)]).toEqual([1, ['fresh.nonce']]);

    const key = changed(verify, '--peer-key', createHash('sha256').update('another key').digest('hex'));
    const foreign = await assayHere(key);
    expect([foreign.exit, failed(foreign.output)]).toEqual([1, ['binding.subject']]);

    const strict = await assayHere(verify.filter((arg) => arg !== '--allow-simulated'));
    expect([strict.exit, failed(strict.output)]).toEqual([1, ['trust.simulated']]);
  });
});
