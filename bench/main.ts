// Speed as ratios against yardsticks that are timed in the same run: `npm run bench [-- [verify|attest|serve|verifier|announce|receipts|explorer] [--json]]`.
import { announceRows } from './announce.ts';
import { attestRows } from './attest.ts';
import { explorerRows } from './explorer.ts';
import { receiptRows } from './receipts.ts';
import { type Row, rowText } from './row.ts';
import { serveRows } from './serve.ts';
import { verifierRows } from './verifier.ts';
import { verifyRows } from './verify.ts';

const SUITES: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  verify: verifyRows,
  attest: attestRows,
  serve: serveRows,
  verifier: verifierRows,
  announce: announceRows,
  receipts: receiptRows,
  explorer: explorerRows,
};
/** A benchmark that does not end is a fault of its own. */
const MINUTES = 5;

const words = process.argv.slice(2).filter((word) => word !== '--json');
const unknown = words.find((word) => !Object.hasOwn(SUITES, word));
if (unknown !== undefined) {
  process.stderr.write(`${unknown}: expected one of ${Object.keys(SUITES).join(', ')}\n`);
  process.exit(2);
}
setTimeout(() => {
  process.stderr.write(`no end after ${MINUTES} minutes\n`);
  process.exit(1);
}, MINUTES * 60_000).unref();

const rows: Row[] = [];
for (const [name, suite] of Object.entries(SUITES)) {
  if (words.length === 0 || words.includes(name)) rows.push(...(await suite()));
}
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ schema: 'assay.bench/1', node: process.version, rows }, null, 2)}\n`);
} else {
  const lines = rows.map(rowText).join('\n');
  process.stdout.write(`Speed as a multiple of the yardstick's, both timed in this run.\n${lines}\n`);
}
