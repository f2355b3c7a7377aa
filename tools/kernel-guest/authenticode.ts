import { createHash } from 'node:crypto';

/**
 * The Authenticode digest of an EFI program (Windows Authenticode Portable Executable Signature Format, "Calculating the
 * PE Image Hash"): all of the file but its checksum, the place of its signatures and the signatures. Its sections must lie
 * in order and without gaps, as those of Linux do.
 */
export function authenticode(program: Uint8Array, algorithm: 'sha256' | 'sha384'): Uint8Array {
  const { checksum, directory, end } = layoutOf(program);
  const hash = createHash(algorithm)
    .update(program.subarray(0, checksum))
    .update(program.subarray(checksum + 4, directory))
    .update(program.subarray(directory + 8, end));
  return new Uint8Array(hash.digest());
}

/** The signatures of an EFI program, raw; empty when it has none. */
export function signaturesOf(program: Uint8Array): Uint8Array {
  return program.subarray(layoutOf(program).end);
}

function layoutOf(program: Uint8Array): { checksum: number; directory: number; end: number } {
  const view = new DataView(program.buffer, program.byteOffset, program.length);
  const header = view.getUint32(0x3c, true);
  if (view.getUint32(header, true) !== 0x4550) throw new Error('expected an EFI program, found no PE header');
  const optional = header + 24;
  // PE32+ has wider addresses than PE32, so that its list of directories begins later.
  const directory = optional + (view.getUint16(optional, true) === 0x20b ? 112 : 96) + 4 * 8;
  const end = view.getUint32(directory, true);
  return { checksum: optional + 64, directory, end: end === 0 ? program.length : end };
}
