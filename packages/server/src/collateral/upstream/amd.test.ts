import { createAmdVendor, makeSnpExhibit, type SnpExhibit } from '@assay/simulate';
import { authenticate } from '@assay/verify';
import { fromPem, toBase64 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { snp } from '@assay/verify/snp';
import { beforeAll, expect, test } from 'vitest';
import { localService, type Reply } from '../../../../../tools/local-service.ts';
import { type AmdOptions, type AmdSubject, fetchAmd } from './amd.ts';
import { parseEndpoint } from './endpoint.ts';

const now = new Date('2026-02-01T12:00:00Z');
const limits = { field: '--from', sleep: async () => {}, now: () => now, report: () => {} };

type AmdVendor = Awaited<ReturnType<typeof createAmdVendor>>;
let milan: AmdVendor;
let turin: AmdVendor;
beforeAll(async () => {
  milan = await createAmdVendor({ product: 'Milan', now });
  turin = await createAmdVendor({ product: 'Turin', now, keys: milan.keys });
});

const pem = (der: Uint8Array): string => `-----BEGIN CERTIFICATE-----\n${toBase64(der)}\n-----END CERTIFICATE-----\n`;

/** A service that has one chip's endorsements. */
function routesOf({ endorsements }: SnpExhibit, product: string, family: 'vcek' | 'vlek'): Record<string, Reply> {
  const { ask, ark, crl } = endorsements as Required<typeof endorsements>;
  return {
    [`/${family}/v1/${product}/cert_chain`]: { body: pem(ask) + pem(ark) },
    [`/${family}/v1/${product}/crl`]: { body: crl },
  };
}

async function isGenuine({ evidence, rootPem }: SnpExhibit, files: ReadonlyMap<string, Uint8Array>): Promise<unknown> {
  const endorsements = endorsementsFromDirectory(Object.fromEntries(files));
  const roots = fromPem(rootPem, 'CERTIFICATE');
  const verdict = await authenticate(evidence, { tees: [snp], now, endorsements, roots, allowSimulated: true });
  return verdict.layers.authentic;
}

async function fetchFrom(routes: Record<string, Reply>, subject: AmdSubject, options: AmdOptions = {}) {
  await using service = await localService(routes);
  const files = await fetchAmd(subject, parseEndpoint(service.origin, '--from'), options, limits);
  return { files, requests: [...service.requests].sort() };
}

const CHIP = '5a'.repeat(64);
const TCB = { bootLoader: 3, tee: 0, snp: 14, microcode: 209 };

test('a VCEK is asked for by chip id and reported TCB', async () => {
  const exhibit = await makeSnpExhibit(milan);
  const leaf = `/vcek/v1/Milan/${CHIP}?blSPL=03&teeSPL=00&snpSPL=14&ucodeSPL=209`;
  const routes = { ...routesOf(exhibit, 'Milan', 'vcek'), [leaf]: { body: exhibit.vek.certificate } };
  const subject = { product: 'Milan', signer: 'VCEK', chipId: CHIP, reportedTcb: TCB } as const;
  const { files, requests } = await fetchFrom(routes, subject);
  expect([...files.keys()]).toEqual(['vcek.der', 'ask.der', 'ark.der', 'arkCrl.der']);
  expect(requests).toEqual([leaf, '/vcek/v1/Milan/cert_chain', '/vcek/v1/Milan/crl']);
  expect(await isGenuine(exhibit, files)).toBe('pass');
});

test('Turin names a chip by 8 bytes, and the FMC', async () => {
  const exhibit = await makeSnpExhibit(turin);
  const leaf = `/vcek/v1/Turin/${'5a'.repeat(8)}?fmcSPL=01&blSPL=03&teeSPL=00&snpSPL=14&ucodeSPL=209`;
  const routes = { ...routesOf(exhibit, 'Turin', 'vcek'), [leaf]: { body: exhibit.vek.certificate } };
  const subject = { product: 'Turin', signer: 'VCEK', chipId: CHIP, reportedTcb: { fmc: 1, ...TCB } } as const;
  expect(await isGenuine(exhibit, (await fetchFrom(routes, subject)).files)).toBe('pass');
});

test('a VLEK comes from the caller, all else from the service', async () => {
  const exhibit = await makeSnpExhibit(milan, { vek: { kind: 'VLEK' } });
  const routes = routesOf(exhibit, 'Milan', 'vlek');
  const subject = { product: 'Milan', signer: 'VLEK', chipId: '', reportedTcb: TCB } as const;
  await expect(fetchFrom(routes, subject)).rejects.toMatchObject({
    code: 'unavailable',
    details: { field: 'vlek' },
  });
  const { files, requests } = await fetchFrom(routes, subject, { vlek: exhibit.vek.certificate });
  expect([...files.keys()]).toEqual(['vlek.der', 'ask.der', 'ark.der', 'arkCrl.der']);
  expect(requests).toEqual(['/vlek/v1/Milan/cert_chain', '/vlek/v1/Milan/crl']);
  expect(await isGenuine(exhibit, files)).toBe('pass');
});

test('a hidden chip id cannot be asked for', async () => {
  const subject = { product: 'Milan', signer: 'VCEK', chipId: '00'.repeat(64), reportedTcb: TCB } as const;
  await expect(fetchFrom({}, subject)).rejects.toMatchObject({ message: expect.stringContaining('MASK_CHIP_KEY') });
});

test.each([
  ['cert_chain', { body: 'hello' }, 'no chain'],
  ['cert_chain', { body: '' }, 'no chain'],
  ['crl', { body: '<html>' }, 'no CRL'],
  ['crl', { status: 404 }, 'does not have it'],
])('an answer of %s that is none is unavailable', async (name, reply, reason) => {
  const exhibit = await makeSnpExhibit(milan, { vek: { kind: 'VLEK' } });
  const routes = { ...routesOf(exhibit, 'Milan', 'vlek'), [`/vlek/v1/Milan/${name}`]: reply };
  const subject = { product: 'Milan', signer: 'VLEK', chipId: '', reportedTcb: TCB } as const;
  await expect(fetchFrom(routes, subject, { vlek: exhibit.vek.certificate })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(reason),
  });
});

test('a page instead of a VCEK is unavailable', async () => {
  const exhibit = await makeSnpExhibit(milan);
  const routes = { ...routesOf(exhibit, 'Milan', 'vcek'), [`/vcek/v1/Milan/${CHIP}`]: { body: '<html>' } };
  const subject = { product: 'Milan', signer: 'VCEK', chipId: CHIP, reportedTcb: TCB } as const;
  await expect(fetchFrom(routes, subject)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('no certificate'),
  });
});
