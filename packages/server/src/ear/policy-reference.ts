import { AssayError } from '@assay/verify';

/** A stored policy, as its service keeps it. */
export interface PolicyVersion {
  readonly id: string;
  /** 1, 2 and so on. */
  readonly version: number;
  /** SHA-256 of the stored policy, lower-case hex. */
  readonly sha256: string;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * `id@version#sha256`: exactly one policy for each text. Throws `usage` for what would be read as another one, such as
 * an id with `@` or `#`.
 */
export function policyReference({ id, version, sha256 }: PolicyVersion): string {
  if (!ID.test(id)) throw wrong('id', 'expected letters, digits and . _ - after the first, 128 at most');
  if (!Number.isSafeInteger(version) || version < 1) throw wrong('version', 'expected 1 or more');
  if (!SHA256.test(sha256)) throw wrong('sha256', 'expected 32 bytes of lower-case hex');
  return `${id}@${version}#${sha256}`;
}

function wrong(member: keyof PolicyVersion, what: string): AssayError {
  return new AssayError('usage', `policy.${member}: ${what}`, { field: `policy.${member}` });
}
