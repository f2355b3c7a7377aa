import { writeFile } from 'node:fs/promises';
import {
  createAmdVendor,
  createIntelVendor,
  createKdsService,
  createPcsService,
  makeExhibit,
  makeSnpExhibit,
} from '@assay/simulate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { type LocalService, localService, replyOf } from '../../../../tools/local-service.ts';
import { startService } from '../../../../tools/service-in-process.ts';
import { serveCollateral } from './serve-collateral.ts';

const TOKEN = 'a-token-for-the-export';

let folder: Folder;
let vendors: LocalService;
let roots: string;
beforeAll(async () => {
  const now = new Date();
  folder = await makeFolder();
  const intel = await createIntelVendor({ seed: 'serve collateral', now });
  const { evidence, pck } = await makeExhibit(intel, { quote: { body: 'td10' } });
  const amd = await createAmdVendor({ product: 'Milan', now });
  const exhibit = await makeSnpExhibit(amd);
  const pcs = createPcsService(intel, { kind: 'pccs', platforms: [{ pck }] });
  const kds = createKdsService({ vendors: [amd], chips: [exhibit.vek] });
  vendors = await localService(
    {},
    replyOf((request) => (/\/v[cl]ek\//.test(request.url) ? kds(request) : pcs(request))),
  );
  await folder.write({
    'quote.bin': evidence,
    'report.bin': exhibit.evidence,
    'roots.pem': intel.rootPem + amd.rootPem,
  });
  await writeFile(folder.path('token'), TOKEN, { mode: 0o600 });
  roots = folder.path('roots.pem');
});
afterAll(async () => {
  await vendors[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const serve = (flags: object) =>
  startService((io, stop) => serveCollateral({ json: true, port: '0', rootCa: roots, ...flags }, io, stop));
const nowhere = { pcs: 'http://127.0.0.1:9', kds: 'http://127.0.0.1:9' };

/** Fetches from a service, and verifies with nothing else. */
async function fetchedAndVerified(file: string, from: string, out: string): Promise<readonly unknown[]> {
  const evidence = folder.path(file);
  const fetched = await assayHere(['collateral', 'fetch', evidence, '--from', from, '-o', folder.path(out)]);
  const trust = ['--root-ca', roots, '--allow-simulated', '--at', new Date().toISOString()];
  const verified = await assayHere(['verify', evidence, '--collateral', folder.path(out), ...trust, '--genuine']);
  return [fetched.exit, verified.exit];
}

describe('assay serve collateral', () => {
  test('is a service for assay collateral fetch, of quotes and reports, that survives its vendors', async () => {
    const database = folder.path('collateral.db');
    const from = { pcs: vendors.origin, kds: vendors.origin };
    await using service = await serve({ database, ...from });
    expect(service.document).toMatchObject({
      service: 'collateral',
      listens: [{ name: 'collateral' }, { name: 'metrics' }],
    });
    const at = service.at('collateral');
    expect(await fetchedAndVerified('quote.bin', at, 'one')).toEqual([0, 0]);
    expect(await fetchedAndVerified('report.bin', at, 'two')).toEqual([0, 0]);
    const metrics = await (await fetch(service.at('metrics'))).text();
    expect(metrics).toMatch(/assay_collateral_events_total\{event="fetched",reason=""\} [1-9]/);
    expect(metrics).toMatch(/assay_collateral_documents [1-9]/);
    expect(await service.stop()).toBe(0);

    await using again = await serve({ database, ...nowhere });
    expect(await fetchedAndVerified('quote.bin', again.at('collateral'), 'three')).toEqual([0, 0]);
    expect(await fetchedAndVerified('report.bin', again.at('collateral'), 'four')).toEqual([0, 0]);

    // Who asked for which machine is not for logs.
    const chip = 'ab'.repeat(64);
    expect((await fetch(`${again.at('collateral')}/vcek/v1/Milan/${chip}`)).status).toBe(503);
    expect(again.log()).toContain('failed (no connection');
    expect(again.log()).not.toContain(chip);
  });

  test('takes in what another one exported', async () => {
    const tokenFile = folder.path('token');
    const one = { database: folder.path('one.db'), pcs: vendors.origin, kds: vendors.origin, tokenFile };
    await using exporting = await serve(one);
    const at = exporting.at('collateral');
    expect(await fetchedAndVerified('quote.bin', at, 'five')).toEqual([0, 0]);
    expect((await fetch(`${at}/export`)).status).toBe(401);
    const set = await (await fetch(`${at}/export`, { headers: { authorization: `Bearer ${TOKEN}` } })).text();
    await folder.write({ 'set.ndjson': set });

    await using importing = await serve({
      ...{ database: folder.path('other.db'), pcs: 'off', kds: 'off', import: folder.path('set.ndjson') },
    });
    expect(importing.log()).toContain('--import: 4 documents kept, 0 refused');
    // What no token guards is not there.
    expect((await fetch(`${importing.at('collateral')}/export`)).status).toBe(404);
    expect(await fetchedAndVerified('quote.bin', importing.at('collateral'), 'six')).toEqual([0, 0]);
  });

  test('describes itself, and lets pages of other origins read chains', async () => {
    await using service = await serve({ database: folder.path('docs.db'), ...nowhere });
    const at = service.at('collateral');
    expect((await fetch(`${at}/openapi.json`)).status).toBe(200);
    const refused = await fetch(`${at}/sgx/certification/v4/tcb`, { headers: { origin: 'https://page.example' } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, '*']);
    expect(refused.headers.get('access-control-expose-headers')).toContain('tcb-info-issuer-chain');
  });

  test.each([
    [{ pcs: 'http://pcs.example' }, '--pcs: http://pcs.example is neither https nor http on the loopback'],
    [{ kds: 'https://user@kds.example' }, '--kds: credentials do not belong'],
    [{ rootCrl: 'nowhere' }, '--root-crl: nowhere is no address'],
    [{ database: '' }, 'database'],
    [{ maxDocuments: '1' }, 'maxDocuments'],
    [{ import: 'missing.ndjson' }, '--import'],
    [{ tokenFile: '/nonexistent/token' }, '--token-file'],
  ])('refuses %j, naming the option', async (flags, message) => {
    const started = serve({ database: folder.path('refused.db'), ...nowhere, ...flags });
    await expect(started).rejects.toThrow(message);
  });
});
