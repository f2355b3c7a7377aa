import { authenticate, fromPem } from '@assay/verify';
import { snp } from '@assay/verify/snp';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeSnpExhibit, type SnpExhibit } from './exhibit.ts';
import { createKdsService, type KdsOptions } from './kds.ts';
import { type AmdVendor, createAmdVendor } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const HOST = 'https://simulated.invalid';
const QUERY = 'blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=219';

let milan: AmdVendor;
let turin: AmdVendor;
let old: SnpExhibit;
let young: SnpExhibit;
beforeAll(async () => {
  milan = await createAmdVendor({ product: 'Milan', now });
  turin = await createAmdVendor({ product: 'Turin', now, keys: milan.keys });
  [old, young] = await Promise.all([makeSnpExhibit(milan), makeSnpExhibit(turin)]);
}, 120_000);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const ask = (path: string, options: Partial<KdsOptions> = {}, init: RequestInit = {}): Promise<Response> =>
  createKdsService({ vendors: [milan, turin], chips: [old.vek, young.vek], ...options })(
    new Request(HOST + path, init),
  );
const bytesOf = async (path: string): Promise<Uint8Array> => (await ask(path)).bytes();

describe('the key distribution service', () => {
  test('has what a verifier needs for a report', async () => {
    for (const [{ vek, evidence }, chip, query] of [
      [old, hex(old.vek.chipId), QUERY],
      [young, hex(young.vek.chipId.subarray(0, 8)), `fmcSPL=01&${QUERY}`],
    ] as const) {
      const base = `/vcek/v1/${vek.product}`;
      const [ask, ark] = fromPem(await askText(`${base}/cert_chain`), 'CERTIFICATE');
      if (ask === undefined || ark === undefined) throw new Error('unreachable');
      const leaf = await bytesOf(`${base}/${chip}?${query}`);
      const endorsements = { snp: { vek: leaf, ask, ark, crl: await bytesOf(`${base}/crl`) } };
      const given = { tees: [snp], now, endorsements };
      const roots = [milan, turin].map(({ authorities }) => authorities.ark.certificate);
      const verdict = await authenticate(evidence, { ...given, roots, allowSimulated: true });
      expect([verdict.layers.authentic, verdict.simulated]).toEqual(['pass', true]);
      expect((await authenticate(evidence, given)).layers.authentic).toBe('fail');
    }
  });

  test('has the chain and the list of VLEKs, and no VLEK', async () => {
    const [asvk, ark, ...more] = fromPem(await askText('/vlek/v1/Turin/cert_chain'), 'CERTIFICATE');
    const { authorities } = turin;
    expect([asvk, ark, more.length].map(String)).toEqual(
      [authorities.asvk.certificate, authorities.ark.certificate, 0].map(String),
    );
    expect(await bytesOf('/vlek/v1/Turin/crl')).toHaveLength((await bytesOf('/vcek/v1/Turin/crl')).length);
    expect((await ask(`/vlek/v1/Milan/${hex(old.vek.chipId)}?${QUERY}`)).status).toBe(404);
  });

  test('serves one list until it is made anew, and says what each answer is', async () => {
    const service = createKdsService({ vendors: [milan] });
    const list = async () => (await service(new Request(`${HOST}/vcek/v1/Milan/crl`))).bytes();
    expect(await list()).toEqual(await list());
    const types = ['crl', 'cert_chain', `${hex(old.vek.chipId).toUpperCase()}?${QUERY}`].map(async (path) =>
      (await ask(`/vcek/v1/Milan/${path}`)).headers.get('content-type'),
    );
    expect(await Promise.all(types)).toEqual([
      'application/pkix-crl',
      'application/x-pem-file',
      'application/pkix-cert',
    ]);
  });

  test.each([
    ['/', 404],
    ['/vcek/v1/Genoa/crl', 404],
    ['/vcek/v1/__proto__/crl', 404],
    ['/vcek/v2/Milan/crl', 404],
    [`/vcek/v1/Milan/${'00'.repeat(64)}?${QUERY}`, 404],
    ['/vcek/v1/Milan/CHIP', 404],
    [`/vcek/v1/Milan/CHIP?${QUERY.replace('24', '25')}`, 404],
    [`/vcek/v1/Milan/CHIP?${QUERY}&fmcSPL=00`, 400],
    [`/vcek/v1/Milan/CHIP?${QUERY}&other=1`, 400],
    [`/vcek/v1/Milan/CHIP?${QUERY}&blSPL=04`, 400],
    ['/vcek/v1/Milan/CHIP?blSPL=256', 400],
    ['/vcek/v1/Milan/CHIP?blSPL=-1', 400],
    ['/vcek/v1/Milan/CHIP?blSPL=', 400],
    [`/vcek/v1/Milan/5a?${QUERY}`, 400],
    [`/vcek/v1/Milan/${'zz'.repeat(64)}?${QUERY}`, 400],
    [`/vcek/v1/Turin/${'5a'.repeat(64)}?${QUERY}`, 400],
  ])('%s is %i', async (path, status) => {
    expect((await ask(path.replace('CHIP', hex(old.vek.chipId)))).status).toBe(status);
  });

  test('refuses methods, and requests in too quick succession', async () => {
    expect((await ask('/vcek/v1/Milan/crl', {}, { method: 'POST' })).status).toBe(405);
    let time = now;
    const quota = { requests: 1, seconds: 10 };
    const service = createKdsService({ vendors: [milan], quota, clock: () => time });
    const get = () => service(new Request(`${HOST}/vcek/v1/Milan/cert_chain`));
    expect((await get()).status).toBe(200);
    const refused = await get();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    time = new Date(now.getTime() + 10_000);
    expect((await get()).status).toBe(200);
  });
});

async function askText(path: string): Promise<string> {
  return (await ask(path)).text();
}
