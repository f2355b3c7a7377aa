import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localService, type Routes } from '../../../tools/local-service.ts';
import { attestersOf } from './attesters.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-attesters-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const looked = async (environment: Record<string, string>, name: string): Promise<string> => {
  const attester = attestersOf(environment).find((known) => known.name === name);
  return (await attester?.detect())?.looked.join(' ') ?? '';
};

describe('the attesters of an environment', () => {
  test('are all there, the closest to the workload first', () => {
    expect(attestersOf({}).map(({ name }) => name)).toEqual([
      'gramine',
      'confidential-space',
      'dstack',
      'proxy',
      'tsm',
    ]);
  });

  test.each([
    ['gramine', 'ASSAY_GRAMINE_PATH', '/dev/attestation'],
    ['confidential-space', 'ASSAY_CONFIDENTIAL_SPACE_SOCKET', '/run/container_launcher/teeserver.sock'],
    ['tsm', 'ASSAY_TSM_PATH', '/sys/kernel/config/tsm/report'],
  ])('%s is where %s says, else in its usual place', async (name, variable, usual) => {
    const place = join(folder, 'elsewhere');
    expect(await looked({ [variable]: place }, name)).toContain(place);
    expect(await looked({}, name)).toContain(usual);
    expect(await looked({ [variable]: '' }, name)).toContain(usual);
  });

  test('name the variable whose value is no place', () => {
    expect(() => attestersOf({ ASSAY_CONFIDENTIAL_SPACE_SOCKET: 'http://127.0.0.1:1' })).toThrow(
      /^ASSAY_CONFIDENTIAL_SPACE_SOCKET: expected the path of a Unix socket/,
    );
  });

  test('show the proxy the token in the file that ASSAY_PROXY_TOKEN_FILE names', async () => {
    const file = join(folder, 'token');
    await writeFile(file, 's3cret\n');
    const seen: (string | undefined)[] = [];
    const routes: Routes = {
      '/quote': (request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":"no"}');
      },
    };
    await using proxy = await localService(routes);
    const environment = { TDX_ATTESTATION_PROXY_URL: proxy.origin, ASSAY_PROXY_TOKEN_FILE: file };
    const attester = attestersOf(environment).find(({ name }) => name === 'proxy');
    await expect(attester?.evidence({ reportData: new Uint8Array(64) })).rejects.toThrow(/503/);
    expect(seen).toEqual(['Bearer s3cret']);
  });
});
