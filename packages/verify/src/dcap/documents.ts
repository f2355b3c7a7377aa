import type { VerifyKey } from '../crypto/types.ts';
import type { DcapCollateral } from '../endorsements/raw.ts';
import { attempt } from '../errors.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { parseQeIdentity, type QeIdentity } from './qe-identity.ts';
import { parseTcbInfo, type TcbInfo } from './tcb-info.ts';
import type { Window } from './window.ts';

/** Intel's two signed documents: undefined where form or signature failed. */
export interface Documents {
  readonly tcbInfo: TcbInfo | undefined;
  readonly qeIdentity: QeIdentity | undefined;
}

/** Authenticates TCB info and QE identity over the text as received. Dates go to `windows`. */
export async function authenticateDocuments(
  raw: DcapCollateral,
  signers: { readonly tcbInfo: VerifyKey | undefined; readonly qeIdentity: VerifyKey | undefined },
  checks: Checklist,
  windows: Window[],
): Promise<Documents> {
  const tcbInfo = await authenticated('tcb-info', raw.tcbInfo, parseTcbInfo, signers.tcbInfo, checks, windows);
  if (tcbInfo !== undefined) checks.test('dcap.tcb-info.svn-range', tcbInfo.svnsInRange);
  else checks.skip('dcap.tcb-info.svn-range', 'needs the TCB info');
  const qeIdentity = await authenticated(
    'qe-identity',
    raw.qeIdentity,
    parseQeIdentity,
    signers.qeIdentity,
    checks,
    windows,
  );
  if (qeIdentity !== undefined)
    checks.test('dcap.qe-identity.version', qeIdentity.version === 2, {
      expected: '2',
      actual: String(qeIdentity.version),
    });
  else checks.skip('dcap.qe-identity.version', 'needs the QE identity');
  return { tcbInfo, qeIdentity: qeIdentity?.version === 2 ? qeIdentity : undefined };
}

async function authenticated<T extends TcbInfo | QeIdentity>(
  name: 'tcb-info' | 'qe-identity',
  text: string | undefined,
  parse: (text: string) => T,
  signer: VerifyKey | undefined,
  checks: Checklist,
  windows: Window[],
): Promise<T | undefined> {
  const parsed = text === undefined ? { reason: 'missing' } : attempt(() => parse(text));
  if ('reason' in parsed) {
    checks.fail(`dcap.${name}.form`, { actual: parsed.reason });
    checks.skip(`dcap.${name}.signature`, 'needs the document');
    return undefined;
  }
  checks.pass(`dcap.${name}.form`);
  const document = parsed.value;
  if (signer === undefined) {
    checks.skip(`dcap.${name}.signature`, 'needs a trusted TCB signing certificate');
    return undefined;
  }
  const signed = checks.test(`dcap.${name}.signature`, await signer.verify(document.signature, document.signed));
  const { issueDate, nextUpdate } = document;
  windows.push({ check: `dcap.${name}.validity`, what: name, notBefore: issueDate, notAfter: nextUpdate });
  return signed ? document : undefined;
}
