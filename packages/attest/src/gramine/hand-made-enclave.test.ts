import { describe, expect, test } from 'vitest';
import { createGramineAttester } from './attester.ts';
import { createGramineKeys } from './keys.ts';
import type { GramineFiles } from './pseudo-files.ts';

/** Pseudo-files by name; the buffers that they were read into stay with the test. */
function enclave(contents: Readonly<Record<string, Uint8Array>>): { files: GramineFiles; buffers: Uint8Array[] } {
  const buffers: Uint8Array[] = [];
  return {
    buffers,
    files: {
      async open(path) {
        let rest = contents[path.replace('/dev/attestation/', '')] ?? new Uint8Array();
        return {
          async read(buffer, offset) {
            if (!buffers.includes(buffer)) buffers.push(buffer);
            buffer.set(rest, offset);
            const bytesRead = rest.length;
            rest = new Uint8Array();
            return { bytesRead };
          },
          write: async (_buffer, _offset, length) => ({ bytesWritten: length }),
          close: async () => undefined,
        };
      },
    },
  };
}

describe('a sealing key', () => {
  test('is wiped from where it was read into, once others are derived from it', async () => {
    const { files, buffers } = enclave({
      attestation_type: Buffer.from('dcap'),
      'keys/_sgx_mrenclave': new Uint8Array(16).fill(0xab),
    });
    const { key } = await createGramineKeys({ files }).derive('a');
    expect(key).toHaveLength(32);
    expect(buffers.filter((buffer) => buffer.includes(0xab))).toEqual([]);
  });
});

test('files that never answer are not waited for, by detection or by doctor', async () => {
  const files: GramineFiles = { open: () => new Promise(() => undefined) };
  const attester = createGramineAttester({ files, timeoutMs: 20 });
  expect(await attester.detect()).toEqual({
    available: false,
    looked: ['/dev/attestation: no answer within 20 ms'],
  });
  const findings = await Promise.all(attester.health.map((check) => check.look()));
  expect(findings.map(({ outcome }) => outcome)).toEqual(['fail', 'skip', 'skip']);
});
