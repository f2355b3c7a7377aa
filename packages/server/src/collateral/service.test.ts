import { beforeAll, describe, expect, test } from 'vitest';
import { away, codeOf, type IntelScene, intelScene, NOW, type Stage } from '../../../../tools/collateral-in-tests.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let scene: IntelScene;
beforeAll(async () => {
  scene = await intelScene();
});

describe('a document', () => {
  test('is asked for once, with the list that it is held against', async () => {
    const stage = await scene.staged();
    const { app } = await stage.start();
    const answers = await Promise.all([
      app.request(scene.tcb),
      app.request(scene.tcb),
      app.request(`${scene.tcb}&update=STANDARD`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await answers[0]?.text()).toBe(
      await (await scene.servedBy(scene.vendor)(new Request(`https://x${scene.tcb}`))).text(),
    );
    expect(stage.requests).toEqual([
      `${scene.tcb}&update=standard`,
      '/sgx/certification/v4/pckcrl?ca=platform&encoding=der',
      '/sgx/certification/v4/rootcacrl',
    ]);
  });

  test('may be kept by others until it is renewed, a day later', async () => {
    const stage = await scene.staged();
    const { app } = await stage.start();
    const answer = await app.request(scene.tcb);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(answer.headers.get('expires')).toBe('Sun, 20 Dec 2026 00:00:00 GMT');
    stage.pass(HOUR);
    expect((await app.request(scene.tcb)).headers.get('cache-control')).toBe('public, max-age=82800');
  });
});

describe('without its vendor', () => {
  test('it serves what it has, after a restart, too, until that expires and not a second longer', async () => {
    const stage = await scene.staged();
    const { app, service } = await stage.start();
    const body = await (await app.request(scene.tcb)).text();
    await service.close();
    stage.vendors.intel = away;
    const again = await stage.start();
    stage.now = new Date('2026-12-20T00:00:00Z');
    const last = await again.app.request(scene.tcb);
    expect([last.status, await last.text()]).toEqual([200, body]);
    expect(last.headers.get('cache-control')).toBe('public, max-age=0');
    stage.pass(1);
    const late = await again.app.request(scene.tcb);
    expect(late.headers.get('retry-after')).toBe('15');
    expect(await codeOf(late)).toEqual([503, 'unavailable']);
  });

  test('it takes a document that was issued just now, by a clock a minute ahead', async () => {
    const stage = await scene.staged();
    stage.now = new Date('2026-11-19T23:59:00Z');
    const { app } = await stage.start();
    expect((await app.request(scene.tcb)).status).toBe(200);
  });

  test('it does not serve what is not valid yet', async () => {
    const stage = await scene.staged();
    const { app } = await stage.start();
    await app.request(scene.tcb);
    stage.vendors.intel = away;
    stage.now = new Date('2026-11-19T23:58:59Z');
    expect(await codeOf(app.request(scene.tcb))).toEqual([503, 'unavailable']);
  });

  test('it says so, and where the vendor is it does not say', async () => {
    const stage = await scene.staged();
    stage.vendors.intel = away;
    const { app } = await stage.start();
    const text = await (await app.request(scene.tcb)).text();
    expect(JSON.parse(text)).toMatchObject({
      status: 503,
      code: 'unavailable',
      detail: expect.stringMatching(/no connection/),
    });
    expect(text).not.toContain('pcs.example');
  });
});

describe('a second instance on the same store', () => {
  test('takes what the first one fetched, without asking the vendor', async () => {
    const stage = await scene.staged();
    const [first, second] = [await stage.start(), await stage.start()];
    const body = await (await first.app.request(scene.tcb)).text();
    stage.vendors.intel = away;
    expect(await (await second.app.request(scene.tcb)).text()).toBe(body);
  });
});

describe('renewal', () => {
  test('happens a day after a document came, in the background', async () => {
    const stage = await scene.staged();
    const { app } = await stage.start();
    await app.request(scene.tcb);
    const asked = stage.requests.length;
    stage.pass(DAY - 1);
    await tick(stage);
    expect(stage.requests.length).toBe(asked);
    stage.vendors.intel = scene.servedBy(scene.at(new Date(NOW.getTime() + DAY)));
    stage.pass(1);
    await tick(stage);
    stage.vendors.intel = away;
    expect(await (await app.request(scene.tcb)).text()).toContain('"issueDate":"2026-11-21T00:00:00Z"');
  });

  test('that fails is tried again five minutes later, and the document is served meanwhile', async () => {
    const stage = await scene.staged();
    const { app, service } = await stage.start();
    await app.request(scene.tcb);
    stage.vendors.intel = away;
    stage.pass(2 * DAY);
    await service.refreshDue();
    const asked = stage.requests.length;
    stage.pass(5 * 60_000 - 1);
    await service.refreshDue();
    expect(stage.requests.length).toBe(asked);
    expect((await app.request(scene.tcb)).status).toBe(200);
    stage.vendors.intel = scene.servedBy(scene.vendor);
    stage.pass(1);
    await service.refreshDue();
    expect(stage.events.at(-1)).toMatchObject({ event: 'fetched' });
  });

  async function tick(stage: Stage): Promise<void> {
    for (const act of stage.timers.splice(0)) act();
    // The next round is set when this one is done.
    while (stage.timers.length === 0) await new Promise(setImmediate);
  }
});

describe('strangers', () => {
  test('who ask for 10,000 FMSPCs make few requests, and take no room', async () => {
    const stage = await scene.staged();
    const { app, service } = await stage.start();
    await app.request(scene.tcb);
    const asked = stage.requests.length;
    const codes = new Map<unknown, number>();
    for (let index = 0; index < 10_000; index += 1) {
      const fmspc = (0xff_0000_0000_00 + index).toString(16).padStart(12, '0').slice(-12);
      const [, code] = await codeOf(app.request(`/sgx/certification/v4/tcb?fmspc=${fmspc}`));
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(stage.requests.length - asked).toBeLessThanOrEqual(60);
    expect([...codes.keys()]).toEqual(['not_found', 'too_many_requests']);
    expect(service.sizes().failures).toBeLessThanOrEqual(1_000);
    expect(service.sizes().documents).toBe(2);
    expect((await app.request(scene.tcb)).status).toBe(200);
  });

  test('over a long time neither: what was not asked for longest is forgotten', async () => {
    const stage = await scene.staged();
    const { app, service } = await stage.start({ missesPerMinute: 10_000 });
    for (let index = 0; index < 1_500; index += 1) {
      await app.request(`/sgx/certification/v4/tcb?fmspc=${index.toString(16).padStart(12, '0')}`);
    }
    expect(service.sizes().failures).toBe(1_000);
  });

  test('get the same answer for ten minutes without the vendor being asked', async () => {
    const stage = await scene.staged();
    const { app } = await stage.start();
    const path = '/sgx/certification/v4/tcb?fmspc=112233445566';
    expect(await codeOf(app.request(path))).toEqual([404, 'not_found']);
    const asked = stage.requests.length;
    stage.pass(10 * 60_000 - 1);
    const again = await app.request(path);
    expect([again.headers.get('retry-after'), stage.requests.length]).toEqual(['1', asked]);
    stage.pass(1);
    await app.request(path);
    expect(stage.requests.length).toBe(asked + 1);
  });

  test('cannot fill the store: of more documents than it keeps, those go that were not used for longest', async () => {
    const stage = await scene.staged();
    const { app, service } = await stage.start({ maxDocuments: 3 });
    const numbered = (number: number): string => `${scene.tcb}&tcbEvaluationDataNumber=${number}`;
    for (const path of [scene.tcb, numbered(19), scene.tcb, numbered(21)])
      expect((await app.request(path)).status).toBe(200);
    expect(service.kept().map(({ target }) => target)).toEqual([
      `${scene.tcb}&update=standard`,
      // Each document is held against it, which is a use.
      '/sgx/certification/v4/rootcacrl',
      numbered(21),
    ]);
    await service.close();
    const again = await stage.start();
    expect(again.service.sizes().documents).toBe(3);
  });
});
