import type { Catalogue } from '../verdict/check.ts';

const AGAIN = 'Ask the attester for new evidence and pass its statement on byte for byte.';
const PROOF = 'Pass on the proof that came with the statement, unchanged.';

/** Checks that tie evidence to a statement, to what the relying party saw, and to the present. */
export const bindingChecks = {
  'binding.batch.proof': {
    layer: 'bound',
    requires: 'The evidence carries an inclusion proof with a salt of 16 bytes.',
    remedy: `${PROOF} Evidence of one statement alone has the profile assay/1.`,
  },
  'binding.batch.size': {
    layer: 'bound',
    requires: 'The batch has 2 to 65,536 statements.',
    remedy: PROOF,
  },
  'binding.batch.index': {
    layer: 'bound',
    requires: 'The statement lies within the batch.',
    remedy: PROOF,
  },
  'binding.batch.path': {
    layer: 'bound',
    requires: 'The path has exactly the hashes of 32 bytes that index and size need (RFC 9162 section 2.1).',
    remedy: PROOF,
  },
  'binding.statement': {
    layer: 'bound',
    requires: 'The digest of the statement as received is in the evidence.',
    remedy: `${AGAIN} Report data made by another profile never matches.`,
  },
  'binding.canonical': {
    layer: 'bound',
    requires: 'The statement is canonical JSON (RFC 8785) of at most 64 KiB.',
    remedy: AGAIN,
  },
  'binding.form': {
    layer: 'bound',
    requires: 'The statement has exactly the members and ranges of assay/1.',
    remedy: 'The attester makes statements that are not assay/1: update it.',
  },
  'binding.type': {
    layer: 'bound',
    requires: 'The statement is of the type that the policy names.',
    remedy: 'Ask the endpoint that makes the expected type, or correct binding.type in the policy.',
  },
  'binding.audience': {
    layer: 'bound',
    requires: 'The statement is meant for the audience of the policy, or for nobody in particular when it names none.',
    remedy: 'Ask with your own audience, or correct binding.audience in the policy.',
  },
  'binding.subject': {
    layer: 'bound',
    requires: 'The evidence names what the relying party saw itself.',
    remedy: 'Do not trust the peer: its key, session, answer or claim is not the one that was attested.',
    authority: 'caller',
  },
  'fresh.nonce': {
    layer: 'fresh',
    requires: "The evidence was made for the relying party's own nonce.",
    remedy: 'Ask again with a new random nonce of 32 bytes. Evidence made before your question proves no freshness.',
    authority: 'caller',
  },
  'fresh.age': {
    layer: 'fresh',
    requires: "The statement is no older than the policy allows, by the attester's own clock.",
    remedy: "Ask again. If it fails again, the attester's clock is wrong, or its host set it back.",
    authority: 'attester-clock',
  },
} as const satisfies Catalogue;
