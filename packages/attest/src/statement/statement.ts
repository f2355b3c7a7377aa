import { randomBytes } from 'node:crypto';
import { buildStatement, type StatementContent } from '@assay/verify/binding';
import { toHex } from '@assay/verify/codec';

/**
 * What an attester is to say of itself. Only `nonce` and `aud` may come from a challenger; an attester that let others
 * choose the rest would sign their words as its own.
 */
export type StatementRequest = Omit<StatementContent, 'instance' | 'issuedAt'>;

/** Who speaks. */
export interface Speaker {
  /** The same for all statements of a process, and new at its next start: `newInstance()`. */
  readonly instance: string;
  /** Default: the machine's clock, which its host can set. */
  readonly clock?: (() => Date) | undefined;
}

/** A name for one start of an attester: 32 random bytes, lower-case hex. */
export function newInstance(random: (length: number) => Uint8Array = randomBytes): string {
  return toHex(random(32));
}

/** The bytes of a statement made now. Throws `malformed`, naming the member that is out of range. */
export function statementNow(request: StatementRequest, { instance, clock }: Speaker): Uint8Array {
  const now = clock?.() ?? new Date();
  const { type, nonce, aud, keys, claims } = request;
  return buildStatement({ type, instance, nonce, aud, issuedAt: Math.floor(now.getTime() / 1000), keys, claims });
}
