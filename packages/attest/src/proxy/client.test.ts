import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localService } from '../../../../tools/local-service.ts';
import { createProxyAttester } from './attester.ts';

test('a token file that never gives its token is waited for no longer than the quote', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'token-'));
  const tokenFile = join(folder, 'token');
  execFileSync('mkfifo', [tokenFile]);
  try {
    await using service = await localService({});
    const attester = createProxyAttester({ endpoint: service.origin, tokenFile, timeoutMs: 50 });
    await expect(attester.evidence({ reportData: new Uint8Array(64) })).rejects.toThrow(
      /quote: no answer within 50 ms/,
    );
    expect(service.requests).toEqual([]);
  } finally {
    // Whoever still waits for a writer gets one.
    await (await open(tokenFile, 'r+')).close();
    await rm(folder, { recursive: true });
  }
});

test('a look asks the proxy as often as it must', async () => {
  const body = JSON.stringify({ available: true });
  await using service = await localService({ '/status': { body } });
  const { health } = createProxyAttester({ endpoint: service.origin });
  expect(await health.find(({ id }) => id === 'proxy.status')?.look()).toEqual({
    outcome: 'pass',
    found: 'available: true',
  });
  expect(service.requests).toEqual(['/status', '/status']);
});
