import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  createIntelVendor,
  createSoftwareEnclave,
  createSoftwareTd,
  issuePck,
  type QuoteSource,
} from '@assay/simulate';
import { slowSource } from './challengers.ts';
import { ratioOf, type Subject } from './ratio.ts';
import { announce, type Row } from './row.ts';

const CHALLENGERS = 200;
const QUOTE_MILLISECONDS = 40;
const ROUNDS = 9;

/** Speed of the software TEE and of batches. */
export async function attestRows(): Promise<readonly Row[]> {
  return [...(await quoteRows()), ...(await batchRows())];
}

/** One signature of as many bytes as an attestation key signs, with a ready key. */
function bareSignature(): Subject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = new Uint8Array(632);
  return { run: () => sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }) };
}

async function quoteRows(): Promise<readonly Row[]> {
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  const now = new Date();
  const vendor = await createIntelVendor({ randomBytes: random, now });
  const pck = await issuePck(vendor);
  const machines: readonly (readonly [sample: string, source: QuoteSource])[] = [
    ['sgx-v3', createSoftwareEnclave(vendor, { pck })],
    ['tdx-v4', createSoftwareTd(vendor, { pck })],
  ];
  const [what, against] = ['software quote', 'one signature with a ready key'];
  const rows: Row[] = [];
  for (const [sample, source] of machines) {
    announce(sample, what, against);
    const reportData = random(64);
    const ratio = await ratioOf(bareSignature(), { run: () => source.quote(reportData) });
    // At most five signatures.
    rows.push({ sample, what, against, goal: 1 / 5, ...ratio });
  }
  return rows;
}

/** All challengers at once over a slow source: how long until the last one is answered, and from how many quotes. */
async function batchRows(): Promise<readonly Row[]> {
  const [sample, what] = ['batch', `${CHALLENGERS} at once`];
  const rows = { time: `one quote of ${QUOTE_MILLISECONDS} ms`, quotes: 'statements per quote' };
  announce(sample, what, rows.time);
  const source = await slowSource(QUOTE_MILLISECONDS);
  // Until the engine has compiled what it will compile.
  await source.serve(CHALLENGERS);
  const times: number[] = [];
  const shares: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const quote = await source.timeQuote();
    const { milliseconds, quotes, check } = await source.serve(CHALLENGERS);
    // Not timed: the challengers verify.
    await check();
    times.push(quote / milliseconds);
    shares.push(CHALLENGERS / quotes);
  }
  return [
    // All answered within three quote times.
    { sample, what, against: rows.time, goal: 1 / 3, ...spread(times) },
    { sample, what, against: rows.quotes, goal: 50, ...spread(shares) },
  ];
}

/** The median of rounds, with the worst and the best one. */
function spread(rounds: readonly number[]): { readonly ratio: number; readonly low: number; readonly high: number } {
  const sorted = rounds.toSorted((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { ratio: at(Math.floor(sorted.length / 2)), low: at(0), high: at(sorted.length - 1) };
}
