import { createIntelVendor, type Exhibit, type ExhibitOptions, makeExhibit } from '@assay/simulate';
import { authenticate } from '@assay/verify';
import { fromPem } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { expect, test } from 'vitest';
import { type Dialect, type IntelRoutes, intelRoutes, pckReply } from '../../../../tools/intel-service.ts';
import { localService } from '../../../../tools/local-service.ts';
import { chainPem } from './answers.ts';
import type { DownloadOptions } from './download.ts';
import { parseAddress, parseEndpoint } from './endpoint.ts';
import { fetchIntel, fetchPck, type IntelOptions } from './intel.ts';

const now = new Date('2026-02-01T12:00:00Z');

interface Scene {
  readonly exhibit: Exhibit;
  readonly origin: string;
  readonly routes: IntelRoutes;
  readonly requests: readonly string[];
  readonly reports: readonly string[];
  readonly limits: DownloadOptions;
  readonly fetched: (options?: IntelOptions) => ReturnType<typeof fetchIntel>;
}

/** A vendor whose certificates point to the service that has its collateral. */
async function scene(
  dialect: Dialect,
  tee: 'sgx' | 'tdx',
  play: (scene: Scene) => Promise<void>,
  options: ExhibitOptions & { readonly baseUrl?: string } = {},
): Promise<void> {
  const routes: IntelRoutes = {};
  await using service = await localService(routes);
  const vendor = await createIntelVendor({ seed: 'fetch', now, baseUrl: options.baseUrl ?? service.origin });
  const body = tee === 'sgx' ? 'sgx' : 'td10';
  const exhibit = await makeExhibit(vendor, { quote: { body }, ...options });
  Object.assign(routes, intelRoutes(exhibit.collateral as Required<typeof exhibit.collateral>, tee, dialect));
  const reports: string[] = [];
  const limits = { sleep: async () => {}, now: () => now, report: (message: string) => void reports.push(message) };
  const subject = { tee, fmspc: exhibit.pck.platform.fmspc, ca: exhibit.pck.platform.ca };
  await play({
    ...{ exhibit, routes, reports, limits },
    origin: service.origin,
    requests: service.requests,
    fetched: (given = {}) => fetchIntel(subject, parseEndpoint(service.origin), given, limits),
  });
}

async function isGenuine({ evidence, rootPem }: Exhibit, files: ReadonlyMap<string, Uint8Array>): Promise<unknown> {
  const endorsements = endorsementsFromDirectory(Object.fromEntries(files));
  const roots = fromPem(rootPem, 'CERTIFICATE');
  const verdict = await authenticate(evidence, { tees: [sgx, tdx], now, endorsements, roots, allowSimulated: true });
  return verdict.layers.authentic;
}

test.each([
  ['pcs', 'sgx'],
  ['pcs', 'tdx'],
  ['pccs', 'sgx'],
  ['pccs', 'tdx'],
] as const)('a %s answers for %s: what it issued is written, byte for byte, and verifies', async (dialect, tee) => {
  await scene(dialect, tee, async ({ exhibit, fetched, requests }) => {
    const files = await fetched();
    expect(
      Object.fromEntries([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString('latin1')])),
    ).toEqual(
      Object.fromEntries(
        Object.entries(exhibit.collateral).map(([name, file]) => [name, Buffer.from(file).toString('latin1')]),
      ),
    );
    expect(await isGenuine(exhibit, files)).toBe('pass');
    expect(requests).toContain(`/${tee}/certification/v4/tcb?fmspc=${exhibit.pck.platform.fmspc.toUpperCase()}`);
    expect(requests).toContain('/sgx/certification/v4/pckcrl?ca=platform&encoding=der');
  });
});

test.each([
  [{ update: 'early' }, 'update=early'],
  [{ update: 'standard' }, 'update=standard'],
  [{ tcbEvaluationDataNumber: 17 }, 'tcbEvaluationDataNumber=17'],
] as const)('%j is asked for both documents', async (options, query) => {
  await scene('pcs', 'sgx', async ({ fetched, requests, exhibit }) => {
    await fetched(options);
    const fmspc = exhibit.pck.platform.fmspc.toUpperCase();
    expect(requests).toContain(`/sgx/certification/v4/tcb?fmspc=${fmspc}&${query}`);
    expect(requests).toContain(`/sgx/certification/v4/qe/identity?${query}`);
  });
});

test('the header of earlier services, and form encoding, are understood', async () => {
  await scene('pcs', 'sgx', async ({ exhibit, routes, fetched }) => {
    const chain = encodeURIComponent(exhibit.collateral['tcbSignChain.pem'] ?? '').replaceAll('%20', '+');
    const body = exhibit.collateral['tcbInfo.json'] ?? '';
    routes['/sgx/certification/v4/tcb'] = { headers: { 'SGX-TCB-Info-Issuer-Chain': chain }, body };
    expect(await isGenuine(exhibit, await fetched())).toBe('pass');
  });
});

test("the root's list on another host is not fetched unless the caller says so", async () => {
  const play = async ({ exhibit, routes, fetched, requests }: Scene): Promise<void> => {
    await using other = await localService({ '/root.crl': { body: exhibit.collateral['rootCaCrl.der'] ?? '' } });
    delete routes['/IntelSGXRootCA.der'];
    await expect(fetched()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('https://elsewhere.invalid/IntelSGXRootCA.der'),
      details: { field: '--root-crl' },
    });
    const files = await fetched({ rootCrl: parseAddress(`${other.origin}/root.crl`, '--root-crl') });
    expect(await isGenuine(exhibit, files)).toBe('pass');
    expect(requests.filter((path) => path.includes('root'))).toEqual(['/sgx/certification/v4/rootcacrl']);
  };
  await scene('pcs', 'sgx', play, { baseUrl: 'https://elsewhere.invalid' });
});

test.each([
  ['tcb', { body: '{}' }, 'has no header tcb-info-issuer-chain'],
  ['tcb', { body: '{}', headers: { 'TCB-Info-Issuer-Chain': '%' } }, 'holds no certificates'],
  ['tcb', { body: '{}', headers: { 'TCB-Info-Issuer-Chain': 'nonsense' } }, 'holds no certificates'],
  ['qe/identity', { body: '<html>' }, 'has no header sgx-enclave-identity-issuer-chain'],
] as const)('an answer of %s that is none is unavailable, not written', async (path, reply, reason) => {
  await scene('pcs', 'sgx', async ({ routes, fetched }) => {
    routes[`/sgx/certification/v4/${path}`] = reply;
    await expect(fetched()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining(reason) });
  });
});

test.each([
  ['/sgx/certification/v4/tcb', 'no JSON document with "tcbInfo"'],
  ['/sgx/certification/v4/qe/identity', 'no JSON document with "enclaveIdentity"'],
  ['/sgx/certification/v4/pckcrl', 'the answer is no CRL'],
  ['/IntelSGXRootCA.der', 'the answer is no CRL'],
])('a page instead of %s is unavailable', async (path, reason) => {
  await scene('pcs', 'sgx', async ({ routes, fetched }) => {
    const route = routes[path];
    if (route === undefined || !('body' in route)) throw new Error('no such route');
    routes[path] = { ...route, body: '<html>sign in</html>' };
    await expect(fetched()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining(reason) });
  });
});

test('a QE identity with a chain of its own brings that along', async () => {
  await scene('pcs', 'sgx', async ({ exhibit, routes, fetched }) => {
    // The same certificates in another order: who signs is the same, and still verifies.
    const [signer, root] = fromPem(exhibit.collateral['tcbSignChain.pem'] ?? '', 'CERTIFICATE');
    const chain = Buffer.from(chainPem([root ?? new Uint8Array(), signer ?? new Uint8Array()])).toString();
    const headers = { 'SGX-Enclave-Identity-Issuer-Chain': encodeURIComponent(chain) };
    const body = exhibit.collateral['qeIdentity.json'] ?? '';
    routes['/sgx/certification/v4/qe/identity'] = { headers, body };
    const files = await fetched();
    expect(Buffer.from(files.get('qeIdentitySignChain.pem') ?? '').toString()).toBe(chain);
    expect(await isGenuine(exhibit, files)).toBe('pass');
  });
});

test('a PCK certificate is asked for by what the quote says', async () => {
  await scene('pcs', 'sgx', async ({ exhibit, routes, requests, reports, limits, origin }) => {
    const query = {
      encryptedPpid: 'aa'.repeat(384),
      cpuSvn: '07'.repeat(16),
      pceSvn: '0d00',
      pceId: '0000',
      qeId: 'bb',
    };
    const service = parseEndpoint(origin);
    routes['/sgx/certification/v4/pckcert'] = pckReply(exhibit.pck, `${query.cpuSvn}${query.pceSvn}`);
    const files = await fetchPck(query, service, limits);
    expect([...files.keys()]).toEqual(['pckCert.pem', 'pckSignChain.pem']);
    expect(Buffer.from(files.get('pckCert.pem') ?? '').toString()).toBe(exhibit.pck.certificate.pem);
    expect(requests[0]).toBe(
      `/sgx/certification/v4/pckcert?encrypted_ppid=${query.encryptedPpid}&cpusvn=${query.cpuSvn}&pcesvn=0d00&pceid=0000&qeid=bb`,
    );
    expect(reports).toEqual([]);
    routes['/sgx/certification/v4/pckcert'] = pckReply(exhibit.pck, '00'.repeat(18));
    await fetchPck(query, service, limits);
    expect(reports.join()).toContain('another TCB level');
  });
});
