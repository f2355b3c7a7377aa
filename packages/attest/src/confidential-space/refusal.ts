import type { AssayError } from '@assay/verify';
import { unavailable } from '../failure.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import { said } from '../http/said.ts';

/** Why the launcher gave no token. */
export interface Refusal {
  readonly error: AssayError;
  /** Whether the same request may have another answer soon. */
  readonly passing: boolean;
}

/** What is known of a refusal: the reason in Google's words, what to do. */
interface Known {
  readonly matches: RegExp;
  readonly reason: string;
  readonly remedy: string;
}

const KNOWN: readonly Known[] = [
  {
    matches: /reason = UNSUPPORTED_CC_TECHNOLOGY|unexpected_snp_attestation/,
    reason: 'UNSUPPORTED_CC_TECHNOLOGY',
    remedy:
      'this VM runs on AMD SEV-SNP, which Confidential Space does not support: create it with ' +
      '--confidential-compute-type=SEV or =TDX',
  },
  {
    matches: /no GCA verifier client present/,
    reason: 'NO_VERIFIER_CLIENT',
    remedy: 'the launcher could not reach Google Cloud Attestation when it started: restart the VM',
  },
];

/** Reads an answer that is no token: the launcher's own status, and the one of Google's service in its text. */
export function refusalOf({ status, body }: HttpAnswer, shown: string): Refusal {
  const text = Buffer.from(body).toString('utf8');
  const inner = /googleapis?: Error (\d{3})\b/.exec(text)?.[1];
  const decisive = inner === undefined ? status : Number(inner);
  const known = KNOWN.find(({ matches }) => matches.test(text));
  const reason = known?.reason ?? /reason = (\w{1,64})\b/.exec(text)?.[1];
  const passing = known === undefined && (decisive === 429 || decisive >= 500);
  const words = said(text);
  const what = `${shown}: the launcher answered ${status}${words === '' ? '' : `: ${words}`}`;
  const details = { field: 'reason', actual: reason ?? `HTTP ${decisive}` };
  return { error: unavailable(what, known?.remedy ?? remedyOf(decisive), undefined, details), passing };
}

function remedyOf(status: number): string {
  if (status === 429) return 'Google allows a project 5 tokens a second in a region: ask again later, or batch';
  if (status === 401 || status === 403)
    return "give the VM's service account the role roles/confidentialcomputing.workloadUser";
  if (status >= 500) return 'Google Cloud Attestation fails: ask again later';
  return 'change the request as it says';
}
