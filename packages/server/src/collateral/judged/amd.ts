import { constants, createHash, verify as verifySignature, X509Certificate } from 'node:crypto';
import { authenticateEndorsements } from '@assay/verify';
import {
  type Certificate,
  equalBytes,
  fromCertificateChain,
  fromHex,
  parseCertificate,
  toHex,
} from '@assay/verify/codec';
import { ARK_PINS, snp } from '@assay/verify/snp';
import { type AmdResource, amdList } from '../resource.ts';
import { chainOfTwo, crlIn, requireIssued, requireUnrevoked } from './certificates.ts';
import { CollateralRefusal, type Judged, parsed, type Received, type Surroundings, validNow } from './judged.ts';

/** AMD's extension with the chip's id (AMD 57230 section 3.1). */
const HARDWARE_ID = '1.3.6.1.4.1.3704.1.4';
const SALT_LENGTH = 48;

/** Authenticates one of AMD's documents against the root of its product line. Throws a refusal. */
export async function judgeAmd(resource: AmdResource, received: Received, around: Surroundings): Promise<Judged> {
  switch (resource.kind) {
    case 'chain':
      return judgeChain(resource, received, around);
    case 'crl':
      return judgeCrl(resource, received, around);
    case 'vcek':
      return judgeVcek(resource, received, around);
  }
}

type ListResource = Extract<AmdResource, { kind: 'chain' | 'crl' }>;

function judgeChain({ target: what, line, family }: ListResource, received: Received, around: Surroundings): Judged {
  const { certificates, pem } = chainOfTwo(what, received.bytes);
  const [signer, root] = certificates as readonly [Certificate, Certificate];
  requireAnchor(what, root, line, around);
  requireIssued(what, root, root);
  requireIssued(what, signer, root);
  const names = [signer, root].map(({ subject }) => subject.attributes.CN);
  const expected = [family === 'vcek' ? `SEV-${line}` : `SEV-VLEK-${line}`, `ARK-${line}`];
  if (names.join() !== expected.join()) {
    throw new CollateralRefusal('another-document', `${what}: the answer is of ${names.join(' and ')}`);
  }
  return {
    ...validNow(what, certificates, around.now),
    body: pem,
    headers: {},
    contentType: 'application/x-pem-file',
    dated: [],
  };
}

/** AMD's root by its pinned key, or a root of the operator's. */
function requireAnchor(what: string, root: Certificate, line: ListResource['line'], { roots }: Surroundings): void {
  const isCallers = roots.some((der) => equalBytes(parseCertificate(der).publicKey.raw, root.publicKey.raw));
  if (isCallers || fingerprint(root) === ARK_PINS[line]) return;
  throw new CollateralRefusal('not-authentic', `${what}: it does not lead to a root that is trusted here`);
}

function fingerprint({ publicKey }: Certificate): string {
  return createHash('sha256').update(publicKey.raw).digest('hex');
}

async function judgeCrl({ target: what, line, family }: ListResource, received: Received, around: Surroundings) {
  const list = crlIn(what, received.bytes);
  const chain = await around.need(amdList('chain', family, line));
  const [signer, root] = chainOfTwo(what, chain.body).certificates as readonly [Certificate, Certificate];
  const key = {
    key: new X509Certificate(root.raw).publicKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: SALT_LENGTH,
  };
  const named = equalBytes(list.issuer.raw, root.subject.raw) && list.signatureAlgorithm === 'rsa-pss-sha384';
  if (!named || !verifySignature('sha384', list.tbs, key, list.signature)) {
    throw new CollateralRefusal('not-authentic', `${what}: the list is not signed by the root`);
  }
  requireUnrevoked(what, [signer, root], list);
  const window = { notBefore: list.thisUpdate, notAfter: list.nextUpdate };
  return {
    ...validNow(what, [window, chain], around.now),
    body: list.raw,
    headers: {},
    contentType: 'application/pkix-crl',
    dated: [{ key: `${family}/crl/${fingerprint(root)}`, issued: list.thisUpdate }],
  };
}

async function judgeVcek(
  { target: what, line, chip }: Extract<AmdResource, { kind: 'vcek' }>,
  received: Received,
  around: Surroundings,
): Promise<Judged> {
  const chain = await around.need(amdList('chain', 'vcek', line));
  const { body: crl } = await around.need(amdList('crl', 'vcek', line));
  const [leaf, ...more] = parsed(what, () => fromCertificateChain(received.bytes).map(parseCertificate));
  if (leaf === undefined || more.length > 0) {
    throw new CollateralRefusal('malformed', `${what}: the answer is not one certificate`);
  }
  const [ask, ark] = chainOfTwo(what, chain.body).certificates;
  const raw = { snp: { vek: leaf.raw, ask: ask?.raw, ark: ark?.raw, crl } };
  const { sound, validity } = await authenticateEndorsements(raw, {
    tee: snp,
    roots: around.roots,
    source: 'own',
  });
  if (!sound) throw new CollateralRefusal('not-authentic', `${what}: a signature, name or form is wrong`);
  const id = leaf.extensions.get(HARDWARE_ID)?.value ?? new Uint8Array();
  // Some certificates have an OCTET STRING around the bytes.
  if (!equalBytes(id.slice(-chip.length / 2), fromHex(chip, 'chip'))) {
    throw new CollateralRefusal('another-document', `${what}: the answer is of the chip ${toHex(id)}`);
  }
  return {
    ...validNow(what, [validity], around.now),
    body: leaf.raw,
    headers: {},
    contentType: 'application/pkix-cert',
    // Its list was dated when it came.
    dated: [],
  };
}
