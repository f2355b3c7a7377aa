import { hkdfSync } from 'node:crypto';
import { utf8 } from '@assay/verify/codec';
import { unavailable } from '../failure.ts';
import type { KeySource } from '../keys/key-source.ts';
import { checkedPurpose } from '../keys/purpose.ts';
import { attestationType, readWhole } from './access.ts';
import { type GramineFiles, pseudoFiles } from './pseudo-files.ts';

/** Which of Gramine's sealing keys secrets are derived from. */
export interface GramineKeysOptions {
  /** Default `/dev/attestation`. */
  readonly path?: string | undefined;
  /** Default: node:fs/promises. */
  readonly files?: GramineFiles | undefined;
  /**
   * `mrenclave` (default): nobody but this very build gets them again; a new build loses them. `mrsigner`: whatever the
   * same key signed with the same product id and version number (ISVSVN) gets them, so its holder does, too.
   * Both are bound to this one processor and its present security version: a microcode update changes them. What must
   * outlive that is to be kept elsewhere, too.
   */
  readonly sealedTo?: 'mrenclave' | 'mrsigner' | undefined;
}

const LABEL = 'assay/gramine-key/1\0';
const KEY_BYTES = 16;

/**
 * Secrets of an SGX enclave under Gramine: HKDF-SHA256 (RFC 5869) of its sealing key of 16 bytes, without salt, with
 * "assay/gramine-key/1\0" ‖ `mrenclave` or `mrsigner` ‖ 0 ‖ purpose as info. They have the sealing key's 128 bits of
 * strength. `derive` throws `unavailable` where there is no enclave or no such key, `usage` for an empty or long purpose.
 */
export function createGramineKeys(options: GramineKeysOptions = {}): KeySource {
  const { sealedTo = 'mrenclave' } = options;
  const files = pseudoFiles(options.path, options.files);
  const name = `keys/_sgx_${sealedTo}`;
  return {
    name: 'gramine',
    async derive(purpose, signal) {
      signal?.throwIfAborted();
      const info = utf8(`${LABEL}${sealedTo}\0${checkedPurpose(purpose)}`);
      // Without SGX a manifest can still give a key of this name, which anybody reads there.
      await attestationType(files);
      const sealing = await readWhole(files, name, KEY_BYTES);
      try {
        if (sealing.length !== KEY_BYTES) throw unset(`${files.path}/${name}`, sealing.length);
        const key = hkdfSync('sha256', sealing, new Uint8Array(), info, 32);
        return { key: new Uint8Array(key), signatureChain: [] };
      } finally {
        sealing.fill(0);
      }
    },
  };
}

function unset(file: string, length: number): Error {
  return unavailable(
    `${file}: expected ${KEY_BYTES} bytes, found ${length}`,
    'start the program with gramine-sgx, which alone has sealing keys',
  );
}
