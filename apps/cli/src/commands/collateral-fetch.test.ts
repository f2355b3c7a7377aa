import { readdir } from 'node:fs/promises';
import {
  createAmdVendor,
  createKdsService,
  createPcsService,
  makeSnpExhibit,
  type ServiceHandler,
  type ServiceKind,
} from '@assay/simulate';
import { describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { assay } from '../../../../tools/assay-process.ts';
import { exhibitFolder, makeFolder, NOW } from '../../../../tools/demo-folder.ts';
import { localService, type Reply, replyOf } from '../../../../tools/local-service.ts';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';

type Quote =
  | { readonly body: 'td10' }
  | { readonly certification: { readonly form: 'encrypted-ppid'; readonly bits: 3072 } };

/** An exhibit whose collateral directory is empty, and a service that has it. */
async function scene(kind: ServiceKind, quote: Quote, options: { readonly fmspc?: string } = {}) {
  const routes: Record<string, Reply | readonly Reply[]> = {};
  let handle: ServiceHandler = () => Promise.reject(new Error('asked too early'));
  const answer = replyOf((request) => handle(request));
  const service = await localService(routes, answer);
  const folder = await exhibitFolder({ quote, platform: options }, service.origin);
  handle = createPcsService(folder.vendor, { kind, platforms: [{ pck: folder.exhibit.pck }] });
  const out = folder.path('fetched');
  const verify = ['verify', folder.path('quote.bin'), '--collateral', out, '--at', NOW, '--genuine', '--json'];
  const trust = ['--root-ca', folder.path('root.pem'), '--allow-simulated'];
  return {
    ...{ folder, routes, answer, service, out },
    fetch: ['collateral', 'fetch', folder.path('quote.bin'), '--from', service.origin, '-o', out],
    verify: [...verify, ...trust],
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test.each(['pcs', 'pccs'] as const)('what a %s has is written, and verifies', async (kind) => {
  await using stage = await scene(kind, { body: 'td10' });
  const fetched = await assay([...stage.fetch, '--json']);
  expect([fetched.exit, JSON.parse(fetched.output)]).toMatchObject([
    0,
    { schema: 'assay.collateral/1', directory: stage.out, files: { length: 6 } },
  ]);
  expect((await assayHere(stage.verify)).exit).toBe(0);
});

test('progress is shown on standard error, the result on standard output', async () => {
  await using stage = await scene('pcs', { body: 'td10' });
  const { output, log } = await assayHere(stage.fetch);
  expect(output).toContain('✓ FETCHED');
  expect(output).toContain('tcbInfo.json');
  expect(log).toContain('/tdx/certification/v4/tcb');
});

test('a quote without a PCK certificate gets that, too', async () => {
  await using stage = await scene('pcs', { certification: { form: 'encrypted-ppid', bits: 3072 } });
  const { exit, log } = await assayHere(stage.fetch);
  expect([exit, log.includes('another TCB level')]).toEqual([0, false]);
  expect((await readdir(stage.out)).sort()).toContain('pckCert.pem');
  const verified = await assayHere(stage.verify);
  expect([verified.exit, JSON.parse(verified.output).claims.platform.fmspc]).toEqual([0, 'a55a00000000']);
});

describe('exit 3 leaves nothing behind', () => {
  test.each([
    ['404', { status: 404 }],
    ['a redirect elsewhere', { status: 302, headers: { location: 'https://example.org/' } }],
    ['a page', { body: '<html>' }],
    ['too much', { body: Buffer.alloc(2_000_000) }],
  ] as const)('%s', async (_what, reply: Reply) => {
    await using stage = await scene('pcs', { body: 'td10' });
    stage.routes['/sgx/certification/v4/pckcrl'] = reply;
    const { exit, output } = await assayHere([...stage.fetch, '--json']);
    expect([exit, JSON.parse(output).code]).toEqual([3, 'unavailable']);
    expect(await readdir(stage.folder.path('.'))).not.toContain('fetched');
  });

  test('patience has an end, and 429 is obeyed', async () => {
    await using stage = await scene('pcs', { body: 'td10' });
    const limited: Reply = { status: 429, headers: { 'retry-after': '0' } };
    const path = '/sgx/certification/v4/pckcrl';
    stage.routes[path] = [limited, limited, stage.answer];
    const { exit, log } = await assayHere(stage.fetch);
    expect([exit, log.includes('answered 429')]).toEqual([0, true]);
    stage.routes[path] = limited;
    expect((await assayHere(stage.fetch)).exit).toBe(3);
  });
});

test('the two ways to choose an issue exclude each other', async () => {
  await using stage = await scene('pcs', { body: 'td10' });
  const both = ['--update', 'early', '--tcb-evaluation-data-number', '17'];
  expect((await assayHere([...stage.fetch, ...both])).exit).toBe(2);
  expect((await assayHere([...stage.fetch, '--update', 'late'])).exit).toBe(2);
  expect((await assayHere([...stage.fetch, '--tcb-evaluation-data-number', 'x'])).exit).toBe(2);
  expect((await assayHere([...stage.fetch, '--update', 'early'])).exit).toBe(0);
  expect(stage.service.requests.filter((path) => path.includes('update=early'))).toHaveLength(2);
});

test.each(['Milan', 'Turin'] as const)(
  'an SNP report of %s is asked for by chip and TCB, and verifies',
  async (product) => {
    const vendor = await createAmdVendor({ product, now: new Date(NOW) });
    const exhibit = await makeSnpExhibit(vendor);
    await using folder = await makeFolder();
    await folder.write({ 'report.bin': exhibit.evidence, 'root.pem': exhibit.rootPem });
    await using service = await localService(
      {},
      replyOf(createKdsService({ vendors: [vendor], chips: [exhibit.vek] })),
    );
    const out = folder.path('out');
    const fetch = ['collateral', 'fetch', folder.path('report.bin'), '--from', service.origin, '-o', out];
    expect(await assayHere(fetch)).toMatchObject({ exit: 0 });
    const trust = ['--root-ca', folder.path('root.pem'), '--allow-simulated', '--at', NOW];
    const args = ['verify', folder.path('report.bin'), '--collateral', out, ...trust, '--genuine'];
    expect(await assayHere(args)).toMatchObject({ exit: 0 });
  },
);

describeWithVectors('real evidence', () => {
  async function attempt(path: string, more: readonly string[] = [], routes: Record<string, Reply> = {}) {
    await using folder = await makeFolder();
    await folder.write({ evidence: vector(path) });
    await using service = await localService(routes);
    const args = ['collateral', 'fetch', folder.path('evidence'), '--from', service.origin, '-o', folder.path('out')];
    const { exit, log } = await assayHere([...args, ...more]);
    return { exit, log, requests: [...service.requests].sort() };
  }

  test.each([
    [
      'snp-v5-turin-vcek-3f44a09b',
      [],
      '/vcek/v1/Turin/3b42092f69c656d3?fmcSPL=00&blSPL=01&teeSPL=00&snpSPL=02&ucodeSPL=71',
    ],
    ['snp-v5-genoa-vcek-6d1ceffa', [], 'blSPL=10&teeSPL=00&snpSPL=25&ucodeSPL=84'],
    ['snp-v2-milan-vcek-120d77b2', ['--product', 'milan'], '/vcek/v1/Milan/'],
  ])('%s is asked for as AMD wants it', async (name, more, request) => {
    const { exit, requests } = await attempt(`${name}/report.bin`, more);
    expect([exit, requests.some((path) => path.includes(request))]).toEqual([3, true]);
  });

  test.each([
    ['snp-v2-milan-vcek-120d77b2/report.bin', [], 2, '--product'],
    ['snp-v3-milan-vlek-decdab94/report.bin', [], 3, '--vlek'],
    ['confidential-space/valid.jwt', [], 2, 'need no collateral'],
    ['neg-intel-qvs-trunc-sgx-a/quote.bin', [], 2, 'malformed'],
  ] as const)('%s', async (path, more, code, reason) => {
    const { exit, log } = await attempt(path, more);
    expect([exit, log]).toEqual([code, expect.stringContaining(reason)]);
  });

  test.each([
    ['sgx-v3-00906ed50000-proc-0b5bc73c', '/sgx/certification/v4/tcb?fmspc=00906ED50000'],
    ['tdx-v5-90c06f000000-d0010db6', '/tdx/certification/v4/tcb?fmspc=90C06F000000'],
    ['sgx-v3-certtype3-oasis', '/sgx/certification/v4/pckcert?encrypted_ppid='],
  ])('%s is asked for as Intel wants it', async (name, request) => {
    const { exit, requests } = await attempt(`${name}/quote.bin`);
    expect([exit, requests.some((path) => path.includes(request))]).toEqual([3, true]);
  });

  test('the list is that of the CA that certified the machine', async () => {
    const name = 'sgx-v3-00906ed50000-proc-0b5bc73c';
    const signers = encodeURIComponent(Buffer.from(vector(`${name}/tcbSignChain.pem`)).toString());
    const { requests } = await attempt(`${name}/quote.bin`, [], {
      '/sgx/certification/v4/tcb': {
        headers: { 'TCB-Info-Issuer-Chain': signers },
        body: vector(`${name}/tcbInfo.json`),
      },
      '/sgx/certification/v4/qe/identity': {
        headers: { 'SGX-Enclave-Identity-Issuer-Chain': signers },
        body: vector(`${name}/qeIdentity.json`),
      },
    });
    expect(requests).toContain('/sgx/certification/v4/pckcrl?ca=processor&encoding=der');
  });
});
