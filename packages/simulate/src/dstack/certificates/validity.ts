import { RpcError } from '../rpc-error.ts';

/** Seconds since 1970, as requests give them; what is missing has a default. */
export interface RequestedValidity {
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
}

const DEFAULT_START = new Date('1975-01-01T00:00:00Z');
const TEN_YEARS = 10 * 365 * 86_400_000;
/** The last second that a certificate can name. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/** When a certificate of the guest agent is valid: from 1975 for ten years from now, or as asked. */
export function validityOf({ notBefore, notAfter }: RequestedValidity, now: Date): { notBefore: Date; notAfter: Date } {
  if (notBefore !== undefined && notAfter !== undefined && notBefore >= notAfter) {
    throw new RpcError('not_before must be earlier than not_after');
  }
  return {
    notBefore: notBefore === undefined ? DEFAULT_START : instant(notBefore, 'not_before'),
    notAfter: notAfter === undefined ? new Date(now.getTime() + TEN_YEARS) : instant(notAfter, 'not_after'),
  };
}

function instant(seconds: number, field: string): Date {
  if (Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= LAST) return new Date(seconds * 1000);
  throw new RpcError(`${field}: expected seconds since 1970, at most those of the year 9999`);
}
