import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import type { Entropy } from '../entropy.ts';
import { SGX_REPORT } from '../intel/report-layout.ts';
import { encodeLayout, layoutFields } from '../layout.ts';
import type { QuoteSource } from '../software/source.ts';

/** What Gramine's loader has of the processor, in software. */
export interface LoadedEnclave {
  quote(reportData: Uint8Array): Promise<Uint8Array>;
  /** EREPORT for the enclave of a target info: 432 bytes. Its MAC is no processor's. */
  report(reportData: Uint8Array, targetInfo: Uint8Array): Promise<Uint8Array>;
  /** 512 bytes. */
  targetInfo(): Promise<Uint8Array>;
  /** EGETKEY, 16 bytes: the same ones for the same enclave, or for the same signer, product and version. */
  sealingKey(policy: 'mrenclave' | 'mrsigner'): Promise<Uint8Array>;
}

/** Where the body of the report begins in a quote, as the SDK lays it out: after the header of 48 bytes. */
const BODY = [48, 48 + 384] as const;
const FIELDS = layoutFields(SGX_REPORT);

/** TARGETINFO of the processor's manual, 512 bytes. */
const TARGET_INFO = [
  ['mrEnclave', 32],
  ['attributes', 16],
  ['reserved1', 2],
  ['configSvn', 2],
  ['miscSelect', 4],
  ['reserved2', 8],
  ['configId', 64],
  ['reserved3', 384],
] as const;

/** An SGX enclave that Gramine loaded; the keys of its processor come from `entropy`. */
export function loadEnclave({ tee, quote }: QuoteSource, entropy: Entropy): LoadedEnclave {
  if (tee !== 'sgx') throw new Error(`enclave: expected one of SGX, found ${tee}`);
  const fuse = entropy.bytes('gramine/processor', 32);
  const body = async (reportData: Uint8Array): Promise<Uint8Array> => (await quote(reportData)).slice(...BODY);
  const fields = async (...names: readonly string[]): Promise<readonly Uint8Array[]> => {
    const bytes = await body(new Uint8Array(64));
    return names.map((name) => {
      const [offset, length] = FIELDS[name] ?? [0, 0];
      return bytes.slice(offset, offset + length);
    });
  };
  const derived = (...parts: readonly Uint8Array[]): Uint8Array => hmac(sha256, fuse, concatBytes(...parts));
  return {
    quote,
    async report(reportData, targetInfo) {
      const said = await body(reportData);
      const keyId = derived(Buffer.from('key id'));
      return concatBytes(said, keyId, derived(targetInfo, said).slice(0, 16));
    },
    async targetInfo() {
      const names = ['mrEnclave', 'attributes', 'configSvn', 'miscSelect', 'configId'];
      const values = await fields(...names);
      return encodeLayout(TARGET_INFO, Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0])));
    },
    async sealingKey(policy) {
      const bound = policy === 'mrenclave' ? ['mrEnclave'] : ['mrSigner', 'isvProdId'];
      const values = await fields(...bound, 'attributes', 'cpuSvn', 'isvSvn', 'configSvn');
      return derived(Buffer.from(`seal ${policy} ${values.map(bytesToHex).join(' ')}`)).slice(0, 16);
    },
  };
}
