import { contextTag, enumerated, integer, sequence, time } from '../der.ts';
import type { Authority } from './authority.ts';
import { authorityKeyId, crlNumber, EXTENSION_IDS, type Extension, encodeExtensions } from './extension.ts';
import { type DistinguishedName, encodeName } from './name.ts';
import { ECDSA_SHA256, type SigningEdits, signStructure } from './signed-structure.ts';

/** What a CRL says, and what may be wrong with it. */
export interface CrlOptions extends SigningEdits {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Serial numbers of revoked certificates, big endian. */
  readonly revoked?: readonly Uint8Array[];
  /** CRL number; 1 like Intel's. */
  readonly number?: number;
  /** The name the list gives as its issuer. */
  readonly issuer?: DistinguishedName;
  /** Changes the list of extensions (CRL number, authority key identifier). */
  readonly extensions?: (extensions: readonly Extension[]) => readonly Extension[];
}

/** Issues a CRL (RFC 5280 section 5.1), DER. Like Intel's, it has no list at all when nothing is revoked. */
export function issueCrlOf(authority: Authority, options: CrlOptions): Promise<Uint8Array> {
  const standard = [crlNumber(options.number ?? 1), authorityKeyId(authority.keyId)];
  const extensions = options.extensions?.(standard) ?? standard;
  const revoked = options.revoked ?? [];
  const inner = sequence(
    integer(1),
    ECDSA_SHA256,
    encodeName(options.issuer ?? authority.certificate.subject),
    time(options.thisUpdate),
    time(options.nextUpdate),
    ...(revoked.length > 0 ? [sequence(...revoked.map((serial) => revokedEntry(serial, options.thisUpdate)))] : []),
    ...(extensions.length > 0 ? [contextTag(0, encodeExtensions(extensions))] : []),
  );
  return signStructure(inner, authority.key, options);
}

/** An entry with the reason keyCompromise, the one all of Intel's entries give. */
function revokedEntry(serial: Uint8Array, date: Date): Uint8Array {
  const reason = { id: EXTENSION_IDS.crlReason, critical: false, value: enumerated(1) };
  return sequence(integer(serial), time(date), encodeExtensions([reason]));
}
