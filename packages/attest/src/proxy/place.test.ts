import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseEndpoint } from '../http/endpoint.ts';
import { type ProxyPlaceOptions, proxyEndpoint, proxyToken } from './place.ts';

describe('the proxy is', () => {
  const URL = 'http://host.docker.internal:8081';
  test.each<[string, ProxyPlaceOptions, string]>([
    ['where TDX_ATTESTATION_PROXY_URL says', { environment: { TDX_ATTESTATION_PROXY_URL: URL } }, URL],
    [
      'on a socket that it names',
      { environment: { TDX_ATTESTATION_PROXY_URL: 'unix:/run/a.sock' } },
      'unix:/run/a.sock',
    ],
    [
      'where the caller says, first of all',
      { endpoint: '/b', environment: { TDX_ATTESTATION_PROXY_URL: URL } },
      'unix:/b',
    ],
    ['on its own socket, when nobody says anything', { environment: {} }, 'unix:/run/tdx-attestation-proxy.sock'],
    [
      'there, too, when the variable is empty',
      { environment: { TDX_ATTESTATION_PROXY_URL: '' } },
      'unix:/run/tdx-attestation-proxy.sock',
    ],
  ])('%s', (_, options, shown) => {
    expect(proxyEndpoint(options).shown).toBe(shown);
  });

  test('nowhere, when the variable is no address: it is named', () => {
    const environment = { TDX_ATTESTATION_PROXY_URL: 'host:8081' };
    expect(() => proxyEndpoint({ environment })).toThrow(/^TDX_ATTESTATION_PROXY_URL: expected the path of a Unix/);
  });
});

describe('its token', () => {
  const near = parseEndpoint('http://host.docker.internal:8081', 'url');
  let folder: string;
  let tokenFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'token-'));
    tokenFile = join(folder, 'token');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is given, or in a file that is read each time, or there is none', async () => {
    expect(await proxyToken({}, near)).toBeUndefined();
    expect(await proxyToken({ token: 's3cret' }, near)).toBe('s3cret');
    await writeFile(tokenFile, 'first\n');
    expect(await proxyToken({ tokenFile }, near)).toBe('first');
    await writeFile(tokenFile, 'second');
    expect(await proxyToken({ tokenFile }, near)).toBe('second');
  });

  test.each([
    ['https://proxy.example'],
    ['http://127.0.0.1:8081'],
    ['http://172.17.0.1:8081'],
    ['http://10.1.2.3'],
    ['http://192.168.0.1'],
    ['http://[::1]:8081'],
    ['/run/proxy.sock'],
  ])('may go to %s', async (url) => {
    expect(await proxyToken({ token: 's3cret' }, parseEndpoint(url, 'url'))).toBe('s3cret');
  });

  test.each([['http://proxy.example'], ['http://172.32.0.1'], ['http://8.8.8.8:8081'], ['http://10.example']])(
    'does not go to %s in clear',
    async (url) => {
      const token = proxyToken({ token: 's3cret' }, parseEndpoint(url, 'url'));
      await expect(token).rejects.toMatchObject({ code: 'usage', details: { field: 'token' } });
      await expect(token).rejects.not.toThrow(/s3cret/);
    },
  );

  test.each(['', ' ', 's3cret\n', 's3c ret', 's3crét', 's3cret'.repeat(700)])(
    'is refused when no header can carry it: %.12j',
    async (token) => {
      const refused = proxyToken({ token }, near);
      await expect(refused).rejects.toMatchObject({ code: 'usage', details: { field: 'token' } });
      await expect(refused).rejects.not.toThrow(/s3c/);
    },
  );

  test('is refused from a file that is empty, too long or not there, and beside another', async () => {
    await expect(proxyToken({ tokenFile }, near)).rejects.toThrow(/cannot be read \(ENOENT\); mount .*0640/);
    for (const text of ['', 'x'.repeat(4097), 'x'.repeat(9999)]) {
      await writeFile(tokenFile, text);
      await expect(proxyToken({ tokenFile }, near)).rejects.toThrow(/^tokenFile: expected 1 to 4096 printable/);
    }
    await writeFile(tokenFile, 'x'.repeat(4096));
    expect(await proxyToken({ tokenFile }, near)).toHaveLength(4096);
    await expect(proxyToken({ token: 'a', tokenFile }, near)).rejects.toThrow(/^tokenFile: expected none beside/);
  });
});
