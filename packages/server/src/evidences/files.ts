import { AssayError } from '@assay/verify';
import { toHex, utf8 } from '@assay/verify/codec';
import { sha256 } from '../attester/info.ts';

/** What is bound besides the certificate, and where it is served. */
export interface ListedOptions {
  /** The name in `cert-<domain>.pem`. */
  readonly domain: string;
  /** `acme-account.json` as the certificate authority gave it, without any key; left out where there is none. */
  readonly account?: string | undefined;
}

/** Files of one certificate: all but the quote, which names them. */
export interface ListedFiles {
  /** By name, in the order of the list. `sha256sum.txt` is the last one. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** 64 bytes: SHA-256 of `sha256sum.txt`, then zeros. */
  readonly reportData: Uint8Array;
}

/** The list, whose hash stands in report data. */
export const SUMS = 'sha256sum.txt';

/** The files for a certificate (PEM, the leaf first), listed as `sha256sum` prints them. */
export function listedFiles(certificate: string, { domain, account }: ListedOptions): ListedFiles {
  const listed = new Map<string, Uint8Array>();
  if (account !== undefined) listed.set('acme-account.json', utf8(account));
  listed.set(`cert-${domain}.pem`, utf8(certificate));
  const sums = utf8([...listed].map(([name, bytes]) => `${toHex(sha256(bytes))}  ${name}\n`).join(''));
  const reportData = new Uint8Array(64);
  reportData.set(sha256(sums));
  return { files: listed.set(SUMS, sums), reportData };
}

/** Throws `usage` for what is no domain or address, as part of a file's name. */
export function checkDomain(domain: string): void {
  if (/^[A-Za-z0-9*_:-][A-Za-z0-9*._:-]{0,242}$/.test(domain)) return;
  const field = 'domain';
  throw new AssayError('usage', `domain: ${JSON.stringify(domain.slice(0, 80))} is no name of a host; give its name`, {
    field,
  });
}
