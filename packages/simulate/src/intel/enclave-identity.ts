import { type DocumentEdits, documentDate, signDocument } from './signed-document.ts';
import { svnLevel } from './tcb-info.ts';
import type { SvnLevel } from './tcb-level.ts';
import { documentWindow, type IntelVendor } from './vendor.ts';

/** MRSIGNER of Intel's quoting enclaves, 32 bytes of hex. */
export const QE_SIGNERS = {
  QE: '8C4F5775D796503E96137F77C68A829A0056AC8DED70140B081B094490C57BFF',
  TD_QE: 'DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5',
} as const;

/** What an enclave identity says; what is left out fits the default QE report. Hex is as long as the report's field. */
export interface EnclaveIdentityOptions extends DocumentEdits {
  readonly id?: 'QE' | 'TD_QE' | 'QVE';
  readonly version?: number;
  readonly issueDate?: Date;
  readonly nextUpdate?: Date;
  readonly evaluationDataNumber?: number;
  readonly miscselect?: string;
  readonly miscselectMask?: string;
  readonly attributes?: string;
  readonly attributesMask?: string;
  readonly mrsigner?: string;
  readonly isvprodid?: number;
  readonly levels?: readonly SvnLevel[];
}

/** Levels of the default identity; the default QE report has SVN 8. */
export const QE_LEVELS: readonly SvnLevel[] = [
  { isvSvn: 8, date: '2024-11-13', status: 'UpToDate' },
  { isvSvn: 6, date: '2023-08-09', status: 'OutOfDate', advisories: ['INTEL-SA-00615'] },
];

/** Issues an enclave identity: the whole document, signed. */
export function issueEnclaveIdentity(vendor: IntelVendor, options: EnclaveIdentityOptions = {}): Promise<string> {
  const id = options.id ?? 'QE';
  const window = documentWindow(vendor);
  const body = {
    id,
    version: options.version ?? 2,
    issueDate: documentDate(options.issueDate ?? window.issueDate),
    nextUpdate: documentDate(options.nextUpdate ?? window.nextUpdate),
    tcbEvaluationDataNumber: options.evaluationDataNumber ?? 20,
    miscselect: options.miscselect ?? '00000000',
    miscselectMask: options.miscselectMask ?? 'FFFFFFFF',
    attributes: options.attributes ?? '11000000000000000000000000000000',
    attributesMask: options.attributesMask ?? 'FBFFFFFFFFFFFFFF0000000000000000',
    mrsigner: options.mrsigner ?? QE_SIGNERS[id === 'TD_QE' ? 'TD_QE' : 'QE'],
    isvprodid: options.isvprodid ?? (id === 'TD_QE' ? 2 : 1),
    tcbLevels: (options.levels ?? QE_LEVELS).map(svnLevel),
  };
  return signDocument(vendor, 'enclaveIdentity', body, options);
}
