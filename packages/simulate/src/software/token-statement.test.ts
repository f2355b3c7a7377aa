import { type Attester, carrying, createBatcher, issueStatement, newInstance } from '@assay/attest';
import { type Policy, type Verdict, verify } from '@assay/verify';
import { tokenNonce } from '@assay/verify/binding';
import { confidentialSpace } from '@assay/verify/confidential-space';
import type { Envelope } from '@assay/verify/evidence';
import { beforeAll, describe, expect, test } from 'vitest';
import { mintToken } from '../google/token.ts';
import { createGoogleVendor, type GoogleVendor } from '../google/vendor.ts';

const now = new Date('2026-11-20T12:00:00Z');
const speaker = { instance: newInstance(), clock: () => now };
const audience = 'https://verifier.example';
const spkiSha256 = new Uint8Array(32).fill(7);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const nonceOf = (index: number, length = 32): Uint8Array => new Uint8Array(length).fill(index + 1);
const about = (nonce: Uint8Array, aud = audience) => ({
  type: 'attestation' as const,
  nonce: hex(nonce),
  aud,
  keys: [{ use: 'tls', spkiSha256: hex(spkiSha256) }],
  claims: {},
});

let vendor: GoogleVendor;
let attester: Attester;
let minted = 0;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
  // As the launcher does: one token for one audience, with the nonces in the order given.
  attester = {
    name: 'confidential-space',
    health: [],
    detect: async () => ({ available: true, looked: [] }),
    async evidence(request) {
      minted += 1;
      const nonces = [await tokenNonce(request.reportData), ...(request.nonces ?? [])];
      const token = await mintToken(vendor, { type: 'PKI', audience: request.audience ?? 'nobody', nonces });
      return carrying({ evidence: new TextEncoder().encode(token) }, request);
    },
  };
});

function judge(envelope: Envelope, nonce: Uint8Array, profile: 'assay/1' | 'assay/1-batch'): Promise<Verdict> {
  const policy: Policy = { identity: 'any', binding: { profile, type: 'attestation', audience } };
  const roots = [vendor.chain.root.certificate];
  const subject = { peerKey: { spkiSha256 } };
  return verify(envelope, { tees: [confidentialSpace], now, policy, roots, allowSimulated: true, nonce, subject });
}
const failures = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe('a token of Confidential Space', () => {
  test.each([16, 32, 37, 38, 55])('with one statement holds its nonce of %d bytes, too', async (length) => {
    const nonce = nonceOf(1, length);
    const verdict = await judge(await issueStatement(attester, about(nonce), speaker), nonce, 'assay/1');
    expect([verdict.trusted, failures(verdict)]).toEqual([true, []]);
  });

  test('with a batch is trusted by each of its challengers, and by none of another audience', async () => {
    const batcher = createBatcher(attester, speaker);
    minted = 0;
    const issued = [0, 1, 2, 3].map((index) => batcher.issue(about(nonceOf(index))));
    const stranger = batcher.issue(about(nonceOf(9), 'https://other.example'));
    for (const [index, envelope] of (await Promise.all(issued)).entries()) {
      const verdict = await judge(envelope, nonceOf(index), 'assay/1-batch');
      expect([index, verdict.trusted, failures(verdict)]).toEqual([index, true, []]);
    }
    expect(failures(await judge(await stranger, nonceOf(9), 'assay/1-batch'))).toEqual([
      'cs.audience',
      'binding.audience',
    ]);
    expect(minted).toBe(2);
  });
});
