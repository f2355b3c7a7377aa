import type { Extension } from '@peculiar/x509';
import type { Entropy } from '../entropy.ts';
import { createRsaKey, RS256, type RsaKey } from './rsa-key.ts';

/** The three certificates of a PKI token, from the key that signs it to the trust anchor. */
export type ChainRole = 'leaf' | 'intermediate' | 'root';

/** A key with its certificate, DER. */
export interface Certified {
  readonly key: RsaKey;
  readonly certificate: Uint8Array;
}

/** A three-level hierarchy as Google's. */
export interface TokenChain extends Readonly<Record<ChainRole, Certified>> {
  /** The organisation in every name. */
  readonly organisation: string;
}

/** How a certificate differs from what it should be. */
export interface CertificateChanges {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Whether it says that it is a CA. */
  readonly ca?: boolean;
  /** Whether a CA may sign certificates (keyCertSign). */
  readonly mayCertify?: boolean;
  /** Signed by this role's key, whatever its issuer's name says. */
  readonly signedBy?: ChainRole;
  readonly subject?: string;
  readonly issuer?: string;
  /** Further extensions. */
  readonly extensions?: readonly Extension[];
}

const DAY = 86_400_000;
const ISSUER: Readonly<Record<ChainRole, ChainRole>> = { leaf: 'intermediate', intermediate: 'root', root: 'root' };
const NAMES: Readonly<Record<ChainRole, string>> = {
  root: 'SIMULATED Confidential Space Root CA',
  intermediate: 'SIMULATED Confidential Space Intermediate CA',
  leaf: 'SIMULATED Confidential Space Leaf Certificate',
};
/** Days before and after the vendor's time: ten years, three years, sixty days, as Google's. */
const LIVES: Readonly<Record<ChainRole, readonly [number, number]>> = {
  root: [400, 3250],
  intermediate: [396, 700],
  leaf: [4, 56],
};

/** Makes keys, of a seed or random, and certificates that are valid at `now`. */
export async function createChain(now: Date, entropy?: Entropy): Promise<TokenChain> {
  const create = (role: ChainRole): Promise<RsaKey> =>
    createRsaKey(entropy && { entropy, label: `google/${role}/key` });
  const [root, intermediate, leaf] = await Promise.all([create('root'), create('intermediate'), create('leaf')]);
  const organisation = entropy ? 'SIMULATED SEEDED' : 'SIMULATED';
  const issuance = { keys: { root, intermediate, leaf }, organisation, now };
  return {
    organisation,
    root: await certify('root', issuance),
    intermediate: await certify('intermediate', issuance),
    leaf: await certify('leaf', issuance),
  };
}

/** The chain with one certificate issued anew and changed; all keys stay. */
export async function reissue(
  chain: TokenChain,
  role: ChainRole,
  now: Date,
  changes: CertificateChanges,
): Promise<TokenChain> {
  const keys = { root: chain.root.key, intermediate: chain.intermediate.key, leaf: chain.leaf.key };
  const { organisation } = chain;
  return { ...chain, [role]: await certify(role, { keys, organisation, now }, changes) };
}

/** Loaded by whoever needs it: it takes longer than the rest of this package, and throws unless the first one is there. */
async function library(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

/** What the certificates of a chain have in common. */
interface Issuance {
  readonly keys: Readonly<Record<ChainRole, RsaKey>>;
  readonly organisation: string;
  readonly now: Date;
}

async function certify(
  role: ChainRole,
  { keys, organisation, now }: Issuance,
  changes: CertificateChanges = {},
): Promise<Certified> {
  const issuer = ISSUER[role];
  const { ca = role !== 'leaf', mayCertify = ca, signedBy = issuer } = changes;
  const [before, after] = LIVES[role];
  const x509 = await library();
  const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags;
  const usage = mayCertify ? keyCertSign | cRLSign : digitalSignature;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: changes.subject ?? nameOf(role, organisation),
    issuer: changes.issuer ?? nameOf(issuer, organisation),
    notBefore: changes.notBefore ?? new Date(now.getTime() - before * DAY),
    notAfter: changes.notAfter ?? new Date(now.getTime() + after * DAY),
    publicKey: keys[role].publicKey,
    signingKey: keys[signedBy].privateKey,
    signingAlgorithm: RS256,
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      await x509.SubjectKeyIdentifierExtension.create(keys[role].publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys[signedBy].publicKey),
      // Google's leaves have none.
      ...(role === 'leaf' ? [] : [new x509.KeyUsagesExtension(usage, true)]),
      ...(changes.extensions ?? []),
    ],
  });
  return { key: keys[role], certificate: new Uint8Array(certificate.rawData) };
}

function nameOf(role: ChainRole, organisation: string): string {
  return `C=US, O=${organisation}, OU=Test vendor, CN=${NAMES[role]}`;
}
