import { hkdfSync, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGramineKeys, type GramineKeysOptions } from '@assay/attest';
import { AssayError } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import { beforeAll, expect, test } from 'vitest';
import { createTreeFiles } from '../fuse/files.ts';
import { issuePck } from '../intel/pck.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createSoftwareEnclave } from '../software/enclave.ts';
import type { QuoteSource } from '../software/source.ts';
import { createGramineFolder, type GramineFolderOptions } from './folder.ts';

let vendor: IntelVendor;
let enclave: QuoteSource;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'keys.test', now: new Date('2026-11-01T12:00:00Z') });
  enclave = createSoftwareEnclave(vendor, { pck: await issuePck(vendor) });
});

const keysOf = (more: Omit<GramineKeysOptions, 'files'> = {}, options: Partial<GramineFolderOptions> = {}) => {
  const folder = createGramineFolder(enclave, { entropy: vendor.entropy, ...options });
  return createGramineKeys({ files: createTreeFiles(folder, '/dev/attestation'), ...more });
};
const sealed = (bytes: Uint8Array) => ({
  fault: ({ name }: { readonly name: string }) =>
    name.startsWith('keys/') ? ({ kind: 'bytes', bytes: () => bytes } as const) : undefined,
});

test('a key is HKDF-SHA256 of the sealing key, by purpose and by whom it is sealed to', async () => {
  const sealing = randomBytes(16);
  for (const sealedTo of ['mrenclave', 'mrsigner'] as const) {
    const { key, signatureChain } = await keysOf({ sealedTo }, sealed(sealing)).derive('tracker/receipts');
    const info = `assay/gramine-key/1\0${sealedTo}\0tracker/receipts`;
    expect(toHex(key)).toBe(Buffer.from(hkdfSync('sha256', sealing, '', info, 32)).toString('hex'));
    expect(signatureChain).toEqual([]);
  }
});

test('the same enclave has the same keys again; other purposes and policies have others', async () => {
  const derive = async (purpose: string, sealedTo?: 'mrenclave' | 'mrsigner') =>
    toHex((await keysOf({ sealedTo }).derive(purpose)).key);
  const key = await derive('a');
  expect(await derive('a', 'mrenclave')).toBe(key);
  expect(new Set([key, await derive('b'), await derive('a', 'mrsigner'), await derive('mrsigner\0a')]).size).toBe(4);
  expect(keysOf().name).toBe('gramine');
});

test.each(['', 'x'.repeat(513), '\ud800'])('a purpose of %.10j is a mistake of the caller', async (purpose) => {
  await expect(keysOf().derive(purpose)).rejects.toMatchObject({ code: 'usage', details: { field: 'purpose' } });
});

test.each([0, 15, 17])('a sealing key of %i bytes is refused, and not repeated', async (length) => {
  const bytes = new Uint8Array(length).fill(0xab);
  const error: unknown = await keysOf({}, sealed(bytes))
    .derive('a')
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AssayError);
  expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('keys/_sgx_mrenclave') });
  expect(String(error)).not.toMatch(/abab|171/);
});

test('without an enclave, or without a mount of that key, there is none, and the message says what to do', async () => {
  const gone = createGramineKeys({ path: join(tmpdir(), 'no-attestation') });
  await expect(gone.derive('a')).rejects.toThrow(/attestation_type: no such file \(ENOENT\); start .* gramine-sgx/);
  const fault = ({ name }: { readonly name: string }) =>
    name.startsWith('keys/') ? ({ kind: 'error', code: 'ENOENT' } as const) : undefined;
  await expect(keysOf({ sealedTo: 'mrsigner' }, { fault }).derive('a')).rejects.toThrow(
    /keys\/_sgx_mrsigner: no such file \(ENOENT\); .*`type = "encrypted"`.*`key_name = "_sgx_mrsigner"`/,
  );
  await expect(keysOf().derive('a', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
