import { readFile } from 'node:fs/promises';
import { parseJsonObject } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import { compose, composePath } from './container/compose.ts';
import { makeFolder } from './demo-folder.ts';

describe.skipIf(composePath === undefined)('docker-compose.yml (Compose: npm run setup:system)', () => {
  test('is valid, with a simulator that reaches no network and is reached by the volume alone', async () => {
    const text = await compose(['--file', 'docker-compose.yml', 'config', '--format', 'json']);
    const { services, volumes } = parseJsonObject(text);
    expect(volumes).toEqual({ dstack: expect.anything() });
    expect(services).toEqual({
      simulator: expect.objectContaining({
        network_mode: 'none',
        volumes: [expect.objectContaining({ source: 'dstack' })],
      }),
      app: expect.objectContaining({
        ports: [expect.objectContaining({ host_ip: '127.0.0.1', published: '8080', target: 8080 })],
        volumes: [expect.objectContaining({ source: 'dstack', read_only: true })],
        depends_on: { simulator: { condition: 'service_healthy', required: true } },
      }),
    });
    expect(services).not.toHaveProperty('simulator.ports');
  });

  test('is judged by a Compose that refuses what it does not know', async () => {
    await using folder = await makeFolder();
    const text = await readFile('docker-compose.yml', 'utf8');
    await folder.write({ 'docker-compose.yml': text.replace('ports:', 'portz:') });
    const refused = compose(['--file', folder.path('docker-compose.yml'), 'config', '--quiet']);
    await expect(refused).rejects.toThrow(/portz/);
  });
});
