import { expect, test } from 'vitest';
import type { Policy } from '../policy/policy.ts';
import { checkBinding } from './bind.ts';
import type { Subject } from './subject.ts';

const nonce = new Uint8Array(32);
const subject: Subject = { peerKey: { spkiSha256: new Uint8Array(32) } };

test.each<[string, Policy, Uint8Array | undefined, Subject | undefined]>([
  ['nonce', { freshness: 'any' }, nonce, undefined],
  ['nonce', { freshness: 'any', binding: 'any' }, nonce, subject],
  ['subject', { binding: 'any' }, nonce, subject],
])("a %s that the policy waives to compare is the caller's mistake", (field, policy, given, seen) => {
  const refused = expect.objectContaining({ code: 'usage', details: { field } });
  expect(() => checkBinding(policy, given, seen)).toThrow(refused);
});

test('what is compared, or not there, is none', () => {
  checkBinding({ freshness: 'any', binding: 'any' }, undefined, {});
  checkBinding({ freshness: 'any', binding: 'any' }, undefined, { peerKey: undefined });
  checkBinding({ freshness: 'any' }, undefined, subject);
  checkBinding({ binding: 'any' }, nonce, undefined);
  checkBinding({ freshness: { maxAgeSeconds: 60 } }, nonce, subject);
});
