import { equalBytes } from '../codec/bytes.ts';
import { Reader } from '../codec/reader.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { malformed } from '../errors.ts';

/** What a quote without certificates says of its platform: enough to ask for the PCK certificate. */
export interface PlatformStatement {
  readonly cpuSvn: Uint8Array;
  readonly pceSvn: number;
  /** Null in the short form of type 1, which Intel's own sample has. */
  readonly pceId: Uint8Array | null;
  /** In clear (type 1); null where it is encrypted (types 2 and 3). */
  readonly ppid: Uint8Array | null;
}

/** Certification data of a quote (Intel SGX ECDSA Quote Library API, table 9). */
export type Certification =
  | { readonly type: 1 | 2 | 3; readonly platform: PlatformStatement }
  /** PCK certificate (4) or chain (5), unparsed: Intel's library, too, reads it only when no chain was given. */
  | { readonly type: 4 | 5; readonly chain: Uint8Array };

const PPID_SIZE: Readonly<Record<number, number>> = { 1: 16, 2: 256, 3: 384 };

/** Parses certification data of types 1 to 5. Throws `malformed` for others. */
export function parseCertification(type: number, data: Uint8Array): Certification {
  if (type === 4 || type === 5) return { type, chain: data };
  const ppidSize = PPID_SIZE[type];
  if (ppidSize === undefined) throw malformed(`certification data: type ${type} is not one of 1 to 5`);
  const reader = new Reader(data);
  const ppid = reader.bytes(ppidSize, 'PPID');
  const cpuSvn = reader.bytes(16, 'CPUSVN');
  const pceSvn = reader.u16('PCESVN');
  const pceId = type === 1 && reader.remaining === 0 ? null : reader.bytes(2, 'PCEID');
  if (reader.remaining > 0) throw malformed(`certification data: ${reader.remaining} bytes too many`);
  return { type: type as 1 | 2 | 3, platform: { cpuSvn, pceSvn, pceId, ppid: type === 1 ? ppid : null } };
}

/** Certificates sorted by role, whatever their order in the file. */
export interface Chain {
  readonly leaf: Certificate | undefined;
  readonly ca: Certificate | undefined;
  readonly root: Certificate | undefined;
  readonly count: number;
}

/**
 * Parses certificates and finds each one's role: the root names itself as issuer, a CA says CA in its name.
 * `known`: certificates that were parsed before, for chains share them.
 */
export function sortChain(certificates: readonly Uint8Array[], known: readonly Certificate[] = []): Chain {
  const parsed = certificates.map((der) => known.find(({ raw }) => equalBytes(raw, der)) ?? parseCertificate(der));
  const root =
    parsed.find(({ issuer, subject }) => equalBytes(issuer.raw, subject.raw)) ??
    parsed.find(({ subject }) => subject.attributes.CN === 'Intel SGX Root CA');
  const ca = parsed.find((certificate) => certificate !== root && certificate.subject.attributes.CN?.includes('CA'));
  const leaf = parsed.find((certificate) => certificate !== root && certificate !== ca);
  return { leaf, ca, root, count: parsed.length };
}
