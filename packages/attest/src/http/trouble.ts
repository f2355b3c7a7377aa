import { AssayError } from '@assay/verify';
import { systemCode, unavailable } from '../failure.ts';

/** What to do about a trouble, by the name of the system error: `ENOENT`, for example. */
export type Remedies = Readonly<Record<string, string>>;

/** What happened and what to do about it, in general. */
const TROUBLES: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOENT: ['no such socket', 'start the service, or mount its socket into this container'],
  ENOTDIR: ['no such socket', 'start the service, or mount its socket into this container'],
  EACCES: ['permission denied', 'run as a user that may open the socket'],
  EPERM: ['permission denied', 'run as a user that may open the socket'],
  ECONNREFUSED: ['nobody listens there', 'start the service'],
  ECONNRESET: ['the connection broke before the answer was whole', "ask again; look at the service's log"],
  EPIPE: ['the connection broke before the request was sent', "ask again; look at the service's log"],
  ENOTFOUND: ['no such host', 'check the name and how it is resolved here'],
  EAI_AGAIN: ['the name server did not answer', 'check how names are resolved here'],
  ETIMEDOUT: ['the connection timed out', 'check the address and the firewall'],
  EHOSTUNREACH: ['the host cannot be reached', 'check the address and the firewall'],
  ENETUNREACH: ['the network cannot be reached', 'check the address and the network'],
  HPE_HEADER_OVERFLOW: ['the answer has too many headers', 'see whether that is the right service'],
};

/** The error of a service at an address, with what to do about it. What is an `AssayError` already stays as it is. */
export function explainTrouble(error: unknown, shown: string, remedies: Remedies = {}): AssayError {
  if (error instanceof AssayError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  const [what, remedy] = Object.hasOwn(TROUBLES, code) ? (TROUBLES[code] ?? OTHER) : otherTrouble(code);
  return unavailable(`${shown}: ${what} (${code})`, (Object.hasOwn(remedies, code) && remedies[code]) || remedy, error);
}

const OTHER = ['the request failed', "look at the service's log"] as const;

function otherTrouble(code: string): readonly [what: string, remedy: string] {
  if (code.startsWith('HPE_')) return ['the answer is not HTTP', 'see whether that is the right service'];
  if (/CERT|TLS|^UNABLE_TO_/.test(code))
    return ['its certificate is not trusted', 'give Node the authority that issued it (NODE_EXTRA_CA_CERTS)'];
  return OTHER;
}

/** The name of the system error that an `unavailable` of `exchange` tells of, or undefined. */
export function troubleOf(error: unknown): string | undefined {
  return error instanceof AssayError ? systemCode(error.cause) : undefined;
}
