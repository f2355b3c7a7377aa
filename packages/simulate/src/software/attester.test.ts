import { issueStatement, newInstance } from '@assay/attest';
import { authenticate, fromPem, verify } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { issueCollateral } from '../intel/collateral.ts';
import { issuePck, type Pck } from '../intel/pck.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createSoftwareAttester } from './attester.ts';
import { createSoftwareEnclave } from './enclave.ts';
import { createSoftwareTd } from './td.ts';

const now = new Date('2026-11-20T12:00:00Z');
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const reportData = new Uint8Array(64).fill(9);
let vendor: IntelVendor;
let pck: Pck;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'attester.test', now });
  pck = await issuePck(vendor);
});

/** What a verifier needs for evidence of the machine, with and without the test vendor's root. */
async function given(tee: 'sgx' | 'tdx') {
  const files = Object.entries(await issueCollateral(vendor, pck, { tee })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8ToBytes(file) : file] as const,
  );
  const endorsements = endorsementsFromDirectory(Object.fromEntries(files));
  const bare = { tees: [sgx, tdx], now, endorsements };
  return { bare, simulated: { ...bare, roots: fromPem(vendor.rootPem, 'CERTIFICATE'), allowSimulated: true } };
}

describe('the software attester', () => {
  test.each(['sgx', 'tdx'] as const)(
    'makes evidence of the kind %s that only its own root vouches for',
    async (tee) => {
      const source = tee === 'sgx' ? createSoftwareEnclave(vendor, { pck }) : createSoftwareTd(vendor, { pck });
      const attester = createSoftwareAttester(source);
      expect(await attester.detect()).toEqual({
        available: true,
        looked: [`a machine in software that makes evidence of the kind ${tee}`],
      });
      const envelope = await attester.evidence({ reportData });
      expect(envelope.tee).toBe(tee);
      const { bare, simulated } = await given(tee);
      const accepted = await authenticate(envelope, simulated);
      expect(accepted).toMatchObject({ simulated: true, layers: { authentic: 'pass' } });
      expect(accepted.claims?.reportData).toBe(hex(reportData));
      const refused = await authenticate(envelope, bare);
      expect(refused.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)).toEqual([
        'dcap.root.trusted',
      ]);
    },
  );

  test('makes evidence of a statement with a quote of its own', async () => {
    const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck }));
    const nonce = new Uint8Array(64).fill(3);
    const keys = [{ use: 'tls', spkiSha256: 'cd'.repeat(32) }];
    const request = { type: 'attestation', nonce: hex(nonce), aud: 'me', keys, claims: {} } as const;
    const envelope = await issueStatement(attester, request, { instance: newInstance(), clock: () => now });
    const { simulated } = await given('tdx');
    const policy = { identity: 'any', binding: { profile: 'assay/1', type: 'attestation', audience: 'me' } } as const;
    const subject = { peerKey: { spkiSha256: new Uint8Array(32).fill(0xcd) } };
    const options = { ...simulated, policy, subject };
    expect(await verify(envelope, { ...options, nonce })).toMatchObject({ trusted: true });
    const other = await verify(envelope, { ...options, nonce: new Uint8Array(64).fill(4) });
    expect(other.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)).toEqual(['fresh.nonce']);
  });

  test('refuses what a broken machine says, and says what it was', async () => {
    const other = createSoftwareTd(vendor, { pck });
    const mixed = { tee: 'tdx', quote: () => other.quote(new Uint8Array(64)) } as const;
    await expect(createSoftwareAttester(mixed).evidence({ reportData })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('other report data'),
    });
    const cause = new Error('mrTd: expected 48 bytes, found 3');
    const failing = { tee: 'tdx', quote: () => Promise.reject(cause) } as const;
    await expect(createSoftwareAttester(failing).evidence({ reportData })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(cause.message),
      cause,
    });
  });

  test('refuses report data of another length, and callers who have left', async () => {
    const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck }));
    await expect(attester.evidence({ reportData: new Uint8Array(63) })).rejects.toThrow(
      /^reportData: expected 64 bytes, found 63 bytes/,
    );
    const signal = AbortSignal.abort(new Error('gone home'));
    await expect(attester.evidence({ reportData, signal })).rejects.toThrow('gone home');
  });
});
