import {
  type AmdVendor,
  createAmdVendor,
  createKdsService,
  issueAmdCrl,
  issueVek,
  makeSnpExhibit,
  type SnpExhibit,
} from '@assay/simulate';
import { fromPem, verify } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import { snp } from '@assay/verify/snp';
import { beforeAll, describe, expect, test } from 'vitest';
import { away, codeOf, collateralStage, NOW, type Stage } from '../../../../tools/collateral-in-tests.ts';

const DAY = 86_400_000;

let amd: AmdVendor;
let exhibit: SnpExhibit;
let chip: string;
beforeAll(async () => {
  amd = await createAmdVendor({ product: 'Milan', now: NOW });
  exhibit = await makeSnpExhibit(amd);
  chip = `/vcek/v1/Milan/${toHex(exhibit.vek.chipId)}?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=219`;
});

const roots = (): readonly Uint8Array[] => fromPem(amd.rootPem, 'CERTIFICATE');
const staged = (trusted = roots()): Promise<Stage> => {
  const kds = createKdsService({ vendors: [amd], chips: [exhibit.vek] });
  return collateralStage(NOW, { intel: away, amd: kds }, trusted);
};
const CHAIN = '/vcek/v1/Milan/cert_chain';
const CRL = '/vcek/v1/Milan/crl';

describe("AMD's documents", () => {
  test('verify a report', async () => {
    const { app } = await (await staged()).start();
    const read = async (path: string) => (await app.request(path)).bytes();
    const [ask, ark] = fromPem(Buffer.from(await read(CHAIN)).toString(), 'CERTIFICATE');
    const verdict = await verify(exhibit.evidence, {
      tees: [snp],
      endorsements: { snp: { vek: await read(chip), ask, ark, crl: await read(CRL) } },
      now: NOW,
      roots: roots(),
      allowSimulated: true,
      policy: { identity: 'any', freshness: 'any', binding: 'any' },
    });
    expect([verdict.layers.authentic, verdict.layers.platform]).toEqual(['pass', 'pass']);
  });

  test('are those of AMD, byte for byte, and asked for once', async () => {
    const stage = await staged();
    const { app } = await stage.start();
    for (const path of [chip, CHAIN, CRL, '/vlek/v1/Milan/cert_chain', '/vlek/v1/Milan/crl']) {
      const theirs = await stage.vendors.amd(new Request(`https://kds.example${path}`));
      const ours = await app.request(path);
      expect([path, ours.status, ours.headers.get('content-type')]).toEqual([
        path,
        200,
        theirs.headers.get('content-type'),
      ]);
      expect(Buffer.compare(await ours.bytes(), await theirs.bytes())).toBe(0);
    }
    await app.request(chip.replace('blSPL=04&teeSPL=00', 'teeSPL=0&blSPL=4').replace(/[a-f]/g, (digit) => digit));
    expect(stage.requests).toEqual([chip, CHAIN, CRL, '/vlek/v1/Milan/cert_chain', '/vlek/v1/Milan/crl']);
  });

  test('survive that AMD is away, and a restart', async () => {
    const stage = await staged();
    const first = await stage.start();
    for (const path of [chip, CHAIN, CRL]) await first.app.request(path);
    await first.service.close();
    stage.vendors.amd = away;
    const { app } = await stage.start();
    for (const path of [chip, CHAIN, CRL]) expect((await app.request(path)).status).toBe(200);
    expect(await codeOf(app.request('/vlek/v1/Milan/crl'))).toEqual([503, 'unavailable']);
    // The simulated list is good for 335 days, the certificate for years.
    stage.pass(336 * DAY);
    expect(await codeOf(app.request(CRL))).toEqual([503, 'unavailable']);
    expect(await codeOf(app.request(chip))).toEqual([503, 'unavailable']);
  });
});

describe('refused is', () => {
  const refusal = { status: 502, code: 'collateral_refused' };

  test('what another root has signed', async () => {
    const { app } = await (await staged([])).start();
    for (const path of [CHAIN, CRL, chip]) expect(await (await app.request(path)).json()).toMatchObject(refusal);
  });

  test('a chip that AMD does not know', async () => {
    const { app } = await (await staged()).start();
    expect(await codeOf(app.request(chip.replace('ucodeSPL=219', 'ucodeSPL=220')))).toEqual([404, 'not_found']);
  });

  test('the certificate of another chip', async () => {
    const stage = await staged();
    const other = await issueVek(amd);
    const genuine = createKdsService({ vendors: [amd], chips: [exhibit.vek, other] });
    stage.vendors.amd = (request) =>
      genuine(new Request(request.url.replace(toHex(exhibit.vek.chipId), toHex(other.chipId))));
    const { app } = await stage.start();
    expect(await (await app.request(chip)).json()).toMatchObject({
      ...refusal,
      detail: expect.stringMatching(/of the chip/),
    });
  });

  test.each([
    ['a list that is older than one before', { thisUpdate: new Date(NOW.getTime() - 60 * DAY) }, 'rolled-back'],
    ['a list that has expired', { nextUpdate: NOW }, 'not-valid-now'],
  ] as const)('%s', async (_, crl, reason) => {
    const stage = await staged();
    const { app, service } = await stage.start();
    await app.request(CRL);
    stage.vendors.amd = createKdsService({ vendors: [amd], crl });
    stage.pass(2 * DAY);
    await service.refreshDue();
    expect(stage.events).toContainEqual({ event: 'refused', target: CRL, reason });
    expect((await app.request(CRL)).status).toBe(200);
  });

  test('a list that another key has signed, and what is on a list', async () => {
    const forged = await issueAmdCrl(amd, { signer: amd.keys.ask });
    for (const list of [forged, await issueAmdCrl(amd, { revoked: [amd.authorities.ask.serial] })]) {
      const stage = await staged();
      const genuine = stage.vendors.amd;
      stage.vendors.amd = async (request) =>
        request.url.endsWith('/crl') ? new Response(Uint8Array.from(list)) : genuine(request);
      const { app } = await stage.start();
      expect(await (await app.request(CRL)).json()).toMatchObject(refusal);
      expect(await (await app.request(chip)).json()).toMatchObject(refusal);
    }
  });
});
