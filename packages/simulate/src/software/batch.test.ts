import { type Batcher, createBatcher, newInstance, type StatementRequest } from '@assay/attest';
import { authenticateEndorsements, type Evidence, fromPem, type Verdict, verify } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { type Envelope, parseEnvelope, serialiseEnvelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { issueCollateral } from '../intel/collateral.ts';
import { issuePck } from '../intel/pck.ts';
import { createIntelVendor } from '../intel/vendor.ts';
import { createSoftwareAttester } from './attester.ts';
import type { QuoteSource } from './source.ts';
import { createSoftwareTd } from './td.ts';

const now = new Date('2026-11-20T12:00:00Z');
const spkiSha256 = new Uint8Array(32).fill(7);
const nonceOf = (index: number): Uint8Array => new Uint8Array(32).fill(1).fill(index, 0, 4);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const about = (index: number): StatementRequest => ({
  type: 'attestation',
  nonce: hex(nonceOf(index)),
  aud: null,
  keys: [{ use: 'tls', spkiSha256: hex(spkiSha256) }],
  claims: {},
});

/** A TD that counts its quotes, and how many it made at the same time. */
function counting(source: QuoteSource): QuoteSource & { readonly made: () => number; readonly most: () => number } {
  let [made, running, most] = [0, 0, 0];
  return {
    tee: source.tee,
    made: () => made,
    most: () => most,
    async quote(reportData) {
      made += 1;
      running += 1;
      most = Math.max(most, running);
      const quote = await source.quote(reportData);
      running -= 1;
      return quote;
    },
  };
}

let td: ReturnType<typeof counting>;
let batcher: Batcher;
let judge: (evidence: Evidence, nonce: Uint8Array) => Promise<Verdict>;
let envelopes: readonly Envelope[];
/** Of the batch after theirs. */
let later: Envelope;

beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'batch.test', now });
  const pck = await issuePck(vendor);
  td = counting(createSoftwareTd(vendor, { pck }));
  batcher = createBatcher(createSoftwareAttester(td), { instance: newInstance(), clock: () => now });
  const roots = fromPem(vendor.rootPem, 'CERTIFICATE');
  const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8ToBytes(file) : file] as const,
  );
  const raw = endorsementsFromDirectory(Object.fromEntries(files));
  const endorsements = await authenticateEndorsements(raw, { tee: tdx, roots });
  judge = (evidence, nonce) =>
    verify(evidence, {
      tees: [tdx],
      now,
      endorsements,
      roots,
      allowSimulated: true,
      policy: { identity: 'any', binding: { profile: 'assay/1-batch', type: 'attestation' } },
      nonce,
      subject: { peerKey: { spkiSha256, use: 'tls' } },
    });
  envelopes = await Promise.all(Array.from({ length: 200 }, (_, index) => batcher.issue(about(index))));
  later = await batcher.issue(about(200));
});

const failures = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
const at = (index: number): Envelope => {
  const envelope = envelopes[index];
  if (envelope === undefined) throw new Error(`no envelope ${index}`);
  return envelope;
};

describe('200 challengers at once', () => {
  test('are served from one quote, who comes later from the next one', () => {
    expect([envelopes.length, td.made(), td.most()]).toEqual([200, 2, 1]);
    // One buffer for all that share a quote.
    expect(new Set(envelopes.map(({ evidence }) => evidence)).size).toBe(1);
    expect([at(0), at(1), at(199), later].map(({ proof }) => [proof?.index, proof?.size])).toEqual([
      [0, 200],
      [1, 200],
      [199, 200],
      [0, 2],
    ]);
  });

  test('each have evidence that is trusted by itself, as it travels', async () => {
    for (const [index, envelope] of envelopes.entries()) {
      const verdict = await judge(parseEnvelope(serialiseEnvelope(envelope)), nonceOf(index));
      expect([index, verdict.trusted, failures(verdict)]).toEqual([index, true, []]);
      expect(verdict.layers).toMatchObject({ authentic: 'pass', fresh: 'pass', bound: 'pass' });
      expect(verdict.claims?.nonces).toEqual([hex(nonceOf(index))]);
    }
  });

  test('have salts of their own', () => {
    expect(new Set(envelopes.map(({ proof }) => hex(proof?.salt ?? new Uint8Array()))).size).toBe(200);
  });
});

describe('evidence out of a batch is refused', () => {
  test('for the nonce of a neighbour', async () => {
    expect(failures(await judge(at(5), nonceOf(6)))).toEqual(['fresh.nonce']);
  });

  test("with a neighbour's statement, whose nonce fits", async () => {
    const { statement } = at(6);
    expect(failures(await judge({ ...at(5), statement }, nonceOf(6)))).toEqual(['binding.statement']);
  });

  test("with a neighbour's proof", async () => {
    const { proof } = at(6);
    expect(failures(await judge({ ...at(5), proof }, nonceOf(5)))).toEqual(['binding.statement']);
  });

  test('with the quote of another batch', async () => {
    const { evidence } = later;
    expect(failures(await judge({ ...at(5), evidence }, nonceOf(5)))).toEqual(['binding.statement']);
  });

  test('without its proof, and with an index beyond the batch', async () => {
    expect(failures(await judge({ ...at(5), proof: undefined }, nonceOf(5)))).toEqual(['binding.batch.proof']);
    const { proof } = at(5);
    const beyond = proof && { ...proof, index: 200 };
    expect(failures(await judge({ ...at(5), proof: beyond }, nonceOf(5)))).toEqual(['binding.batch.index']);
  });
});

test('a lone challenger has a batch too, and is trusted', async () => {
  const envelope = await batcher.issue(about(1000));
  expect(envelope.proof).toMatchObject({ index: 0, size: 2 });
  const verdict = await judge(envelope, nonceOf(1000));
  expect([verdict.trusted, failures(verdict)]).toEqual([true, []]);
});
