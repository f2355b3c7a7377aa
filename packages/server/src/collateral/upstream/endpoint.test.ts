import { expect, test } from 'vitest';
import { addressOf, parseAddress, parseEndpoint } from './endpoint.ts';

test.each([
  ['https://api.trustedservices.intel.com', 'https://api.trustedservices.intel.com', ''],
  ['https://pccs.example:8081/', 'https://pccs.example:8081', ''],
  ['https://pccs.example:8081/sgx/certification/v4/', 'https://pccs.example:8081', ''],
  ['https://pccs.example/tdx/certification/v4', 'https://pccs.example', ''],
  ['https://proxy.example/intel/sgx/certification/v4', 'https://proxy.example', '/intel'],
  ['http://127.0.0.1:8081', 'http://127.0.0.1:8081', ''],
  ['http://localhost:8081/x/', 'http://localhost:8081', '/x'],
  ['http://[::1]:8081', 'http://[::1]:8081', ''],
])('%s is a service', (text, origin, path) => {
  expect(parseEndpoint(text, '--from')).toEqual({ origin, path });
});

test.each([
  ['pccs.example', 'is no address'],
  ['http://pccs.example', 'neither https nor http on the loopback'],
  ['http://127.0.0.1.example.org', 'neither https nor http on the loopback'],
  ['http://localhost.example.org', 'neither https nor http on the loopback'],
  ['file:///etc/passwd', 'neither https'],
  ['ftp://pccs.example', 'neither https'],
  ['https://user:secret@pccs.example', 'credentials do not belong'],
  ['https://pccs.example/?x=1', "the service's address alone"],
  ['https://pccs.example/#x', "the service's address alone"],
  ['https://api.trustedservices.intel.com/sgx/certification/v3/', 'v3 of the service is retired'],
])('%s is refused', (text, reason) => {
  expect(() => parseEndpoint(text, '--from')).toThrow(reason);
  expect(() => parseEndpoint(text, '--from')).toThrow(
    expect.objectContaining({ code: 'usage', details: { field: '--from' } }),
  );
});

test('a secret in an address is not repeated', () => {
  expect(() => parseAddress('https://user:secret@host', '--root-crl')).not.toThrow('secret');
});

test('paths and queries are put behind the address', () => {
  const url = addressOf({ origin: 'https://a.example', path: '/p' }, '/tcb', { fmspc: '00', update: 'early' });
  expect(url.href).toBe('https://a.example/p/tcb?fmspc=00&update=early');
});
