import { hashOf } from '../../crypto/hash.ts';
import type { Subject } from '../subject.ts';
import { type Expectation, type Profile, padded } from './expectation.ts';

/** No bytes name nothing. */
const MISSING = { missing: 'subject.payload was not given, or is empty' } as const;

/**
 * `sha256-info`: SHA-256 of the body, then 32 zero bytes.
 *
 * Proves that the workload made a quote over exactly this body. It proves no freshness, no connection, and says nothing
 * of what runs: a body of public words can be quoted by anybody's workload, so releases must decide.
 */
export const sha256Info: Profile = async ({ payload }) => {
  if (payload === undefined || payload.length === 0) return MISSING;
  return { reportData: padded(await hashOf('SHA-256', payload)), how: 'SHA-256' };
};

/**
 * `oauth3-info`: a body of at most 64 bytes stands itself in report data, a longer one by its SHA-256.
 *
 * Proves what `sha256-info` proves, and less: short bodies share their form with hashes of others.
 */
export const oauth3Info: Profile = (subject) => plainOrHashed(subject);

/**
 * `pbts-payload`: UTF-8 text of at most 64 bytes itself, longer text by its SHA-256; compared whole.
 *
 * Proves that the workload was asked to quote this text. Whoever may ask chooses it, so it proves no key, connection or
 * freshness.
 */
export const pbtsPayload: Profile = (subject) => plainOrHashed(subject);

async function plainOrHashed({ payload }: Subject): Promise<Expectation> {
  if (payload === undefined || payload.length === 0) return MISSING;
  // Zeros at the end would be lost in the padding: two payloads, one report data. The peer may have sent it.
  if (payload.at(-1) === 0 && payload.length <= 64) {
    return { refused: 'a payload of at most 64 bytes cannot end in a zero byte' };
  }
  if (payload.length <= 64) return { reportData: padded(payload), how: 'the bytes themselves' };
  return { reportData: padded(await hashOf('SHA-256', payload)), how: 'SHA-256' };
}
