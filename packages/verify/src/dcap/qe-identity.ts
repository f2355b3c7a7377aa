import type { UnixSeconds } from '../codec/time.ts';
import { malformed } from '../errors.ts';
import { countOf, dateOf, hexOf, parseSignedDocument, type SignedDocument, textOf } from './signed-json.ts';
import { type EnclaveLevel, enclaveLevelsOf } from './tcb-info.ts';

/** Intel's description of its quoting enclave (Intel PCS API v4, "Get Quoting Enclave Identity"). */
export interface QeIdentity extends SignedDocument {
  readonly id: string;
  readonly version: number;
  readonly issueDate: UnixSeconds;
  readonly nextUpdate: UnixSeconds;
  readonly evaluationDataNumber: number;
  readonly miscSelect: Uint8Array;
  readonly miscSelectMask: Uint8Array;
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  /** Highest ISVSVN first. */
  readonly levels: readonly EnclaveLevel[];
}

/** Parses a QE identity strictly. Whether id and version fit is the verifier's. Throws `malformed`, naming the field. */
export function parseQeIdentity(text: string): QeIdentity {
  const document = parseSignedDocument(text, 'enclaveIdentity');
  const { body } = document;
  const id = textOf(body, 'id');
  if (id !== 'QE' && id !== 'TD_QE' && id !== 'QVE')
    throw malformed(`id: ${id.slice(0, 20)} is not one of QE, TD_QE, QVE`);
  return {
    ...document,
    id,
    version: countOf(body, 'version', 0xffff_ffff),
    issueDate: dateOf(body, 'issueDate'),
    nextUpdate: dateOf(body, 'nextUpdate'),
    evaluationDataNumber: countOf(body, 'tcbEvaluationDataNumber', 0xffff_ffff),
    miscSelect: hexOf(body, 'miscselect', 4),
    miscSelectMask: hexOf(body, 'miscselectMask', 4),
    attributes: hexOf(body, 'attributes', 16),
    attributesMask: hexOf(body, 'attributesMask', 16),
    mrSigner: hexOf(body, 'mrsigner', 32),
    isvProdId: countOf(body, 'isvprodid', 65_535),
    levels: enclaveLevelsOf(body),
  };
}
