import { expect, test } from 'vitest';
import { systemCode } from './failure.ts';

test.each([
  ['ENOENT', 'ENOENT'],
  ['EAI_AGAIN', 'EAI_AGAIN'],
  ['E2BIG', 'E2BIG'],
  ['ERR_INVALID_CHAR', undefined],
  ['HPE_INVALID_CONSTANT', undefined],
  [7, undefined],
])('%j as the code of an error is the system error %j', (code, expected) => {
  expect(systemCode(Object.assign(new Error('x'), { code }))).toBe(expected);
  expect(systemCode({ code })).toBeUndefined();
});
