// Two verifiers behind nginx on one Postgres, killed in turn while 10,000 challenges are verified:
// `node --conditions=@assay/source tools/verifier-drill.ts [challenges]`. Exit 0 when nothing was lost and nothing came twice.
import { writeFile } from 'node:fs/promises';
import { openVerifierDatabase } from '@assay/server';
import { freePort } from './free-port.ts';
import { startPostgres, withoutPostgres } from './postgres.ts';
import { faultsOf, runCallers } from './verifier-drill/callers.ts';
import { disturbed } from './verifier-drill/disturb.ts';
import { drillFolder, startInstance } from './verifier-drill/instance.ts';
import { startNginx, withoutNginx } from './verifier-drill/nginx.ts';
import { POLICY, put, simulatedTd } from './verifier-in-tests.ts';

const [given = '10000'] = process.argv.slice(2);
const challenges = Number(given);
const missing = withoutPostgres ?? withoutNginx;
if (missing !== undefined || !/^[1-9]\d{0,6}$/.test(given)) {
  process.stderr.write(`${missing ?? `${given}: expected a number of challenges`}\n`);
  process.exit(2);
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const td = await simulatedTd(new Date());
await using postgres = await startPostgres();
await using folder = await drillFolder(td.rootPem);
const url = postgres.newDatabase();
await writeFile(folder.path('url'), url, { mode: 0o600 });
const ports = [await freePort(), await freePort()] as const;
const database = ['--database-url-file', folder.path('url')];
await using first = await startInstance(folder, ports[0], database);
await using second = await startInstance(folder, ports[1], database);
await using proxy = await startNginx(folder, await freePort(), ports);
const { origin } = proxy;
await put(origin, POLICY);

let shown = 0;
const progress = (done: number): void => {
  const tenth = Math.floor((10 * done) / challenges);
  if (tenth > shown) say(`${done} of ${challenges} verdicts`);
  shown = Math.max(shown, tenth);
};
const between = (): number => 300 + Math.random() * 1_200;
const start = performance.now();
const { result, kills } = await disturbed([first, second], between, () =>
  runCallers({ origin, td, challenges, callers: 48, progress }),
);
const seconds = (performance.now() - start) / 1_000;
say('comparing what callers were told with what is kept …');
const faults = await faultsOf(origin, result);
await using db = await openVerifierDatabase({ url });
const rows = await db.sql.selectFrom('verifier_verdicts').select('nonce').execute();
if (new Set(rows.map(({ nonce }) => nonce)).size !== rows.length) faults.push('a challenge has two verdicts');
if (rows.length !== challenges) faults.push(`${rows.length} verdicts are kept of ${challenges}`);
const { acknowledged, lost, refused } = result;
say(`${kills} kills in ${seconds.toFixed(0)} s: ${acknowledged.length} verdicts told of, ${rows.length} kept`);
say(`${lost} lost answers fetched again by their keys, ${refused} second requests refused`);
for (const fault of faults.slice(0, 20)) say(`FAULT ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
