import { createImpostor, createPcsService, type IntelVendor, issueTcbInfo } from '@assay/simulate';
import { beforeAll, describe, expect, test } from 'vitest';
import { away, codeOf, type IntelScene, intelScene, NOW } from '../../../../tools/collateral-in-tests.ts';

const DAY = 86_400_000;

let scene: IntelScene;
beforeAll(async () => {
  scene = await intelScene();
});

describe('refused is', () => {
  const older = (): IntelVendor => scene.at(new Date(NOW.getTime() - 3 * DAY));

  test('a document that is older than one before, and the newer one stays', async () => {
    const stage = await scene.staged();
    const { app, service } = await stage.start();
    const body = await (await app.request(scene.tcb)).text();
    stage.vendors.intel = scene.servedBy(older());
    stage.pass(2 * DAY);
    await service.refreshDue();
    expect(stage.events.filter(({ event }) => event === 'refused')).toContainEqual({
      event: 'refused',
      target: `${scene.tcb}&update=standard`,
      reason: 'rolled-back',
    });
    expect(await (await app.request(scene.tcb)).text()).toBe(body);
  });

  test('such a document after a restart, when the newer one has expired', async () => {
    const stage = await scene.staged();
    const first = await stage.start();
    await first.app.request(scene.tcb);
    await first.service.close();
    stage.now = new Date('2026-12-21T00:00:00Z');
    const current = scene.at(stage.now);
    const genuine = scene.servedBy(current);
    const old = await issueTcbInfo(scene.vendor, scene.pck.platform, {
      tee: 'tdx',
      issueDate: new Date('2026-11-19T00:00:00Z'),
      nextUpdate: new Date('2027-01-19T00:00:00Z'),
    });
    stage.vendors.intel = async (request) => {
      const answer = await genuine(request);
      return request.url.includes('/tcb?') ? new Response(old, { headers: answer.headers }) : answer;
    };
    const { app } = await stage.start();
    const answer = await app.request(scene.tcb);
    expect(await answer.json()).toMatchObject({
      status: 502,
      code: 'collateral_refused',
      detail: expect.stringMatching(/older than one before/),
    });
  });

  test('an evaluation that the vendor goes back to', async () => {
    const stage = await scene.staged();
    const { app, service } = await stage.start();
    await app.request(scene.tcb);
    const updates = {
      evaluations: [{ number: 19, recoveryEvent: '2025-05-13', tcbDate: '2025-05-14' }],
      early: 19,
      standard: 19,
    };
    const later = scene.at(new Date(NOW.getTime() + 2 * DAY));
    stage.vendors.intel = createPcsService(later, { kind: 'pccs', platforms: [{ pck: scene.pck }], updates });
    stage.pass(2 * DAY);
    await service.refreshDue();
    expect(stage.events).toContainEqual({
      event: 'refused',
      target: `${scene.tcb}&update=standard`,
      reason: 'rolled-back',
    });
  });

  test.each(['tcbSigning', 'platform'] as const)(
    'what an authority has signed that the root revokes: %s',
    async (role) => {
      const { serial } = scene.vendor.authorities[role].certificate;
      const stage = await scene.staged();
      const crls = { root: { revoked: [serial] } };
      stage.vendors.intel = createPcsService(scene.vendor, { kind: 'pccs', platforms: [{ pck: scene.pck }], crls });
      const { app } = await stage.start();
      const lists = '/sgx/certification/v4/pckcrl?ca=platform';
      const evaluations = '/sgx/certification/v4/tcbevaluationdatanumbers';
      for (const path of role === 'platform' ? [lists] : [scene.tcb, evaluations]) {
        const answer = await app.request(path);
        expect(await answer.json()).toMatchObject({
          code: 'collateral_refused',
          detail: expect.stringContaining('is revoked'),
        });
      }
    },
  );

  test('from then on: what was kept of a signer whom a newer list revokes, without its vendor, and after a restart', async () => {
    const stage = await scene.staged();
    const { app, service } = await stage.start();
    const evaluations = '/sgx/certification/v4/tcbevaluationdatanumbers';
    for (const path of [scene.tcb, evaluations]) expect((await app.request(path)).status).toBe(200);
    const crls = { root: { revoked: [scene.vendor.authorities.tcbSigning.certificate.serial] } };
    const revoking = createPcsService(scene.at(new Date(NOW.getTime() + DAY)), { kind: 'pccs', platforms: [], crls });
    // The list alone gets through.
    stage.vendors.intel = (request) => (request.url.includes('crl') ? revoking(request) : away(request));
    stage.pass(DAY);
    await service.refreshDue();
    expect(stage.events).toContainEqual({ event: 'refused', target: evaluations, reason: 'not-authentic' });
    expect(await codeOf(app.request(scene.tcb))).toEqual([503, 'unavailable']);
    expect(await codeOf(app.request(evaluations))).toEqual([503, 'unavailable']);
    expect(service.kept().map(({ target }) => target)).toEqual(['/sgx/certification/v4/rootcacrl']);
    await service.close();
    const again = await stage.start();
    expect(again.service.kept().map(({ target }) => target)).toEqual(['/sgx/certification/v4/rootcacrl']);
  });

  test('a PCK certificate that its authority revokes', async () => {
    const { platform, certificate } = scene.pck;
    const stage = await scene.staged();
    const crls = { platform: { revoked: [certificate.serial] } };
    stage.vendors.intel = createPcsService(scene.vendor, { kind: 'pccs', platforms: [{ pck: scene.pck }], crls });
    const { app } = await stage.start();
    const svns = `cpusvn=${'FF'.repeat(16)}&pcesvn=FFFF&pceid=${platform.pceId}`;
    const path = `/sgx/certification/v4/pckcert?qeid=00&encrypted_ppid=${'AB'.repeat(384)}&${svns}`;
    expect(await (await app.request(path)).json()).toMatchObject({
      code: 'collateral_refused',
      detail: expect.stringContaining('is revoked'),
    });
  });

  test('a signature that was changed, in the list of evaluation data numbers', async () => {
    const stage = await scene.staged();
    const genuine = scene.servedBy(scene.vendor);
    stage.vendors.intel = async (request) => {
      const answer = await genuine(request);
      if (!request.url.includes('evaluationdatanumbers')) return answer;
      return new Response((await answer.text()).replace('2026-02-10', '2026-02-11'), { headers: answer.headers });
    };
    const { app } = await stage.start();
    expect(await codeOf(app.request('/tdx/certification/v4/tcbevaluationdatanumbers'))).toEqual([
      502,
      'collateral_refused',
    ]);
    expect(stage.events.at(-1)).toMatchObject({ event: 'refused', reason: 'not-authentic' });
  });

  test('what the store has from a time when another root was trusted', async () => {
    const stage = await scene.staged();
    const first = await stage.start();
    await first.app.request(scene.tcb);
    await first.service.close();
    const { app, service } = await stage.start({ roots: [] });
    expect(service.kept()).toEqual([]);
    expect(stage.events.at(-1)).toMatchObject({ event: 'refused', reason: 'not-authentic' });
    expect(await codeOf(app.request(scene.tcb))).toEqual([502, 'collateral_refused']);
  });

  test('what another root has signed', async () => {
    const stage = await scene.staged();
    stage.vendors.intel = scene.servedBy(await createImpostor(scene.vendor));
    const { app } = await stage.start();
    expect(await codeOf(app.request(scene.tcb))).toEqual([502, 'collateral_refused']);
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
    const stage = await scene.staged();
    const genuine = scene.servedBy(scene.vendor);
    stage.vendors.intel = async (request) => {
      const answer = await genuine(request);
      if (!request.url.includes('/tcb?')) return answer;
      return new Response(change(await answer.text()), { headers: answer.headers });
    };
    const { app } = await stage.start();
    expect(await codeOf(app.request(scene.tcb))).toEqual([502, 'collateral_refused']);
    expect(stage.events.at(-1)).toMatchObject({ event: 'refused', reason });
  });

  test("another platform's document", async () => {
    const stage = await scene.staged();
    const genuine = scene.servedBy(scene.vendor);
    stage.vendors.intel = (request) =>
      genuine(new Request(request.url.replace('112233445566', scene.pck.platform.fmspc)));
    const { app } = await stage.start();
    const answer = await app.request('/tdx/certification/v4/tcb?fmspc=112233445566');
    expect(await answer.json()).toMatchObject({
      code: 'collateral_refused',
      detail: expect.stringMatching(/the answer is tcb-info/),
    });
  });

  test('what has expired when it comes', async () => {
    const stage = await scene.staged();
    stage.vendors.intel = scene.servedBy(scene.at(new Date('2026-01-01T00:00:00Z')));
    const { app } = await stage.start();
    expect(await codeOf(app.request(scene.tcb))).toEqual([502, 'collateral_refused']);
    expect(stage.events.map((each) => 'reason' in each && each.reason)).toContain('not-valid-now');
  });
});
