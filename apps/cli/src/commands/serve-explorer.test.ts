import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { CONTENT_SECURITY_POLICY, PAGE_FOLDER } from '@assay/explorer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { startService } from '../../../../tools/service-in-process.ts';
import { serveAttester } from './serve.ts';
import { serveCollateral } from './serve-collateral.ts';
import { serveVerifier } from './serve-verifier.ts';
import { tracker } from './tracker.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
  await writeFile(folder.path('keys'), '# nobody yet\n', { mode: 0o600 });
});
afterAll(() => folder[Symbol.asyncDispose]());

const HERE = { host: '127.0.0.1', port: '0', metricsPort: 'off', json: true } as const;
const built = existsSync(new URL('index.html', PAGE_FOLDER));
const SERVICES: readonly (readonly [string, () => ReturnType<typeof startService>])[] = [
  ['attester', () => startService((io, stop) => serveAttester({ ...HERE, name: 'shop' }, io, stop))],
  [
    'verifier',
    () => {
      const files = { database: folder.path('verifier.db'), keysFile: folder.path('keys') };
      return startService((io, stop) => serveVerifier({ ...HERE, ...files }, io, stop));
    },
  ],
  [
    'collateral',
    () => {
      const flags = { database: folder.path('collateral.db'), pcs: 'off', kds: 'off' };
      return startService((io, stop) => serveCollateral({ ...HERE, ...flags }, io, stop));
    },
  ],
];
const TRACKER: (typeof SERVICES)[number] = [
  'tracker',
  () => {
    const files = { database: folder.path('tracker.db'), keyFile: folder.path('tracker.key') };
    return startService((io, stop) => tracker({ ...HERE, ...files, udpPort: 'off' }, io, stop));
  },
];

test.skipIf(!built).each([...SERVICES, TRACKER])(
  `the service %s has the explorer under its own policy, and all that it loads${built ? '' : ' [not built: npm run build]'}`,
  async (name, start) => {
    await using service = await start();
    const at = service.at(name);
    const page = await fetch(`${at}/explorer`);
    expect([page.url, page.status]).toEqual([`${at}/explorer/`, 200]);
    expect(page.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    const loaded = [...(await page.text()).matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(loaded.length).toBeGreaterThan(2);
    for (const path of loaded) expect([path, (await fetch(new URL(path, page.url))).status]).toEqual([path, 200]);
  },
);

test.each(SERVICES.slice(1))(
  'assay serve %s leads browsers from / to the explorer, and programs nowhere',
  async (name, start) => {
    await using service = await start();
    const asked = (accept: string) => fetch(service.at(name), { headers: { accept }, redirect: 'manual' });
    const page = await asked('text/html');
    expect([page.status, page.headers.get('location')]).toEqual([302, '/explorer/']);
    expect((await asked('application/json')).status).toBe(404);
  },
);

test('assay tracker leads browsers from / to its figures', async () => {
  const [, start] = TRACKER;
  await using service = await start();
  const page = await fetch(service.at('tracker'), { headers: { accept: 'text/html' }, redirect: 'manual' });
  expect([page.status, page.headers.get('location')]).toEqual([302, '/explorer/#tracker']);
});

test('the front page of an attester leads to the explorer', async () => {
  await using service = await startService((io, stop) => serveAttester({ ...HERE, name: 'shop' }, io, stop));
  const page = await fetch(service.at('attester'), { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('<a href="/explorer/">');
});
