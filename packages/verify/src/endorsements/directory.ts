import { concatBytes } from '../codec/bytes.ts';
import { type Present, present } from '../codec/json-fields.ts';
import type { RawEndorsements } from './raw.ts';

/** Invalid UTF-8 becomes text that no signature covers: the document's own check then refuses it. */
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const NEW_LINE = Uint8Array.of(10);

/**
 * Endorsements from the files of one folder, by file name; other files are left alone, and nothing is parsed here.
 *
 * Intel: `tcbInfo.json`, `qeIdentity.json`, `tcbSignChain.pem`, `qeIdentitySignChain.pem` where that differs,
 * `rootCaCrl.der`, `pckCrl.der`, `pckCrlIssuerChain.pem` and `pckCertChain.pem`. Intel's samples name the last three
 * `intermediateCaCrl.der`, `pckSignChain.pem` and `pckCert.pem`.
 * AMD: `vcek.der` or `vlek.der`, `ask.der`, `ark.der`, `arkCrl.der`. Google: `jwks.json`.
 *
 * @example
 * const endorsements = endorsementsFromDirectory({ 'vcek.der': vcek, 'ask.der': ask, 'ark.der': ark, 'arkCrl.der': crl });
 */
export function endorsementsFromDirectory(files: Readonly<Record<string, Uint8Array>>): RawEndorsements {
  const file = (name: string): Uint8Array | undefined => (Object.hasOwn(files, name) ? files[name] : undefined);
  const text = (name: string): string | undefined => {
    const bytes = file(name);
    return bytes && lenient.decode(bytes);
  };
  const signChain = file('pckSignChain.pem');
  const dcap = some({
    tcbInfo: text('tcbInfo.json'),
    qeIdentity: text('qeIdentity.json'),
    tcbSignChain: file('tcbSignChain.pem'),
    qeIdentitySignChain: file('qeIdentitySignChain.pem'),
    rootCaCrl: file('rootCaCrl.der'),
    pckCrl: file('pckCrl.der') ?? file('intermediateCaCrl.der'),
    pckCrlIssuerChain: file('pckCrlIssuerChain.pem') ?? signChain,
    pckCertChain: file('pckCertChain.pem') ?? joined(file('pckCert.pem'), signChain),
  });
  const snp = some({
    vek: file('vcek.der') ?? file('vlek.der'),
    ask: file('ask.der'),
    ark: file('ark.der'),
    crl: file('arkCrl.der'),
  });
  const confidentialSpace = some({ jwks: text('jwks.json') });
  return present({ dcap, snp, confidentialSpace });
}

/** The leaf, then its issuers. */
function joined(leaf: Uint8Array | undefined, issuers: Uint8Array | undefined): Uint8Array | undefined {
  if (leaf === undefined || issuers === undefined) return leaf;
  return concatBytes(leaf, NEW_LINE, issuers);
}

/** The members that have a value; undefined when none has. */
function some<T extends object>(members: T): Present<T> | undefined {
  const found = present(members);
  return Object.keys(found).length === 0 ? undefined : found;
}
