import { AssayError } from '@assay/verify';
import { fromCertificateChain, fromHex, fromPem, fromUtf8, TAG } from '@assay/verify/codec';
import { usage } from './failure.ts';
import { readInput } from './files.ts';
import type { Io } from './io.ts';

const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** An instant: ISO 8601 with its offset, or a day, which begins at midnight UTC. Throws `usage`. */
export function parseTime(text: string, field: string): Date {
  const date = new Date(ISO.test(text) ? text : Number.NaN);
  // Date rolls 31 February over.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text.slice(0, 10))) {
    throw usage(`${field}: expected a time such as 2026-01-31T12:00:00Z, found ${text}`, field);
  }
  return date;
}

/** Bytes of hexadecimal in either case, with or without 0x. Throws `usage`. */
export function parseHex(text: string, field: string): Uint8Array {
  try {
    return fromHex(text.replace(/^0x/i, ''), field);
  } catch (error) {
    throw usage(error instanceof AssayError ? error.message : `${field}: not hexadecimal`, field);
  }
}

/** An integer in decimal. Throws `usage`. */
export function parseInteger(text: string, field: string, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= max)) throw usage(`${field}: expected a number from 0 to ${max}, found ${text}`, field);
  return value;
}

/** DER of the certificates in a file, PEM or DER. Throws `usage` when there are none. */
export async function readCertificates(path: string, io: Io, field: string): Promise<readonly Uint8Array[]> {
  return parsed(await readInput(path, io, field), path, field, fromCertificateChain);
}

/** DER SubjectPublicKeyInfos in a file, PEM or DER. Throws `usage` when there are none. */
export async function readPublicKeys(path: string, io: Io, field: string): Promise<readonly Uint8Array[]> {
  return parsed(await readInput(path, io, field), path, field, (bytes) =>
    bytes[0] === TAG.sequence ? [bytes] : fromPem(fromUtf8(bytes), 'PUBLIC KEY'),
  );
}

function parsed<T>(bytes: Uint8Array, path: string, field: string, parse: (bytes: Uint8Array) => T): T {
  try {
    return parse(bytes);
  } catch (error) {
    if (error instanceof AssayError) throw usage(`${field}: ${path}: ${error.message}`, field);
    throw error;
  }
}
