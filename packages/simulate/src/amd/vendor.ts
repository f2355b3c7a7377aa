import { bitString, contextTag, integer, sequence, time } from '../der.ts';
import { createEntropy, type Entropy } from '../entropy.ts';
import {
  authorityKeyId,
  crlDistributionPoint,
  crlNumber,
  type Extension,
  encodeExtensions,
  keyUsage,
  subjectKeyId,
} from '../intel/extension.ts';
import { encodePem } from '../pem.ts';
import {
  type AmdCertificateEdits,
  amdKeyId,
  amdName,
  caConstraints,
  issueAmdCertificate,
  signAmdStructure,
} from './certificate.ts';
import { type AmdKey, createRsaKey, RSASSA_PSS } from './key.ts';

/** Product lines, each with a hierarchy of its own. */
export type AmdProduct = 'Milan' | 'Genoa' | 'Turin';

/** The authorities of a line: the root, and what signs VCEKs and VLEKs. */
export type AmdRole = 'ark' | 'ask' | 'asvk';

/** A key with its certificate, DER. */
export interface AmdAuthority {
  readonly key: AmdKey;
  readonly certificate: Uint8Array;
  readonly serial: number;
  /** DER of its name. */
  readonly subject: Uint8Array;
}

/** How to make a test vendor: the line it stands for, and the time its documents are issued for. */
export interface AmdVendorOptions {
  readonly product: AmdProduct;
  readonly now: Date;
  /** Where its certificates say that the key service is; the default resolves nowhere. */
  readonly baseUrl?: string;
  /** The same seed gives the same keys again, which are no secret then; certificates say SIMULATED SEEDED. Default: random. */
  readonly seed?: Uint8Array | string;
  /** Keys of another vendor, to save the time that RSA keys take. */
  readonly keys?: Readonly<Record<AmdRole, AmdKey>>;
}

/** A vendor that stands in for AMD and one product line, under a root that only tests know. */
export interface AmdVendor {
  readonly product: AmdProduct;
  readonly now: Date;
  readonly baseUrl: string;
  /** The organisation in every name: no verifier can mistake it for AMD's. */
  readonly organisation: string;
  /** Where a seeded vendor's keys come from. */
  readonly entropy?: Entropy;
  readonly keys: Readonly<Record<AmdRole, AmdKey>>;
  readonly authorities: Readonly<Record<AmdRole, AmdAuthority>>;
  /** The trust anchor for `--root-ca`. */
  readonly rootPem: string;
}

/** Serial numbers as AMD gives them: line, service, role. */
const LINES: Readonly<Record<AmdProduct, number>> = { Milan: 0x10000, Genoa: 0x20000, Turin: 0x30000 };
const OFFSETS: Readonly<Record<AmdRole, number>> = { ark: 0, ask: 1, asvk: 0x101 };
/** keyCertSign and cRLSign; keyCertSign. */
const ROOT_USAGE = bitString(Uint8Array.of(0x06), 1);
const AUTHORITY_USAGE = bitString(Uint8Array.of(0x04), 2);
const DAY = 86_400_000;

/** Makes a test vendor. RSA-4096 takes a second or two. Throws for an invalid `now`, and for an empty seed. */
export async function createAmdVendor(options: AmdVendorOptions): Promise<AmdVendor> {
  const { product, now, baseUrl = 'https://simulated.invalid' } = options;
  if (Number.isNaN(now.getTime())) throw new Error('now: expected a valid date');
  const entropy = options.seed === undefined ? undefined : createEntropy({ seed: options.seed });
  const keys = options.keys ?? (await createKeys(entropy));
  const organisation = entropy ? 'SIMULATED SEEDED' : 'SIMULATED';
  const common = { product, now, baseUrl, organisation, keys, ...(entropy && { entropy }) };
  const [ark, ask, asvk] = await Promise.all([certify(common, 'ark'), certify(common, 'ask'), certify(common, 'asvk')]);
  return { ...common, authorities: { ark, ask, asvk }, rootPem: encodePem('CERTIFICATE', ark.certificate) };
}

async function createKeys(entropy: Entropy | undefined): Promise<AmdVendor['keys']> {
  const create = (role: AmdRole): Promise<AmdKey> =>
    createRsaKey(4096, entropy && { entropy, label: `amd/${role}/key` });
  const [ark, ask, asvk] = await Promise.all([create('ark'), create('ask'), create('asvk')]);
  return { ark, ask, asvk };
}

/** The same vendor with one certificate issued anew and changed; keys and the trust anchor stay. */
export async function reissueAmdAuthority(
  vendor: AmdVendor,
  role: AmdRole,
  edits: AmdCertificateEdits,
): Promise<AmdVendor> {
  return { ...vendor, authorities: { ...vendor.authorities, [role]: await certify(vendor, role, edits) } };
}

type Issuance = Pick<AmdVendor, 'product' | 'now' | 'baseUrl' | 'organisation' | 'keys'>;

async function certify(vendor: Issuance, role: AmdRole, edits: AmdCertificateEdits = {}): Promise<AmdAuthority> {
  const { product, now, baseUrl, organisation, keys } = vendor;
  const key = keys[role];
  const names = { ark: `ARK-${product}`, ask: `SEV-${product}`, asvk: `SEV-VLEK-${product}` };
  const subject = amdName(names[role], organisation);
  const serial = LINES[product] + OFFSETS[role];
  const isRoot = role === 'ark';
  const extensions: readonly Extension[] = [
    subjectKeyId(amdKeyId(key)),
    ...(isRoot ? [] : [authorityKeyId(amdKeyId(keys.ark))]),
    caConstraints(isRoot ? undefined : 0),
    keyUsage(isRoot ? ROOT_USAGE : AUTHORITY_USAGE),
    crlDistributionPoint(`${baseUrl}/${role === 'asvk' ? 'vlek' : 'vcek'}/v1/${product}/crl`),
  ];
  const fields = {
    serial,
    issuer: amdName(names.ark, organisation),
    subject,
    notBefore: new Date(now.getTime() - 1000 * DAY),
    // AMD's authorities live for 25 years, as long as UTCTime allows here.
    notAfter: new Date('2049-12-31T23:59:59Z'),
    spki: key.spki,
    extensions,
  };
  return { key, certificate: await issueAmdCertificate(keys.ark, fields, edits), serial, subject };
}

/** What a revocation list says, and what may be wrong with it. */
export interface AmdCrlOptions extends Pick<AmdCertificateEdits, 'signer' | 'algorithm' | 'extensions'> {
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  /** Serial numbers of revoked certificates. */
  readonly revoked?: readonly number[];
  /** DER of the name the list gives as its issuer. */
  readonly issuer?: Uint8Array;
}

/** The ARK's list, DER: current at the vendor's time, nothing revoked, unless options say otherwise. */
export function issueAmdCrl({ authorities, now }: AmdVendor, options: AmdCrlOptions = {}): Promise<Uint8Array> {
  const { ark } = authorities;
  const standard = [authorityKeyId(amdKeyId(ark.key)), crlNumber(1)];
  const extensions = options.extensions?.(standard) ?? standard;
  const { thisUpdate = new Date(now.getTime() - 30 * DAY), nextUpdate = new Date(now.getTime() + 335 * DAY) } = options;
  const revoked = (options.revoked ?? []).map((serial) => sequence(integer(serial), time(thisUpdate)));
  const inner = sequence(
    integer(1),
    options.algorithm ?? RSASSA_PSS,
    options.issuer ?? ark.subject,
    time(thisUpdate),
    time(nextUpdate),
    ...(revoked.length > 0 ? [sequence(...revoked)] : []),
    contextTag(0, encodeExtensions(extensions)),
  );
  return signAmdStructure(inner, ark.key, options);
}
