import { Problem, type ProblemCode } from '@assay/server';
import type { Refusal, RefusalCode, Refused } from '../ledger/refusal.ts';

const CODES: Readonly<Partial<Record<RefusalCode, ProblemCode>>> = {
  signature: 'signature_refused',
  'user-exists': 'already_registered',
  'key-exists': 'already_registered',
  'export-exists': 'already_registered',
  'import-exists': 'already_registered',
  'user-unknown': 'not_found',
  'export-unknown': 'not_found',
  attestation: 'attestation_refused',
  'tracker-unknown': 'forbidden',
  'credit-too-small': 'forbidden',
};

const FIELDS: Readonly<Record<string, string>> = { userId: 'user_id', publicKey: 'public_key' };

/** What accounts answered, unless they refused. Throws a `Problem` then. */
export function unlessRefused<T extends object>(answer: T | Refused): T {
  if ('refused' in answer) throw problemOfRefusal(answer.refused);
  return answer;
}

function problemOfRefusal({ code, field, message }: Refusal): Problem {
  return new Problem(CODES[code] ?? 'bad_request', message, { field: FIELDS[field] ?? field });
}
