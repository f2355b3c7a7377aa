// Reports receipts to a tracker's accounts for ever, and says each one's id and number once the report is acknowledged.
import { writeSync } from 'node:fs';
import type { DatabaseOptions } from '@assay/store';
import {
  announce,
  bySession,
  type Client,
  clientOf,
  enrol,
  NOW,
  openAccounts,
  PIECES,
  receiptOf,
} from '../accounts-in-tests.ts';

/** Receipts of a report, and reports that wait at a time. */
const REPORT = 4;
const AT_ONCE = 8;
/** Reports of one receiver: his pieces of the torrent. */
const REPORTS = PIECES / REPORT;

const [options = '', first = '0'] = process.argv.slice(2);
const { accounts } = await openAccounts(JSON.parse(options) as DatabaseOptions);
const join = async (userId: string): Promise<Client> => {
  const client = clientOf(userId);
  if (accounts.account(userId) === undefined) await enrol(accounts, [client]);
  else announce(accounts, userId, NOW);
  return client;
};
const joined = new Map<string, Promise<Client>>();
const sender = await join('sender');
let next = Number(first);
const reportForEver = async (): Promise<never> => {
  for (;;) {
    const report = next;
    next += 1;
    const userId = `receiver-${Math.floor(report / REPORTS)}`;
    const joining = joined.get(userId) ?? join(userId);
    joined.set(userId, joining);
    const to = await joining;
    const start = (report % REPORTS) * REPORT;
    const receipts = Array.from({ length: REPORT }, (_, index) => receiptOf(sender, to, start + index));
    const answer = await accounts.report({ userId: sender.userId, receipts: [bySession(to, receipts)] });
    if ('refused' in answer || answer.promise === null) throw new Error('a report was refused');
    for (const { id, sequence } of answer.promise.content.receipts) writeSync(1, `${report} ${id} ${sequence}.\n`);
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, reportForEver));
