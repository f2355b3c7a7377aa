import {
  createImpostor,
  createIntelVendor,
  createPcsService,
  type IntelVendor,
  issuePck,
  issueTcbInfo,
  type Pck,
} from '@assay/simulate';
import { fromPem } from '@assay/verify';
import { beforeAll, describe, expect, test } from 'vitest';
import { away, collateralStage, type Stage, type Vendor } from '../../../../tools/collateral-in-tests.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let vendor: IntelVendor;
let pck: Pck;
let tcb: string;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'collateral service', now: NOW, baseUrl: 'https://pcs.example' });
  pck = await issuePck(vendor);
  tcb = `/tdx/certification/v4/tcb?fmspc=${pck.platform.fmspc.toUpperCase()}`;
});

const servedBy = (issuer: IntelVendor): Vendor => createPcsService(issuer, { kind: 'pccs', platforms: [{ pck }] });
const staged = (): Promise<Stage> =>
  collateralStage(NOW, { intel: servedBy(vendor), amd: away }, fromPem(vendor.rootPem, 'CERTIFICATE'));
/** The same authorities at another time. */
const at = (now: Date): IntelVendor => ({ ...vendor, now });

async function codeOf(answer: Response | Promise<Response>): Promise<readonly [number, unknown]> {
  const response = await answer;
  const { code } = (await response.json()) as { readonly code?: unknown };
  return [response.status, code];
}

describe('a document', () => {
  test('is asked for once, with the list that it is held against', async () => {
    const stage = await staged();
    const { app } = await stage.start();
    const answers = await Promise.all([app.request(tcb), app.request(tcb), app.request(`${tcb}&update=STANDARD`)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await answers[0]?.text()).toBe(await (await servedBy(vendor)(new Request(`https://x${tcb}`))).text());
    expect(stage.requests).toEqual([
      `${tcb}&update=standard`,
      '/sgx/certification/v4/pckcrl?ca=platform&encoding=der',
      '/sgx/certification/v4/rootcacrl',
    ]);
  });

  test('may be kept by others until it is renewed, a day later', async () => {
    const stage = await staged();
    const { app } = await stage.start();
    const answer = await app.request(tcb);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(answer.headers.get('expires')).toBe('Sun, 20 Dec 2026 00:00:00 GMT');
    stage.pass(HOUR);
    expect((await app.request(tcb)).headers.get('cache-control')).toBe('public, max-age=82800');
  });
});

describe('without its vendor', () => {
  test('it serves what it has, after a restart, too, until that expires and not a second longer', async () => {
    const stage = await staged();
    const { app, service } = await stage.start();
    const body = await (await app.request(tcb)).text();
    await service.close();
    stage.vendors.intel = away;
    const again = await stage.start();
    stage.now = new Date('2026-12-20T00:00:00Z');
    const last = await again.app.request(tcb);
    expect([last.status, await last.text()]).toEqual([200, body]);
    expect(last.headers.get('cache-control')).toBe('public, max-age=0');
    stage.pass(1);
    const late = await again.app.request(tcb);
    expect(late.headers.get('retry-after')).toBe('15');
    expect(await codeOf(late)).toEqual([503, 'unavailable']);
  });

  test('it does not serve what is not valid yet', async () => {
    const stage = await staged();
    const { app } = await stage.start();
    await app.request(tcb);
    stage.vendors.intel = away;
    stage.now = new Date('2026-11-19T23:59:59Z');
    expect(await codeOf(app.request(tcb))).toEqual([503, 'unavailable']);
  });

  test('it says so, and where the vendor is it does not say', async () => {
    const stage = await staged();
    stage.vendors.intel = away;
    const { app } = await stage.start();
    const text = await (await app.request(tcb)).text();
    expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'unavailable', detail: /no connection/ });
    expect(text).not.toContain('pcs.example');
  });
});

describe('renewal', () => {
  test('happens a day after a document came, in the background', async () => {
    const stage = await staged();
    const { app } = await stage.start();
    await app.request(tcb);
    const asked = stage.requests.length;
    stage.pass(DAY - 1);
    await tick(stage);
    expect(stage.requests.length).toBe(asked);
    stage.vendors.intel = servedBy(at(new Date(NOW.getTime() + DAY)));
    stage.pass(1);
    await tick(stage);
    stage.vendors.intel = away;
    expect(await (await app.request(tcb)).text()).toContain('"issueDate":"2026-11-21T00:00:00Z"');
  });

  test('that fails is tried again five minutes later, and the document is served meanwhile', async () => {
    const stage = await staged();
    const { app, service } = await stage.start();
    await app.request(tcb);
    stage.vendors.intel = away;
    stage.pass(2 * DAY);
    await service.refreshDue();
    const asked = stage.requests.length;
    stage.pass(5 * 60_000 - 1);
    await service.refreshDue();
    expect(stage.requests.length).toBe(asked);
    expect((await app.request(tcb)).status).toBe(200);
    stage.vendors.intel = servedBy(vendor);
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

describe('refused is', () => {
  const older = (): IntelVendor => at(new Date(NOW.getTime() - 3 * DAY));

  test('a document that is older than one before, and the newer one stays', async () => {
    const stage = await staged();
    const { app, service } = await stage.start();
    const body = await (await app.request(tcb)).text();
    stage.vendors.intel = servedBy(older());
    stage.pass(2 * DAY);
    await service.refreshDue();
    expect(stage.events.filter(({ event }) => event === 'refused')).toContainEqual({
      event: 'refused',
      target: `${tcb}&update=standard`,
      reason: 'rolled-back',
    });
    expect(await (await app.request(tcb)).text()).toBe(body);
  });

  test('such a document after a restart, when the newer one has expired', async () => {
    const stage = await staged();
    const first = await stage.start();
    await first.app.request(tcb);
    await first.service.close();
    stage.now = new Date('2026-12-21T00:00:00Z');
    const current = at(stage.now);
    const genuine = servedBy(current);
    const old = await issueTcbInfo(vendor, pck.platform, {
      tee: 'tdx',
      issueDate: new Date('2026-11-19T00:00:00Z'),
      nextUpdate: new Date('2027-01-19T00:00:00Z'),
    });
    stage.vendors.intel = async (request) => {
      const answer = await genuine(request);
      return request.url.includes('/tcb?') ? new Response(old, { headers: answer.headers }) : answer;
    };
    const { app } = await stage.start();
    const answer = await app.request(tcb);
    expect(await answer.json()).toMatchObject({
      status: 502,
      code: 'collateral_refused',
      detail: /older than one before/,
    });
  });

  test('an evaluation that the vendor goes back to', async () => {
    const stage = await staged();
    const { app, service } = await stage.start();
    await app.request(tcb);
    const updates = {
      evaluations: [{ number: 19, recoveryEvent: '2025-05-13', tcbDate: '2025-05-14' }],
      early: 19,
      standard: 19,
    };
    const later = at(new Date(NOW.getTime() + 2 * DAY));
    stage.vendors.intel = createPcsService(later, { kind: 'pccs', platforms: [{ pck }], updates });
    stage.pass(2 * DAY);
    await service.refreshDue();
    expect(stage.events).toContainEqual({ event: 'refused', target: `${tcb}&update=standard`, reason: 'rolled-back' });
  });

  test('what another root has signed', async () => {
    const stage = await staged();
    stage.vendors.intel = servedBy(await createImpostor(vendor));
    const { app } = await stage.start();
    expect(await codeOf(app.request(tcb))).toEqual([502, 'collateral_refused']);
    expect(stage.events).toContainEqual({
      event: 'refused',
      target: '/sgx/certification/v4/rootcacrl',
      reason: 'not-authentic',
    });
  });

  test.each([
    ['a bit that was flipped', (text: string) => text.replace('"tcbType":0', '"tcbType": 0'), 'not-authentic'],
    ['no document', () => '<html>', 'not-authentic'],
  ])('%s', async (_, change, reason) => {
    const stage = await staged();
    const genuine = servedBy(vendor);
    stage.vendors.intel = async (request) => {
      const answer = await genuine(request);
      if (!request.url.includes('/tcb?')) return answer;
      return new Response(change(await answer.text()), { headers: answer.headers });
    };
    const { app } = await stage.start();
    expect(await codeOf(app.request(tcb))).toEqual([502, 'collateral_refused']);
    expect(stage.events.at(-1)).toMatchObject({ event: 'refused', reason });
  });

  test("another platform's document", async () => {
    const stage = await staged();
    const genuine = servedBy(vendor);
    stage.vendors.intel = (request) => genuine(new Request(request.url.replace('112233445566', pck.platform.fmspc)));
    const { app } = await stage.start();
    const answer = await app.request('/tdx/certification/v4/tcb?fmspc=112233445566');
    expect(await answer.json()).toMatchObject({ code: 'collateral_refused', detail: /the answer is tcb-info/ });
  });

  test('what has expired when it comes', async () => {
    const stage = await staged();
    stage.vendors.intel = servedBy(at(new Date('2026-01-01T00:00:00Z')));
    const { app } = await stage.start();
    expect(await codeOf(app.request(tcb))).toEqual([502, 'collateral_refused']);
    expect(stage.events.map((each) => 'reason' in each && each.reason)).toContain('not-valid-now');
  });
});

describe('strangers', () => {
  test('who ask for 10,000 FMSPCs make few requests, and take no room', async () => {
    const stage = await staged();
    const { app, service } = await stage.start();
    await app.request(tcb);
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
    expect((await app.request(tcb)).status).toBe(200);
  });

  test('over a long time neither: what was not asked for longest is forgotten', async () => {
    const stage = await staged();
    const { app, service } = await stage.start({ missesPerMinute: 10_000 });
    for (let index = 0; index < 1_500; index += 1) {
      await app.request(`/sgx/certification/v4/tcb?fmspc=${index.toString(16).padStart(12, '0')}`);
    }
    expect(service.sizes().failures).toBe(1_000);
  });

  test('get the same answer for ten minutes without the vendor being asked', async () => {
    const stage = await staged();
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
    const stage = await staged();
    const { app, service } = await stage.start({ maxDocuments: 3 });
    const numbered = (number: number): string => `${tcb}&tcbEvaluationDataNumber=${number}`;
    for (const path of [tcb, numbered(19), tcb, numbered(21)]) expect((await app.request(path)).status).toBe(200);
    expect(service.kept().map(({ target }) => target)).toEqual([
      `${tcb}&update=standard`,
      // Each document is held against it, which is a use.
      '/sgx/certification/v4/rootcacrl',
      numbered(21),
    ]);
    await service.close();
    const again = await stage.start();
    expect(again.service.sizes().documents).toBe(3);
  });
});
