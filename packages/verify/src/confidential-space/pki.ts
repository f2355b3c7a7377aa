import { fromBase64 } from '../codec/base64.ts';
import { equalBytes } from '../codec/bytes.ts';
import { basicConstraintsOf, EXTENSION, keyUsageOf, unknownCritical } from '../codec/extensions.ts';
import { toHex } from '../codec/hex.ts';
import type { Json } from '../codec/json.ts';
import { showName } from '../codec/name.ts';
import { toIso } from '../codec/time.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { isSignedBy, issuerKey, keyFingerprint } from '../crypto/certificate-key.ts';
import { attempt, malformed } from '../errors.ts';
import type { Clock } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { GOOGLE_ROOT_KEY_SHA256 } from './pins.ts';
import { type RsaKey, rsaKeyOf, thumbprint } from './rsa-key.ts';
import type { Signer } from './signer.ts';
import { shown } from './token.ts';

const ROLES = ['leaf', 'intermediate', 'root'] as const;
const KNOWN = [EXTENSION.basicConstraints, EXTENSION.keyUsage, EXTENSION.extendedKeyUsage];

interface Chain {
  readonly leaf: Certificate;
  readonly intermediate: Certificate;
  readonly root: Certificate;
  readonly key: RsaKey;
}

/** Checks a PKI token's certificates (x5c) up to Google's pinned root key or a caller's, offline; the leaf's key signs. */
export async function certifiedSigner(
  { x5c, kid }: { readonly x5c: Json | undefined; readonly kid: string },
  roots: ReadonlySet<string>,
  clock: Clock,
  checks: Checklist,
): Promise<Signer> {
  const parsed = attempt(() => readChain(x5c));
  if (!('value' in parsed)) {
    checks.fail('cs.pki.certificates', { actual: parsed.reason });
    for (const id of AFTER_PARSING) checks.skip(id, 'the certificates do not parse');
    return { anchor: undefined, key: undefined, validity: null };
  }
  checks.pass('cs.pki.certificates', { actual: 'leaf, intermediate, root' });
  const chain = parsed.value;
  const anchor = await anchorOf(chain.root, roots, checks);
  const named = testNames(chain, checks);
  testConstraints(chain, checks);
  testValidity(chain, clock, checks);
  await testSignature('cs.pki.root.signature', chain.root, chain.root, named, checks);
  await testSignature('cs.pki.intermediate.signature', chain.intermediate, chain.root, named, checks);
  await testSignature('cs.pki.leaf.signature', chain.leaf, chain.intermediate, named, checks);
  const expected = await thumbprint(chain.key);
  checks.test('cs.pki.kid', kid === expected, { expected, actual: shown(kid) });
  return { anchor, key: chain.key, validity: validityOf(chain) };
}

const AFTER_PARSING = [
  'cs.pki.root',
  'cs.pki.names',
  'cs.pki.constraints',
  'cs.pki.validity',
  'cs.pki.root.signature',
  'cs.pki.intermediate.signature',
  'cs.pki.leaf.signature',
  'cs.pki.kid',
] as const;

/** The order is fixed (RFC 7515 section 4.1.6): each certificate is certified by the next. */
function readChain(x5c: Json | undefined): Chain {
  if (!Array.isArray(x5c)) throw malformed('x5c: expected an array');
  if (x5c.length !== 3) throw malformed(`x5c: expected 3 certificates, found ${x5c.length}`);
  const read = (index: 0 | 1 | 2): Certificate => {
    const item: unknown = x5c[index];
    if (typeof item !== 'string') throw malformed(`x5c[${index}]: expected base64`);
    const certificate = parseCertificate(fromBase64(item, `x5c[${index}]`));
    // Checked for all three: runtimes differ in what odd keys they take.
    rsaKeyOf(certificate.publicKey, `x5c[${index}]`);
    if (certificate.signatureAlgorithm !== 'rsa-sha256')
      throw malformed(`x5c[${index}]: not signed with RSA and SHA-256`);
    return certificate;
  };
  const leaf = read(0);
  return { leaf, intermediate: read(1), root: read(2), key: rsaKeyOf(leaf.publicKey, 'x5c[0]') };
}

/** The key decides, not the certificate: a root of the same key is the same authority. */
async function anchorOf(root: Certificate, roots: ReadonlySet<string>, checks: Checklist): Promise<Signer['anchor']> {
  const actual = toHex(await keyFingerprint(root.publicKey));
  const anchor = actual === GOOGLE_ROOT_KEY_SHA256 ? 'google' : roots.has(actual) ? 'caller' : undefined;
  checks.test('cs.pki.root', anchor !== undefined, {
    expected: `SHA-256 of the key: ${GOOGLE_ROOT_KEY_SHA256}`,
    actual: anchor === 'caller' ? `${actual}, the caller's` : actual,
    authority: anchor === 'caller' ? 'caller' : undefined,
  });
  return anchor;
}

function testNames({ leaf, intermediate, root }: Chain, checks: Checklist): boolean {
  const links = [
    ['leaf', leaf, intermediate],
    ['intermediate', intermediate, root],
    ['root', root, root],
  ] as const;
  const broken = links.find(([, subject, issuer]) => !equalBytes(subject.issuer.raw, issuer.subject.raw));
  return checks.test(
    'cs.pki.names',
    broken === undefined,
    broken && {
      expected: shown(showName(broken[2].subject)),
      actual: `${broken[0]}: ${shown(showName(broken[1].issuer))}`,
    },
  );
}

function testConstraints(chain: Chain, checks: Checklist): void {
  const faults = ROLES.flatMap((role) => {
    const judged = attempt(() => faultOf(role, chain[role]));
    const fault = 'value' in judged ? judged.value : judged.reason;
    return fault === undefined ? [] : `${role}: ${fault}`;
  });
  checks.test('cs.pki.constraints', faults.length === 0, { actual: faults.join('; ') || undefined });
}

function faultOf(role: (typeof ROLES)[number], { extensions }: Certificate): string | undefined {
  const unknown = unknownCritical(extensions, KNOWN);
  if (unknown.length > 0) return `unknown critical extension ${unknown[0]}`;
  const constraints = basicConstraintsOf(extensions);
  const usage = keyUsageOf(extensions);
  if (role === 'leaf') {
    if (constraints?.ca === true) return 'is a CA';
    return usage?.digitalSignature === false ? 'may not sign' : undefined;
  }
  if (constraints?.ca !== true) return 'is no CA';
  if (role === 'root' && (constraints.pathLength ?? 1) < 1) return 'allows no intermediate';
  return usage?.keyCertSign === true ? undefined : 'may not sign certificates';
}

function testValidity(chain: Chain, { now, skew }: Clock, checks: Checklist): void {
  const outside = ROLES.filter((role) => now + skew < chain[role].notBefore || now - skew > chain[role].notAfter);
  const spans = outside.map((role) => `${role}: ${toIso(chain[role].notBefore)} to ${toIso(chain[role].notAfter)}`);
  checks.test('cs.pki.validity', outside.length === 0, { expected: toIso(now), actual: spans.join('; ') || undefined });
}

async function testSignature(
  id: 'cs.pki.root.signature' | 'cs.pki.intermediate.signature' | 'cs.pki.leaf.signature',
  subject: Certificate,
  issuer: Certificate,
  named: boolean,
  checks: Checklist,
): Promise<void> {
  if (!named) {
    checks.skip(id, 'the certificates do not name each other');
    return;
  }
  const key = await issuerKey(issuer.publicKey, subject.signatureAlgorithm);
  checks.test(id, key !== undefined && (await isSignedBy(subject, key)));
}

function validityOf({ leaf, intermediate, root }: Chain): Signer['validity'] {
  const all = [leaf, intermediate, root];
  return {
    notBefore: Math.max(...all.map(({ notBefore }) => notBefore)),
    notAfter: Math.min(...all.map(({ notAfter }) => notAfter)),
  };
}
