import { concatBytes } from '../codec/bytes.ts';
import type { RawEndorsements } from './raw.ts';

/** Invalid UTF-8 becomes text that no signature covers: the document's own check then refuses it. */
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const NEW_LINE = Uint8Array.of(10);

/**
 * Endorsements from the files of one folder, by file name; other files are left alone, and nothing is parsed here.
 *
 * Intel: `tcbInfo.json`, `qeIdentity.json`, `tcbSignChain.pem` (and `qeIdentitySignChain.pem` where that differs), `rootCaCrl.der`, `pckCrl.der`, `pckCrlIssuerChain.pem`,
 * `pckCertChain.pem`; Intel's samples name the last three `intermediateCaCrl.der`, `pckSignChain.pem` and `pckCert.pem`.
 * AMD: `vcek.der` or `vlek.der`, `ask.der`, `ark.der`, `arkCrl.der`. Google: `jwks.json`.
 */
export function endorsementsFromDirectory(files: Readonly<Record<string, Uint8Array>>): RawEndorsements {
  const file = (name: string): Uint8Array | undefined => (Object.hasOwn(files, name) ? files[name] : undefined);
  const text = (name: string): string | undefined => {
    const bytes = file(name);
    return bytes && lenient.decode(bytes);
  };
  const signChain = file('pckSignChain.pem');
  const dcap = without({
    tcbInfo: text('tcbInfo.json'),
    qeIdentity: text('qeIdentity.json'),
    tcbSignChain: file('tcbSignChain.pem'),
    qeIdentitySignChain: file('qeIdentitySignChain.pem'),
    rootCaCrl: file('rootCaCrl.der'),
    pckCrl: file('pckCrl.der') ?? file('intermediateCaCrl.der'),
    pckCrlIssuerChain: file('pckCrlIssuerChain.pem') ?? signChain,
    pckCertChain: file('pckCertChain.pem') ?? joined(file('pckCert.pem'), signChain),
  });
  const snp = without({
    vek: file('vcek.der') ?? file('vlek.der'),
    ask: file('ask.der'),
    ark: file('ark.der'),
    crl: file('arkCrl.der'),
  });
  const confidentialSpace = without({ jwks: text('jwks.json') });
  return without({ dcap, snp, confidentialSpace }) ?? {};
}

/** The leaf, then its issuers. */
function joined(leaf: Uint8Array | undefined, issuers: Uint8Array | undefined): Uint8Array | undefined {
  if (leaf === undefined || issuers === undefined) return leaf;
  return concatBytes(leaf, NEW_LINE, issuers);
}

/** The members that have a value; undefined when none has. */
function without<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } | undefined {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return entries.length === 0
    ? undefined
    : (Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> });
}
