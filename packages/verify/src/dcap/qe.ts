import { equalBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { EnclaveReport } from './enclave-report.ts';
import { enclaveLevel } from './level.ts';
import type { QeIdentity } from './qe-identity.ts';
import type { EnclaveLevel } from './tcb-info.ts';

const CHECKS = ['miscselect', 'attributes', 'mrsigner', 'isvprodid', 'isvsvn'] as const;

/**
 * Compares the quoting enclave with Intel's identity of it, and finds its level. Without this, quotes are forgeable: the
 * certification enclave signs the report of any enclave that has the provisioning key.
 */
export function authenticateQe(
  report: EnclaveReport,
  identity: QeIdentity | undefined,
  expectedId: QeIdentity['id'],
  checks: Checklist,
): EnclaveLevel | undefined {
  if (identity === undefined) checks.skip('dcap.qe-identity.tee', 'needs the QE identity');
  else checks.test('dcap.qe-identity.tee', identity.id === expectedId, { expected: expectedId, actual: identity.id });
  if (identity?.id !== expectedId) {
    for (const name of CHECKS) checks.skip(`dcap.qe.${name}`, "needs the QE identity of the quote's TEE");
    return undefined;
  }
  const masked = (name: string, value: Uint8Array, mask: Uint8Array, expected: Uint8Array): boolean => {
    const actual = value.map((byte, index) => byte & (mask[index] ?? 0));
    return checks.test(`dcap.qe.${name}`, equalBytes(actual, expected), {
      expected: toHex(expected),
      actual: toHex(actual),
    });
  };
  const { miscSelect, miscSelectMask, attributes, attributesMask, mrSigner, isvProdId, levels } = identity;
  masked('miscselect', report.miscSelect, miscSelectMask, miscSelect);
  masked('attributes', report.attributes, attributesMask, attributes);
  checks.test('dcap.qe.mrsigner', equalBytes(report.mrSigner, mrSigner), {
    expected: toHex(mrSigner),
    actual: toHex(report.mrSigner),
  });
  checks.test('dcap.qe.isvprodid', report.isvProdId === isvProdId, {
    expected: String(isvProdId),
    actual: String(report.isvProdId),
  });
  const level = enclaveLevel(levels, report.isvSvn);
  checks.test('dcap.qe.isvsvn', level !== undefined, { actual: String(report.isvSvn) });
  return level;
}
