import { childrenOf, expectTag, readWholeDer, TAG } from '../codec/der.ts';
import { bitStringBytesOf, unsignedOf } from '../codec/der-values.ts';
import { basicConstraintsOf, crlUriOf, EXTENSION, keyUsageOf, unknownCritical } from '../codec/extensions.ts';
import { toHex } from '../codec/hex.ts';
import { type Name, showName } from '../codec/name.ts';
import type { PublicKeyInfo } from '../codec/public-key.ts';
import type { Certificate } from '../codec/x509.ts';
import { attempt } from '../errors.ts';
import type { CheckDetail } from '../verdict/check.ts';
import type { ProductLine } from './product.ts';

/** A whole chain, leaf first. */
export interface Chain {
  readonly vek: Certificate;
  readonly ask: Certificate;
  readonly ark: Certificate;
}

/** What a check of the chain found wrong: undefined when nothing is. */
export type Finding = CheckDetail | undefined;

const CRITICAL = [EXTENSION.basicConstraints, EXTENSION.keyUsage];

/** Names (AMD 57230 section 3): ARK-x, then SEV-x over SEV-VCEK or SEV-VLEK-x over SEV-VLEK, all of one organisation. */
export function wrongName(
  { vek, ask, ark }: Chain,
  line: ProductLine | undefined,
  kind: 'VCEK' | 'VLEK' | undefined,
): Finding {
  const leaf = kind === undefined ? (vek.subject.attributes.CN ?? '') : `SEV-${kind}`;
  const intermediate = leaf === 'SEV-VLEK' ? `SEV-VLEK-${line}` : `SEV-${line}`;
  const commonNames: readonly (readonly [Name, readonly string[]])[] = [
    [ark.subject, ['ARK-Milan', 'ARK-Genoa', 'ARK-Turin']],
    [ask.subject, [intermediate]],
    [vek.subject, kind === undefined ? ['SEV-VCEK', 'SEV-VLEK'] : [leaf]],
  ];
  for (const [name, expected] of commonNames) {
    if (!expected.includes(name.attributes.CN ?? ''))
      return { expected: expected.join(' or '), actual: showName(name) };
    if (place(name) !== place(ark.subject)) return { expected: place(ark.subject), actual: place(name) };
  }
  const links = [
    [ark, ark],
    [ask, ark],
    [vek, ask],
  ] as const;
  const broken = links.find(([certificate, issuer]) => !sameName(certificate.issuer, issuer.subject));
  return broken && { expected: `issuer ${showName(broken[1].subject)}`, actual: showName(broken[0].issuer) };
}

/** True when two names say the same, whatever string types they use (RFC 5280 section 7.1). */
export function sameName(a: Name, b: Name): boolean {
  const said = ({ attributes }: Name): string => JSON.stringify(Object.entries(attributes));
  return said(a) === said(b);
}

/** Everything of a name but its common name: an anchor's organisation must be that of the whole chain. */
function place(name: Name): string {
  return Object.entries(name.attributes)
    .filter(([key]) => key !== 'CN')
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

/** Kinds of keys and signature algorithms. */
export function wrongKey({ vek, ask, ark }: Chain): Finding {
  for (const certificate of [vek, ask, ark]) {
    const { signatureAlgorithm: actual } = certificate;
    if (actual !== 'rsa-pss-sha384') return { expected: 'rsa-pss-sha384', actual };
  }
  for (const { publicKey, subject } of [ask, ark]) {
    if (!isRsa4096(publicKey)) return { expected: 'RSA-4096', actual: `another key of ${showName(subject)}` };
  }
  const { publicKey } = vek;
  return publicKey.kind === 'ec' && publicKey.curve === 'P-384'
    ? undefined
    : { expected: 'P-384', actual: 'another key' };
}

/** RSA with a modulus of exactly 4096 bits and the exponent 65537. */
function isRsa4096(key: PublicKeyInfo): boolean {
  if (key.kind !== 'rsa') return false;
  const parsed = attempt(() => {
    const bits = bitStringBytesOf(childrenOf(readWholeDer(key.raw, 'key'), 2)[1], 'key');
    const [modulus, exponent] = childrenOf(expectTag(readWholeDer(bits, 'RSA key'), TAG.sequence, 'RSA key'), 2);
    const magnitude = unsignedOf(modulus, 'modulus');
    return (
      magnitude.length === 512 && (magnitude[0] ?? 0) >= 0x80 && toHex(unsignedOf(exponent, 'exponent')) === '010001'
    );
  });
  return 'value' in parsed && parsed.value;
}

/** Who may sign certificates and lists (RFC 5280 sections 4.2.1.3 and 4.2.1.9); unknown critical extensions. */
export function wrongConstraint({ vek, ask, ark }: Chain): Finding {
  const roles = [
    [
      ark,
      'ARK',
      (certificate: Certificate) => mayCertify(certificate, 1) && keyUsageOf(certificate.extensions)?.cRLSign === true,
    ],
    [ask, 'ASK', (certificate: Certificate) => mayCertify(certificate, 0)],
    [vek, 'leaf', isLeaf],
  ] as const;
  for (const [certificate, role, holds] of roles) {
    const [critical] = unknownCritical(certificate.extensions, CRITICAL);
    if (critical !== undefined) return { actual: `${role}: unknown critical extension ${critical}` };
    const result = attempt(() => holds(certificate));
    if ('reason' in result) return { actual: `${role}: ${result.reason}` };
    if (!result.value) return { actual: `${role}: basic constraints or key usage` };
  }
  return undefined;
}

function mayCertify({ extensions }: Certificate, below: number): boolean {
  const basic = basicConstraintsOf(extensions);
  const depth = basic?.pathLength ?? below;
  return basic?.ca === true && depth >= below && keyUsageOf(extensions)?.keyCertSign === true;
}

function isLeaf({ extensions }: Certificate): boolean {
  const usage = keyUsageOf(extensions);
  return (
    basicConstraintsOf(extensions)?.ca !== true &&
    (usage === undefined || (usage.digitalSignature && !usage.keyCertSign))
  );
}

/** Distribution points (AMD 57230 section 4): at AMD's key service, or, under a root that is not AMD's, anywhere. */
export function wrongCrlUrl({ ask, ark }: Chain, line: ProductLine, isAmds: boolean): Finding {
  const points = [
    [ark, 'vcek'],
    [ask, ask.subject.attributes.CN?.startsWith('SEV-VLEK') ? 'vlek' : 'vcek'],
  ] as const;
  for (const [certificate, service] of points) {
    const found = attempt(() => crlUriOf(certificate.extensions));
    const actual = 'value' in found ? (found.value ?? 'none') : found.reason;
    const path = `/${service}/v1/${line}/crl`;
    const expected = `https://kdsintf.amd.com${path}`;
    if (isAmds ? actual !== expected : !actual.endsWith(path)) return { expected, actual };
  }
  return undefined;
}
