import { open } from 'node:fs/promises';

/** Reads the first bytes of a file, so many at most. */
export type SecretReader = (path: string, limit: number) => Promise<Uint8Array>;

/** The longest secret, in bytes: keys in PEM fit well. */
const MAX_SECRET = 65_536;

/** The secret that a file has, without the newline that editors put at its end; or what is wrong with the file. */
export async function secretIn(
  path: string,
  read: SecretReader,
): Promise<{ readonly text: string } | { readonly trouble: string }> {
  const shown = JSON.stringify(path);
  let bytes: Uint8Array;
  try {
    bytes = await read(path, MAX_SECRET + 1);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { trouble: `${shown} cannot be read (${code})` };
  }
  if (bytes.length > MAX_SECRET) return { trouble: `${shown} is longer than ${MAX_SECRET} bytes` };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
    return text === '' ? { trouble: `${shown} is empty` } : { text };
  } catch {
    return { trouble: `${shown} is not UTF-8` };
  }
}

/** Reads from the file system, also from files that never end. */
export const readSecretFile: SecretReader = async (path, limit) => {
  const file = await open(path, 'r');
  try {
    const bytes = new Uint8Array(limit);
    let size = 0;
    while (size < limit) {
      const { bytesRead } = await file.read(bytes, size, limit - size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
    return bytes.subarray(0, size);
  } finally {
    await file.close();
  }
};
