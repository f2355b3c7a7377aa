import {
  createIntelVendor,
  createPcsService,
  type Exhibit,
  type ExhibitOptions,
  makeExhibit,
  type ServiceHandler,
  type ServiceKind,
} from '@assay/simulate';
import { authenticate } from '@assay/verify';
import { fromPem } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { expect, test } from 'vitest';
import { localService, type Reply, replyOf } from '../../../../../tools/local-service.ts';
import { chainPem } from './answers.ts';
import type { DownloadOptions } from './download.ts';
import { parseAddress, parseEndpoint } from './endpoint.ts';
import { fetchIntel, fetchPck, type IntelOptions } from './intel.ts';

const now = new Date('2026-02-01T12:00:00Z');

interface Scene {
  readonly exhibit: Exhibit;
  readonly origin: string;
  /** What is answered instead of what the service has. */
  readonly routes: Record<string, Reply>;
  readonly requests: readonly string[];
  readonly reports: readonly string[];
  readonly limits: DownloadOptions;
  readonly fetched: (options?: IntelOptions) => ReturnType<typeof fetchIntel>;
}

/** A vendor whose certificates point to the service that has its collateral. */
async function scene(
  kind: ServiceKind,
  tee: 'sgx' | 'tdx',
  play: (scene: Scene) => Promise<void>,
  options: ExhibitOptions & { readonly baseUrl?: string } = {},
): Promise<void> {
  const routes: Record<string, Reply> = {};
  let handle: ServiceHandler = () => Promise.reject(new Error('asked too early'));
  await using service = await localService(
    routes,
    replyOf((request) => handle(request)),
  );
  const vendor = await createIntelVendor({ seed: 'fetch', now, baseUrl: options.baseUrl ?? service.origin });
  const body = tee === 'sgx' ? 'sgx' : 'td10';
  const exhibit = await makeExhibit(vendor, { quote: { body }, ...options });
  handle = createPcsService(vendor, { kind, platforms: [{ pck: exhibit.pck }] });
  const reports: string[] = [];
  const limits = {
    field: '--from',
    sleep: async () => {},
    now: () => now,
    report: (message: string) => void reports.push(message),
  };
  const subject = { tee, fmspc: exhibit.pck.platform.fmspc, ca: exhibit.pck.platform.ca };
  await play({
    ...{ exhibit, routes, reports, limits },
    origin: service.origin,
    requests: service.requests,
    fetched: (given = {}) => fetchIntel(subject, parseEndpoint(service.origin, '--from'), given, limits),
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
] as const)('a %s answers for %s: what it issued is written, byte for byte, and verifies', async (kind, tee) => {
  await scene(kind, tee, async ({ exhibit, fetched, requests }) => {
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
  [{ update: 'early' }, 'update=early', 21],
  [{ update: 'standard' }, 'update=standard', 20],
  [{ tcbEvaluationDataNumber: 19 }, 'tcbEvaluationDataNumber=19', 19],
] as const)('%j is asked for both documents', async (options, query, number) => {
  await scene('pcs', 'sgx', async ({ fetched, requests, exhibit }) => {
    const files = await fetched(options);
    for (const name of ['tcbInfo.json', 'qeIdentity.json']) {
      expect(Buffer.from(files.get(name) ?? '').toString()).toContain(`"tcbEvaluationDataNumber":${number},`);
    }
    const fmspc = exhibit.pck.platform.fmspc.toUpperCase();
    expect(requests).toContain(`/sgx/certification/v4/tcb?fmspc=${fmspc}&${query}`);
    expect(requests).toContain(`/sgx/certification/v4/qe/identity?${query}`);
  });
});

test.each([
  [18, 'too old'],
  [20_000, 'does not have it'],
])('evaluation %i is not there', async (tcbEvaluationDataNumber, reason) => {
  await scene('pcs', 'tdx', async ({ fetched }) => {
    await expect(fetched({ tcbEvaluationDataNumber })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(reason),
    });
  });
});

test('a list in hexadecimal is understood, whatever was asked for', async () => {
  await scene('pccs', 'sgx', async ({ exhibit, routes, fetched }) => {
    const chain = encodeURIComponent(exhibit.collateral['pckCrlIssuerChain.pem'] ?? '');
    const body = Buffer.from(exhibit.collateral['pckCrl.der'] ?? '').toString('hex');
    routes['/sgx/certification/v4/pckcrl'] = { headers: { 'SGX-PCK-CRL-Issuer-Chain': chain }, body };
    expect(await isGenuine(exhibit, await fetched())).toBe('pass');
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
  const play = async ({ exhibit, fetched, requests }: Scene): Promise<void> => {
    await using other = await localService({ '/root.crl': { body: exhibit.collateral['rootCaCrl.der'] ?? '' } });
    await expect(fetched()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('https://elsewhere.invalid/IntelSGXRootCA.der'),
      details: { field: 'rootCrl' },
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
  await scene('pcs', 'sgx', async ({ exhibit, routes, fetched }) => {
    const chain = encodeURIComponent(exhibit.collateral['tcbSignChain.pem'] ?? '');
    const names = ['TCB-Info-Issuer-Chain', 'SGX-Enclave-Identity-Issuer-Chain', 'SGX-PCK-CRL-Issuer-Chain'];
    const headers = Object.fromEntries(names.map((name) => [name, chain]));
    routes[path] = { headers, body: '<html>sign in</html>' };
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
  await scene('pcs', 'sgx', async ({ exhibit, requests, reports, limits, origin }) => {
    const query = {
      encryptedPpid: 'aa'.repeat(384),
      cpuSvn: Buffer.from(exhibit.pck.platform.cpuSvn).toString('hex'),
      pceSvn: '0d00',
      pceId: '0000',
      qeId: 'bb',
    };
    const service = parseEndpoint(origin, '--from');
    const files = await fetchPck(query, service, limits);
    expect([...files.keys()]).toEqual(['pckCert.pem', 'pckSignChain.pem']);
    expect(Buffer.from(files.get('pckCert.pem') ?? '').toString()).toBe(exhibit.pck.certificate.pem);
    expect(requests[0]).toBe(
      `/sgx/certification/v4/pckcert?encrypted_ppid=${query.encryptedPpid}&cpusvn=${query.cpuSvn}&pcesvn=0d00&pceid=0000&qeid=bb`,
    );
    expect(reports).toEqual([]);
    await fetchPck({ ...query, pceSvn: '0e00' }, service, limits);
    expect(reports.join()).toContain('another TCB level');
  });
});
