import { AssayError } from '@assay/verify';
import { expect, test } from 'vitest';
import { explainTrouble, troubleOf } from './trouble.ts';

const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

test.each([
  ['EACCES', 'unix:/a: permission denied (EACCES); run as a user that may open the socket'],
  ['ETIMEDOUT', 'unix:/a: the connection timed out (ETIMEDOUT); check the address and the firewall'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /its certificate is not trusted \(DEPTH.*NODE_EXTRA_CA_CERTS/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /its certificate is not trusted \(UNABLE.*NODE_EXTRA_CA_CERTS/],
  ['EMFILE', "unix:/a: the request failed (EMFILE); look at the service's log"],
  ['constructor', "unix:/a: the request failed (constructor); look at the service's log"],
])('%s', (code, message) => {
  const error = explainTrouble(system(code), 'unix:/a', { ECONNRESET: 'other' });
  expect(error.code).toBe('unavailable');
  expect(error.message).toMatch(message);
});

test('a service has remedies of its own, and the system error is the cause', () => {
  const error = explainTrouble(system('EACCES'), 'unix:/a', { EACCES: 'run as root' });
  expect(error.message).toBe('unix:/a: permission denied (EACCES); run as root');
  expect(troubleOf(error)).toBe('EACCES');
  expect(troubleOf(system('EACCES'))).toBeUndefined();
});

test('what is explained already stays as it is', () => {
  const error = new AssayError('unavailable', 'explained');
  expect(explainTrouble(error, 'unix:/a')).toBe(error);
});
