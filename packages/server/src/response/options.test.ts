import { expect, test } from 'vitest';
import { type AttestAnswersOptions, attestAnswers } from './attest-answers.ts';

const made = (options: Partial<AttestAnswersOptions>) => (): unknown =>
  attestAnswers({ batcher: { issue: () => Promise.reject(new Error('never asked')) }, ...options });

test.each([
  { maxBody: -1 },
  { maxBody: 0.5 },
  { maxBody: 4_194_305 },
  { limit: 0 },
  { limit: Number.NaN },
  { timeoutMs: 0 },
])("%j is the service's mistake", (options) => {
  expect(made(options)).toThrow(new RegExp(`^${Object.keys(options)[0]}: expected`));
});

test('audiences of Google Cloud cannot be listed: their tokens are credentials', () => {
  expect(made({ audiences: ['https://sts.googleapis.com'] })).toThrow(/credential of Google Cloud/);
});
