import { fromPem } from '@assay/verify';
import { Hono } from 'hono';
import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf, INTEL, type IntelScene, intelScene } from '../../../../tools/collateral-in-tests.ts';
import { requestIds, type ServiceEnv } from '../service/answer-headers.ts';

let scene: IntelScene;
beforeAll(async () => {
  scene = await intelScene();
});

const V4 = '/sgx/certification/v4';
const PCK = `${V4}/pckcert?qeid=00&encrypted_ppid=${'AB'.repeat(384)}`;
const pckAt = (svns: string): string => `${PCK}&${svns}`;

describe('as a PCCS it answers', () => {
  test('the bytes, chains and encodings of its vendor', async () => {
    const { app } = await (await scene.staged()).start();
    const upstream = scene.servedBy(scene.vendor);
    const { pck } = scene;
    const svns = `cpusvn=${Buffer.from(pck.platform.cpuSvn).toString('hex')}&pcesvn=${pceSvn(pck.platform.pceSvn)}`;
    const paths = [
      scene.tcb,
      scene.tcb.replace('/tdx', '/sgx'),
      `${scene.tcb}&tcbEvaluationDataNumber=19`,
      '/tdx/certification/v4/qe/identity?update=early',
      `${V4}/qe/identity`,
      `${V4}/qve/identity`,
      `${V4}/tcbevaluationdatanumbers`,
      '/tdx/certification/v4/tcbevaluationdatanumbers',
      `${V4}/pckcrl?ca=processor`,
      `${V4}/pckcrl?ca=PLATFORM&encoding=DER`,
      `${V4}/rootcacrl`,
      `${V4}/crl?uri=${encodeURIComponent(`${INTEL}/IntelSGXRootCA.der`)}`,
      `${V4}/fmspcs?platform=E5`,
      pckAt(`${svns}&pceid=${pck.platform.pceId}`),
    ];
    const names = ['issuer-chain', 'sgx-tcbm', 'sgx-fmspc', 'ca-type'];
    for (const path of paths) {
      const [ours, theirs] = [await app.request(path), await upstream(new Request(`${INTEL}${path}`))];
      const [body, expected] = [await ours.bytes(), await theirs.bytes()];
      expect([path, ours.status, Buffer.compare(body, expected)]).toEqual([path, 200, 0]);
      for (const [name, value] of theirs.headers) {
        if (!names.some((part) => name.includes(part))) continue;
        expect([path, name, decodeURIComponent(ours.headers.get(name) ?? '')]).toEqual([
          path,
          name,
          decodeURIComponent(value),
        ]);
      }
    }
  });

  test('lists as PEM, too, and by the address in a certificate', async () => {
    const { app } = await (await scene.staged()).start();
    const der = await (await app.request(`${V4}/pckcrl?ca=platform&encoding=der`)).bytes();
    const pem = await app.request(`${V4}/pckcrl?ca=platform&encoding=pem`);
    expect(pem.headers.get('content-type')).toBe('application/x-pem-file');
    expect(fromPem(await pem.text(), 'X509 CRL')).toEqual([der]);
    const uri = 'https://api.trustedservices.intel.com/sgx/certification/v4/pckcrl?ca=platform&encoding=der';
    const named = await app.request(`${V4}/crl?uri=${encodeURIComponent(uri)}`);
    expect(await named.bytes()).toEqual(der);
  });

  function pceSvn(svn: number): string {
    return Buffer.from([svn & 255, svn >> 8]).toString('hex');
  }
});

describe('refused', () => {
  test('with the id of the request', async () => {
    const { app } = await (await scene.staged()).start();
    const served = new Hono<ServiceEnv>().use(requestIds(() => 'request-1')).route('/', app);
    expect(await (await served.request(`${V4}/tcb`)).json()).toMatchObject({
      code: 'bad_request',
      requestId: 'request-1',
    });
  });

  test.each([
    [`${V4}/tcb`, 400, 'bad_request', 'fmspc'],
    [`${V4}/tcb?fmspc=00`, 400, 'bad_request', 'fmspc'],
    [`${V4}/tcb?fmspc=112233445566&fmspc=112233445566`, 400, 'bad_request', 'fmspc'],
    [`${V4}/tcb?fmspc=112233445566&updat=early`, 400, 'bad_request', 'updat'],
    [`${V4}/tcb?fmspc=112233445566&update=late`, 400, 'bad_request', 'update'],
    [`${V4}/qe/identity?update=early&tcbEvaluationDataNumber=20`, 400, 'bad_request', 'update'],
    [`${V4}/qe/identity?tcbEvaluationDataNumber=1e3`, 400, 'bad_request', 'tcbEvaluationDataNumber'],
    [`${V4}/pckcrl`, 400, 'bad_request', 'ca'],
    [`${V4}/pckcrl?ca=root`, 400, 'bad_request', 'ca'],
    [`${V4}/rootcacrl?x=1`, 400, 'bad_request', 'x'],
    [`${V4}/crl`, 400, 'bad_request', 'uri'],
    [pckAt('pcesvn=0000&pceid=0000'), 400, 'bad_request', 'cpusvn'],
    ['/vcek/v1/Milan/00', 400, 'bad_request', 'hwid'],
    [`/vcek/v1/Milan/${'00'.repeat(64)}?fmcSPL=1`, 400, 'bad_request', 'fmcSPL'],
    [`/vcek/v1/Milan/${'00'.repeat(64)}?blSPL=256`, 400, 'bad_request', 'blSPL'],
    ['/vcek/v1/Naples/crl', 404, 'not_found', undefined],
    [`/vlek/v1/Milan/${'00'.repeat(64)}`, 404, 'not_found', undefined],
    ['/sgx/certification/v4/nothing', 404, undefined, undefined],
  ])('%s: %i %s', async (path, status, code, field) => {
    const stage = await scene.staged();
    const { app } = await stage.start();
    const answer = await app.request(path);
    expect(answer.status).toBe(status);
    if (code !== undefined) expect(await answer.json()).toMatchObject({ code, ...(field && { field }) });
    expect(stage.requests).toEqual([]);
  });

  test('addresses that name no list here, and nothing is fetched from them', async () => {
    const stage = await scene.staged();
    const { app } = await stage.start();
    for (const uri of [
      'http://169.254.169.254/',
      'file:///etc/passwd',
      'https://elsewhere.example/sgx/certification/v4/pckcrl?ca=platform',
    ]) {
      expect(await codeOf(app.request(`${V4}/crl?uri=${encodeURIComponent(uri)}`))).toEqual([404, 'not_found']);
    }
    expect(stage.requests).toEqual([
      '/sgx/certification/v4/pckcrl?ca=platform&encoding=der',
      '/sgx/certification/v4/rootcacrl',
    ]);
  });

  test.each([
    ['17', 410, 'collateral_gone'],
    ['99', 404, 'not_found'],
  ])('an evaluation data number that the vendor has no more, or not yet: %s', async (number, status, code) => {
    const { app } = await (await scene.staged()).start();
    const path = `${scene.tcb}&tcbEvaluationDataNumber=${number}`;
    expect(await codeOf(app.request(path))).toEqual([status, code]);
  });

  test('a document with another evaluation data number than was asked for', async () => {
    const stage = await scene.staged();
    const genuine = scene.servedBy(scene.vendor);
    stage.vendors.intel = (request) => genuine(new Request(request.url.replace('Number=19', 'Number=21')));
    const { app } = await stage.start();
    const answer = await app.request(`${scene.tcb}&tcbEvaluationDataNumber=19`);
    expect(await answer.json()).toMatchObject({
      code: 'collateral_refused',
      detail: expect.stringMatching(/has the evaluation data number 21/),
    });
  });

  test('what a vendor has that is not configured', async () => {
    const stage = await scene.staged();
    const { app } = await stage.start({ upstreams: {} });
    expect(await codeOf(app.request(scene.tcb))).toEqual([404, 'not_found']);
    expect(await codeOf(app.request('/vcek/v1/Milan/crl'))).toEqual([404, 'not_found']);
  });

  test('the export, to who does not show the token', async () => {
    const { app } = await (await scene.staged()).start();
    for (const authorization of [undefined, 'Bearer another', 'Basic dGhlLXRva2Vu']) {
      const answer = app.request('/export', { headers: { ...(authorization && { authorization }) } });
      expect(await codeOf(answer)).toEqual([401, 'unauthorized']);
    }
  });
});
