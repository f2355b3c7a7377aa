import { toHex } from '../codec/hex.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { isSignedBy, issuerKey, keyFingerprint, type Signed } from '../crypto/certificate-key.ts';
import type { VerifyKey } from '../crypto/types.ts';
import { type Endorsements, handleKind } from '../endorsements/handle.ts';
import type { RawEndorsements } from '../endorsements/raw.ts';
import { attempt, usage } from '../errors.ts';
import type { EndorsementOptions, EndorsementVerifier } from '../tee.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { type Finding, wrongConstraint, wrongCrlUrl, wrongKey, wrongName } from './chain.ts';
import { snpChecks } from './checks.ts';
import { type Members, readMembers } from './members.ts';
import { ARK_PINS } from './pins.ts';
import { lineOfRoot, type ProductLine } from './product.ts';
import { revokedOf, wrongCrlIssuer } from './revocation.ts';
import { readVekExtensions, type VekExtensions } from './vek.ts';

/** What a handle keeps: everything that does not depend on a report or a clock. */
export interface SnpEndorsed extends Members {
  readonly checks: readonly Check[];
  readonly validity: Endorsements['validity'];
  /** The line of the root. */
  readonly line: ProductLine | undefined;
  readonly simulated: boolean;
  readonly extensions: VekExtensions | undefined;
  /** The leaf's key, ready for reports. */
  readonly vekKey: VerifyKey | undefined;
}

/** Only this module can make handles that open. */
const handles = handleKind<SnpEndorsed>();

/** Authenticates VCEK or VLEK, ASK or ASVK, ARK and its revocation list, once for all reports of a chip. */
export const snpEndorsements: EndorsementVerifier = { family: 'snp', authenticate };

/** The contents of a handle; what is no handle of SNP endorsements counts as nothing given. */
export async function openEndorsements(endorsements: Endorsements): Promise<SnpEndorsed> {
  return handles.open(endorsements) ?? judge({}, []);
}

async function authenticate(raw: RawEndorsements, { roots, source }: EndorsementOptions): Promise<Endorsements> {
  const callerKeys = roots.map((root, index) => keyOfRoot(root, index));
  const endorsed = await judge(raw, callerKeys);
  const { ark, crl, validity } = endorsed;
  const documents = crl && ark ? [{ key: `snp/crl/${await fingerprintOf(ark)}`, issued: crl.thisUpdate }] : [];
  const sound = endorsed.checks.every(({ outcome }) => outcome === 'pass');
  return handles.seal({ family: 'snp', source, sound, documents, validity }, endorsed);
}

function keyOfRoot(root: Uint8Array, index: number): string {
  const parsed = attempt(() => parseCertificate(new Uint8Array(root)));
  if ('value' in parsed) return toHex(parsed.value.publicKey.raw);
  throw usage(`roots[${index}]: ${parsed.reason}`, { field: `roots[${index}]`, expected: 'a certificate in DER' });
}

/** When all are valid at once: null when one is missing. */
function validityOf({ vek, ask, ark, crl }: Members): Endorsements['validity'] {
  if (!vek || !ask || !ark || !crl) return null;
  const certificates = [vek, ask, ark];
  return Object.freeze({
    notBefore: Math.max(crl.thisUpdate, ...certificates.map(({ notBefore }) => notBefore)),
    notAfter: Math.min(crl.nextUpdate, ...certificates.map(({ notAfter }) => notAfter)),
  });
}

async function judge(raw: RawEndorsements, callerKeys: readonly string[]): Promise<SnpEndorsed> {
  const checks = new Checklist(snpChecks);
  const members = readMembers(raw.snp ?? {}, checks);
  const { vek, ask, ark, crl } = members;
  const line = lineOfRoot(ark?.subject.attributes.CN);
  const [arkKey, askKey] = await Promise.all([authorityKey(ark), authorityKey(ask)]);
  await judgeSignature('snp.ark.self-signed', ark, arkKey, 'ARK', checks);
  const anchor = await judgeAnchor(ark, line, callerKeys, checks);
  await judgeSignature('snp.ask.signature', ask, arkKey, 'ASK and ARK', checks);
  await judgeSignature('snp.vek.signature', vek, askKey, 'VCEK or VLEK and ASK', checks);
  const extensions = judgeExtensions(vek, checks);
  judgeChain(members, { line, kind: extensions?.kind, anchor }, checks);
  if (crl && ark) record('snp.crl.issuer', wrongCrlIssuer(crl, ark), checks);
  else checks.skip('snp.crl.issuer', 'needs CRL and ARK');
  const authenticList = await judgeSignature('snp.crl.signature', crl, arkKey, 'CRL and ARK', checks);
  if (crl && vek && ask && ark && authenticList) record('snp.crl.revocation', revokedOf(crl, [ark, ask, vek]), checks);
  else checks.skip('snp.crl.revocation', 'needs the whole chain and a CRL that the ARK signed');
  const vekKey = vek?.publicKey.kind === 'ec' ? await issuerKey(vek.publicKey, 'ecdsa-sha384') : undefined;
  const validity = validityOf(members);
  const simulated = anchor === 'caller';
  return { ...members, checks: checks.checks, validity, line, simulated, extensions, vekKey };
}

type Anchor = 'amd' | 'caller' | undefined;

/** AMD's by its key, or the caller's by his word. */
async function judgeAnchor(
  ark: Certificate | undefined,
  line: ProductLine | undefined,
  callerKeys: readonly string[],
  checks: Checklist,
): Promise<Anchor> {
  if (ark === undefined) {
    checks.skip('snp.ark.anchor', 'needs ARK');
    return undefined;
  }
  const actual = await fingerprintOf(ark);
  const expected = line && ARK_PINS[line];
  const isCallers = callerKeys.includes(toHex(ark.publicKey.raw));
  const anchor = actual === expected ? 'amd' : isCallers ? 'caller' : undefined;
  checks.test('snp.ark.anchor', anchor !== undefined, { expected, actual, authority: anchor });
  return anchor;
}

async function fingerprintOf({ publicKey }: Certificate): Promise<string> {
  return toHex(await keyFingerprint(publicKey));
}

/** A certificate's key, ready for certificates and lists; a key that is none accepts no signature. */
async function authorityKey(certificate: Certificate | undefined): Promise<VerifyKey | undefined> {
  if (certificate === undefined) return undefined;
  const key =
    certificate.publicKey.kind === 'rsa' ? await issuerKey(certificate.publicKey, 'rsa-pss-sha384') : undefined;
  return key ?? { verify: () => false };
}

async function judgeSignature(
  id: string,
  signed: Signed | undefined,
  key: VerifyKey | undefined,
  needs: string,
  checks: Checklist,
): Promise<boolean> {
  if (signed === undefined || key === undefined) {
    checks.skip(id, `needs ${needs}`);
    return false;
  }
  return checks.test(id, signed.signatureAlgorithm === 'rsa-pss-sha384' && (await isSignedBy(signed, key)));
}

interface Role {
  readonly line: ProductLine | undefined;
  readonly kind: VekExtensions['kind'] | undefined;
  readonly anchor: Anchor;
}

function judgeChain({ vek, ask, ark }: Members, { line, kind, anchor }: Role, checks: Checklist): void {
  if (!vek || !ask || !ark) {
    for (const check of ['names', 'keys', 'constraints', 'crl-url']) {
      checks.skip(`snp.chain.${check}`, 'needs the whole chain');
    }
    return;
  }
  const chain = { vek, ask, ark };
  record('snp.chain.names', wrongName(chain, line, kind), checks);
  record('snp.chain.keys', wrongKey(chain), checks);
  record('snp.chain.constraints', wrongConstraint(chain), checks);
  if (line === undefined) checks.skip('snp.chain.crl-url', 'needs an ARK of a known product');
  else record('snp.chain.crl-url', wrongCrlUrl(chain, line, anchor === 'amd'), checks);
}

function judgeExtensions(vek: Certificate | undefined, checks: Checklist): VekExtensions | undefined {
  if (vek === undefined) {
    checks.skip('snp.vek.extensions', 'needs VCEK or VLEK');
    return undefined;
  }
  const extensions = attempt(() => readVekExtensions(vek));
  checks.test('snp.vek.extensions', 'value' in extensions, {
    actual: 'reason' in extensions ? extensions.reason : undefined,
  });
  return 'value' in extensions ? extensions.value : undefined;
}

function record(id: string, finding: Finding, checks: Checklist): void {
  checks.test(id, finding === undefined, finding);
}
