import type { Explanations } from '../verdict/explain.ts';
import type { bindingChecks } from './checks.ts';

const AGAIN = 'Ask the attester for new evidence and pass its statement on byte for byte.';
const PROOF = 'Pass on the proof that came with the statement, unchanged.';

/** What checks of binding and freshness mean, and what to do when they fail. */
export const bindingExplanations = {
  'binding.batch.proof': [
    'The evidence carries an inclusion proof with a salt of 16 bytes.',
    'Pass on the proof that came with the statement, unchanged. Evidence of one statement alone has the profile assay/1.',
  ],
  'binding.batch.size': ['The batch has 2 to 65,536 statements.', PROOF],
  'binding.batch.index': ['The statement lies within the batch.', PROOF],
  'binding.batch.path': [
    'The path has exactly the hashes of 32 bytes that index and size need (RFC 9162 section 2.1).',
    PROOF,
  ],
  'binding.statement': [
    'The digest of the statement as received is in the evidence.',
    'Ask the attester for new evidence and pass its statement on byte for byte. Report data made by another profile never matches.',
  ],
  'binding.canonical': ['The statement is canonical JSON (RFC 8785) of at most 64 KiB.', AGAIN],
  'binding.form': [
    'The statement has exactly the members and ranges of assay/1.',
    'The attester makes statements that are not assay/1: update it.',
  ],
  'binding.nonces': [
    'A token that holds a statement’s hash holds beside it the nonce of that statement, and no other nonce.',
    'Somebody else’s challenge may have put the hash there: ask the attester for a token of your own.',
  ],
  'binding.type': [
    'The statement is of the type that the policy names.',
    'Ask the endpoint that makes the expected type, or correct binding.type in the policy.',
  ],
  'binding.audience': [
    'The statement is meant for the audience of the policy, or for nobody in particular when it names none.',
    'Ask with your own audience, or correct binding.audience in the policy.',
  ],
  'binding.subject': [
    'The evidence names what the relying party saw itself.',
    'Do not trust the peer: its key, session, answer or claim is not the one that was attested.',
  ],
  'fresh.nonce': [
    "The evidence was made for the relying party's own nonce.",
    'Ask again with a new random nonce of 32 bytes. Evidence made before your question proves no freshness.',
  ],
  'fresh.age': [
    "The statement is no older than the policy allows, by the attester's own clock.",
    "Ask again. If it fails again, the attester's clock is wrong, or its host set it back.",
  ],
} as const satisfies Explanations<keyof typeof bindingChecks>;
