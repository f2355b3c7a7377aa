import { randomBytes } from 'node:crypto';
import { buildStatement, MAX_STATEMENT, type StatementContent } from '@assay/verify/binding';
import { fromUtf8, toHex, utf8 } from '@assay/verify/codec';

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
export function statementNow(request: StatementRequest, speaker: Speaker): Uint8Array {
  return createStatements(speaker)(request);
}

const NONCE = /^(?:[0-9a-f]{2}){16,64}$/;
const NO_NONCE = '"nonce":null';

/**
 * Makes statements as `statementNow` does, many of them: what those of one second have in common, which is all but the
 * nonce, is checked and written once.
 */
export function createStatements({ instance, clock }: Speaker): (request: StatementRequest) => Uint8Array {
  let common = { about: '', head: '', tail: '' };
  return ({ type, nonce, aud, keys, claims }) => {
    const now = clock?.() ?? new Date();
    const issuedAt = Math.floor(now.getTime() / 1000);
    const content = { type, instance, nonce, aud, issuedAt, keys, claims };
    if (nonce === null || !NONCE.test(nonce)) return buildStatement(content);
    const about = JSON.stringify([type, aud, issuedAt, keys, claims]);
    if (about !== common.about) {
      const text = fromUtf8(buildStatement({ ...content, nonce: null }));
      // Canonical: after the nonce come profile and type alone.
      const at = text.lastIndexOf(NO_NONCE);
      common = { about, head: text.slice(0, at), tail: text.slice(at + NO_NONCE.length) };
    }
    const bytes = utf8(`${common.head}"nonce":"${nonce}"${common.tail}`);
    return bytes.length > MAX_STATEMENT ? buildStatement(content) : bytes;
  };
}
