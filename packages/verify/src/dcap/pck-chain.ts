import { fromCertificateChain } from '../codec/pem.ts';
import type { Certificate } from '../codec/x509.ts';
import { attempt, malformed } from '../errors.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { type Certification, sortChain } from './certification.ts';
import type { Collateral } from './collateral.ts';

/** The three certificates of a PCK chain, by role. Nothing in them is trusted yet. */
export interface PckChain {
  readonly leaf: Certificate;
  readonly ca: Certificate;
  readonly root: Certificate;
}

/** Finds the PCK chain: the caller's, else the quote's own, completed from the collateral where it is a leaf alone. */
export function pckChain(
  certification: Certification,
  collateral: Collateral,
  checks: Checklist,
): PckChain | undefined {
  const certificates = certificatesFrom(certification, collateral);
  if (certificates === undefined) {
    checks.fail('dcap.pck.present', { actual: `certification data type ${certification.type} and no PCK chain given` });
    checks.skip('dcap.pck.chain', 'needs the PCK chain');
    return undefined;
  }
  checks.pass('dcap.pck.present');
  const chain = attempt(() => sortChain(certificates(), knownFrom(collateral)));
  if ('reason' in chain) {
    checks.fail('dcap.pck.chain', { actual: chain.reason });
    return undefined;
  }
  const { leaf, ca, root, count } = chain.value;
  if (count === 1 && certification.type === 4 && collateral.givenPckChain === undefined) {
    checks.skip('dcap.pck.chain', 'needs a trusted PCK CA');
    return undefined;
  }
  const whole = leaf && ca && root && count === 3 ? { leaf, ca, root } : undefined;
  const expected = 'PCK certificate, PCK CA, root';
  checks.test('dcap.pck.chain', whole !== undefined, { expected, actual: `${count} certificates` });
  return whole;
}

function knownFrom({ pckCa, root }: Collateral): readonly Certificate[] {
  return [pckCa, root].flatMap((trusted) => trusted?.certificate ?? []);
}

/** The certificates that the caller gave, else the quote's own (a leaf alone is completed from the collateral). */
function certificatesFrom(
  certification: Certification,
  { givenPckChain, pckCa, root }: Collateral,
): (() => readonly Uint8Array[]) | undefined {
  if (givenPckChain !== undefined) return () => fromCertificateChain(givenPckChain);
  if ('platform' in certification) return undefined;
  return () => {
    const own = fromCertificateChain(certification.chain);
    if (certification.type === 5) return own;
    if (own.length !== 1) throw malformed(`certification data: type 4 holds one certificate, found ${own.length}`);
    return pckCa === undefined || root === undefined ? own : [...own, pckCa.certificate.raw, root.certificate.raw];
  };
}
