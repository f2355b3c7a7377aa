import { AssayError } from '@assay/verify';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { away, codeOf, type IntelScene, intelScene, type Stage } from '../../../../tools/collateral-in-tests.ts';
import { importOfflineSet } from './offline-set.ts';

let scene: IntelScene;
const lists = '/sgx/certification/v4/pckcrl?ca=platform&encoding=der';
beforeAll(async () => {
  scene = await intelScene();
});

/** What a service that reaches its vendor exports. */
async function exported(): Promise<string> {
  const { app } = await (await scene.staged()).start();
  for (const path of [scene.tcb, '/tdx/certification/v4/qe/identity', lists]) await app.request(path);
  const answer = await app.request('/export', { headers: { authorization: 'Bearer the-token-of-the-admin' } });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/jsonl']);
  return answer.text();
}

async function cutOff(): Promise<Stage> {
  const stage = await scene.staged();
  stage.vendors.intel = away;
  return stage;
}

describe('an exported set', () => {
  test('makes a service that reaches nobody serve the same', async () => {
    const set = await exported();
    const { app, service } = await (await cutOff()).start();
    expect(await importOfflineSet(set, service)).toEqual({ kept: 4, refused: [] });
    expect((await app.request(scene.tcb)).status).toBe(200);
    expect(await codeOf(app.request('/sgx/certification/v4/qe/identity'))).toEqual([503, 'unavailable']);
  });

  test('is taken in whatever the order of its lines', async () => {
    const [head, ...lines] = (await exported()).trimEnd().split('\n');
    const { service } = await (await cutOff()).start();
    expect(await importOfflineSet([head, ...lines.toReversed()].join('\n'), service)).toMatchObject({ kept: 4 });
  });
});

describe('refused is', () => {
  test('a document that is older than one before, by name', async () => {
    const old = await exported();
    const stage = await scene.staged();
    stage.pass(86_400_000);
    stage.vendors.intel = scene.servedBy(scene.at(stage.now));
    const { app, service } = await stage.start();
    await app.request(scene.tcb);
    const { refused } = await importOfflineSet(old, service);
    expect(refused.map(({ target }) => target)).toEqual([
      '/sgx/certification/v4/rootcacrl',
      `${scene.tcb}&update=standard`,
    ]);
    for (const { why } of refused) expect(why).toContain('older than one before');
  });

  test('a document that was changed, and one whose list is missing', async () => {
    const whole = await exported();
    const { service } = await (await cutOff()).start();
    const without = whole.split('\n').filter((line) => !line.includes('rootcacrl'));
    expect((await importOfflineSet(without.join('\n'), service)).kept).toBe(0);
    const flipped = whole.split('\n').map((line) => (line.includes('/tcb?') ? changed(line) : line));
    const { kept, refused } = await importOfflineSet(flipped.join('\n'), service);
    expect([kept, refused.map(({ target }) => target)]).toEqual([3, [`${scene.tcb}&update=standard`]]);
  });

  test('what has expired', async () => {
    const stage = await cutOff();
    stage.pass(31 * 86_400_000);
    const { service } = await stage.start();
    const { kept, refused } = await importOfflineSet(await exported(), service);
    // The root's list lives for a year.
    expect([kept, refused.length]).toEqual([1, 3]);
  });

  test.each([
    ['nothing', '', 'line 1'],
    ['another schema', '{"schema":"assay.collateral-set/2"}', 'line 1'],
    ['a line that is no JSON', '{"schema":"assay.collateral-set/1"}\n{', 'line 2'],
    ['an unknown name', line({ target: '/etc/passwd' }), 'line 2: /etc/passwd: no document has this name'],
    ['a name in another form', line({ target: `${lists}&x=1` }), 'line 2'],
    ['a body that is no base64', line({ body: '*' }), 'line 2'],
    ['a header that is none', line({ headers: { 'a b': 'c' } }), 'line 2'],
    ['a member more', line({ more: 1 }), 'line 2'],
  ])('%s, whole', async (_, text, message) => {
    const { service } = await (await cutOff()).start();
    const imported = importOfflineSet(text, service);
    await expect(imported).rejects.toMatchObject({ code: 'malformed', message: expect.stringContaining(message) });
    expect(service.kept()).toEqual([]);
  });

  test('any other text, without a crash', async () => {
    const { service } = await (await cutOff()).start();
    const documents = fc.array(fc.oneof(fc.string(), fc.json()), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(documents, async (lines) => {
        const text = ['{"schema":"assay.collateral-set/1"}', ...lines].join('\n');
        const outcome = await importOfflineSet(text, service).catch((error: unknown) => error);
        expect(outcome instanceof AssayError || (outcome as { readonly kept: number }).kept === 0).toBe(true);
      }),
    );
  });

  function line(more: object): string {
    const document = { target: lists, headers: {}, body: '', ...more };
    return `{"schema":"assay.collateral-set/1"}\n${JSON.stringify(document)}`;
  }

  function changed(text: string): string {
    const document = JSON.parse(text) as { readonly body: string };
    const body = Buffer.from(document.body, 'base64').toString().replace('"pcesvn":', '"pcesvn": ');
    return JSON.stringify({ ...document, body: Buffer.from(body).toString('base64') });
  }
});
