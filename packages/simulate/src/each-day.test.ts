import { authenticate, fromPem, type Verdict } from '@assay/verify';
import { snp } from '@assay/verify/snp';
import { tdx } from '@assay/verify/tdx';
import { expect, test } from 'vitest';
import { makeSnpExhibit } from './amd/exhibit.ts';
import { createKdsService } from './amd/kds.ts';
import { createAmdVendor } from './amd/vendor.ts';
import { eachDay } from './each-day.ts';
import { makeExhibit } from './intel/exhibit.ts';
import { createPcsService } from './intel/service/service.ts';
import { createIntelVendor } from './intel/vendor.ts';

const start = new Date('2026-03-01T12:00:00Z');
const DAY = 86_400_000;

test('one value a day, made when it is asked for', async () => {
  let time = start.getTime();
  const made: string[] = [];
  const current = eachDay(
    (now) => made.push(now.toISOString().slice(0, 10)),
    () => new Date(time),
  );
  await Promise.all([current(), current()]);
  time = Date.parse('2026-03-01T23:59:59.999Z');
  await current();
  expect(made).toEqual(['2026-03-01']);
  time += 1;
  await current();
  time += 40 * DAY;
  await current();
  expect(made).toEqual(['2026-03-01', '2026-03-02', '2026-04-11']);
});

test('what cannot be made is tried again', async () => {
  const results = [() => Promise.reject(new Error('no')), () => 'made'];
  const current = eachDay(
    () => results.shift()?.(),
    () => start,
  );
  await expect(current()).rejects.toThrow('no');
  expect([await current(), await current()]).toEqual(['made', 'made']);
});

const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

test("Intel's documents are current after a hundred days, and verify under the same root", async () => {
  const vendor = await createIntelVendor({ seed: 'each-day', now: start, baseUrl: 'http://localhost' });
  const { evidence, pck } = await makeExhibit(vendor, { quote: { body: 'td10' } });
  let time = start.getTime();
  const options = { kind: 'pcs', platforms: [{ pck }] } as const;
  const service = eachDay(
    (now) => createPcsService({ ...vendor, now }, options),
    () => new Date(time),
  );
  const get = async (path: string): Promise<Uint8Array> =>
    (await (await service())(new Request(`http://localhost${path}`))).bytes();
  const text = async (path: string): Promise<string> => new TextDecoder().decode(await get(path));
  const { tcbSigning, root, platform } = vendor.authorities;
  const dcap = async () => ({
    tcbInfo: await text(`/tdx/certification/v4/tcb?fmspc=${pck.platform.fmspc}`),
    qeIdentity: await text('/tdx/certification/v4/qe/identity'),
    rootCaCrl: await get('/IntelSGXRootCA.der'),
    pckCrl: await get('/sgx/certification/v4/pckcrl?ca=platform&encoding=der'),
    tcbSignChain: Buffer.from(tcbSigning.certificate.pem + root.certificate.pem),
    pckCrlIssuerChain: Buffer.from(platform.certificate.pem + root.certificate.pem),
  });
  const judge = async (endorsements: Awaited<ReturnType<typeof dcap>>): Promise<readonly string[]> =>
    failuresOf(
      await authenticate(evidence, {
        tees: [tdx],
        now: new Date(time),
        endorsements: { dcap: endorsements },
        roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
        allowSimulated: true,
      }),
    );
  const first = await dcap();
  expect(await judge(first)).toEqual([]);
  time += 100 * DAY;
  expect(await judge(first)).not.toEqual([]);
  expect(await judge(await dcap())).toEqual([]);
});

test("AMD's list is current after two years, and verifies under the same root", async () => {
  const vendor = await createAmdVendor({ product: 'Genoa', now: start });
  const { evidence, endorsements, vek } = await makeSnpExhibit(vendor);
  let time = start.getTime();
  const service = eachDay(
    (now) => createKdsService({ vendors: [{ ...vendor, now }], chips: [vek] }),
    () => new Date(time),
  );
  const list = async () => (await (await service())(new Request('http://localhost/vcek/v1/Genoa/crl'))).bytes();
  const judge = async (crl: Uint8Array): Promise<readonly string[]> =>
    failuresOf(
      await authenticate(evidence, {
        tees: [snp],
        now: new Date(time),
        endorsements: { snp: { ...endorsements, crl } },
        roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
        allowSimulated: true,
      }),
    );
  const first = await list();
  expect(await judge(first)).toEqual([]);
  time += 730 * DAY;
  expect(await judge(first)).toEqual(['snp.crl.freshness']);
  expect(await judge(await list())).toEqual([]);
}, 120_000);
