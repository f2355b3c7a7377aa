import { createAmdVendor, createKdsService, issueVek } from '@assay/simulate';
import { fromPem } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  away,
  collateralStage,
  type IntelScene,
  intelScene,
  NOW,
  type Vendor,
} from '../../../../tools/collateral-in-tests.ts';
import { changesOf, described, describedBy } from '../../../../tools/described-answers.ts';
import { createDocsApp } from '../documentation/app.ts';
import { mounted } from '../service/mounted.ts';
import { serveApp } from '../service/serve-app.ts';
import { collateralPaths } from './paths.ts';

let scene: IntelScene;
let kds: Vendor;
let chip: string;
let roots: readonly Uint8Array[];
beforeAll(async () => {
  scene = await intelScene();
  const amd = await createAmdVendor({ product: 'Milan', now: NOW });
  const vek = await issueVek(amd);
  kds = createKdsService({ vendors: [amd], chips: [vek] });
  chip = `${toHex(vek.chipId)}?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=219`;
  roots = [scene.vendor.rootPem, amd.rootPem].flatMap((pem) => fromPem(pem, 'CERTIFICATE'));
});

/** What is wrong behind a service, or with who asks. */
type Trouble = 'none' | 'away' | 'forged' | 'absent' | 'flood';

async function served(trouble: Trouble): Promise<string> {
  const forged: Vendor = async () => new Response('<html>');
  const absent: Vendor = async () => new Response(null, { status: 404 });
  const vendor = { away, forged, absent }[trouble as string];
  const stage = await collateralStage(
    NOW,
    { intel: vendor ?? scene.servedBy(scene.vendor), amd: vendor ?? kds },
    roots,
  );
  const { app, service } = await stage.start(trouble === 'flood' ? { missesPerMinute: 1 } : {});
  if (trouble === 'flood') await app.request('/vlek/v1/Genoa/cert_chain');
  onTestFinished(() => service.close());
  const docs = createDocsApp({
    title: 'Collateral',
    version: '1.0.0',
    description: 'Checked.',
    paths: collateralPaths,
  });
  const place = { host: '127.0.0.1', port: 0 };
  const listening = await serveApp(mounted([docs, app]), { place, log: { write: () => undefined } });
  onTestFinished(() => listening.close());
  return listening.address;
}

const V4 = '/sgx/certification/v4';
const TDX = '/tdx/certification/v4';
const FMSPC = 'fmspc=A55A00000000';
const SVNS = `encrypted_ppid=${'AB'.repeat(384)}&cpusvn=${'FF'.repeat(16)}&pcesvn=FFFF&pceid=0000`;

/** Each operation: its path, what it is asked with, and the answers of success. */
const OPERATIONS: readonly (readonly [path: string, target: () => string, answers: readonly string[]])[] = [
  [`${V4}/tcb`, () => `${V4}/tcb?${FMSPC}`, ['TcbInfo']],
  [`${TDX}/tcb`, () => `${TDX}/tcb?${FMSPC}`, ['TcbInfo']],
  [`${V4}/qe/identity`, () => `${V4}/qe/identity`, ['EnclaveIdentity']],
  [`${TDX}/qe/identity`, () => `${TDX}/qe/identity`, ['EnclaveIdentity']],
  [`${V4}/qve/identity`, () => `${V4}/qve/identity`, ['EnclaveIdentity']],
  [`${V4}/tcbevaluationdatanumbers`, () => `${V4}/tcbevaluationdatanumbers`, ['TcbEvaluationDataNumbers']],
  [`${TDX}/tcbevaluationdatanumbers`, () => `${TDX}/tcbevaluationdatanumbers`, ['TcbEvaluationDataNumbers']],
  [`${V4}/pckcrl`, () => `${V4}/pckcrl?ca=platform`, ['Der']],
  [`${V4}/pckcrl`, () => `${V4}/pckcrl?ca=platform&encoding=pem`, ['Pem']],
  [`${V4}/rootcacrl`, () => `${V4}/rootcacrl`, ['Der']],
  [`${V4}/crl`, () => `${V4}/crl?uri=${encodeURIComponent('https://pcs.example/IntelSGXRootCA.der')}`, ['Der']],
  [`${V4}/pckcert`, () => `${V4}/pckcert?qeid=00&${SVNS}`, ['Pem']],
  [`${V4}/fmspcs`, () => `${V4}/fmspcs`, ['Fmspcs']],
  ['/vcek/v1/{line}/cert_chain', () => '/vcek/v1/Milan/cert_chain', ['Pem']],
  ['/vcek/v1/{line}/crl', () => '/vcek/v1/Milan/crl', ['Der']],
  ['/vcek/v1/{line}/{chip}', () => `/vcek/v1/Milan/${chip}`, ['Der']],
  ['/vlek/v1/{line}/cert_chain', () => '/vlek/v1/Milan/cert_chain', ['Pem']],
  ['/vlek/v1/{line}/crl', () => '/vlek/v1/Milan/crl', ['Der']],
];

const shown = new Set<string>();

async function judged(origin: string, path: string, target: string, init?: RequestInit): Promise<unknown> {
  const judge = await describedBy(origin);
  const answer = await described(`get ${path}`, await fetch(`${origin}${target}`, init));
  const verdict = judge.judge(answer);
  if ('kept' in verdict) shown.add(verdict.kept);
  for (const changed of changesOf(answer)) {
    // A list takes no members; each of its entries is judged with it.
    if (Array.isArray(answer.body)) continue;
    expect([changed.body, judge.judge(changed)]).toEqual([changed.body, { wrong: expect.any(String) }]);
  }
  return verdict;
}

describe('the document of a collateral service', () => {
  test.each(OPERATIONS)('describes what %s answers', async (path, target, answers) => {
    const origin = await served('none');
    expect(await judged(origin, path, target())).toEqual({ kept: `get ${path} 200 ${answers[0]}` });
  });

  test.each(OPERATIONS)('describes how %s is refused', async (path, target) => {
    const failures: readonly (readonly [Trouble, string])[] = [
      ['away', '503 unavailable'],
      ['forged', '502 collateral_refused'],
      ['flood', '429 too_many_requests'],
      ['absent', '404 not_found'],
    ];
    for (const [trouble, code] of failures) {
      const origin = await served(trouble);
      expect(await judged(origin, path, target())).toEqual({ kept: `get ${path} ${code}` });
    }
    const origin = await served('none');
    expect(await judged(origin, path, `${target()}${target().includes('?') ? '&' : '?'}misspelt=1`)).toEqual({
      kept: `get ${path} 400 bad_request`,
    });
    if (!/tcb$|identity$/.test(path)) return;
    const withdrawn = `${target()}${target().includes('?') ? '&' : '?'}tcbEvaluationDataNumber=17`;
    expect(await judged(origin, path, withdrawn)).toEqual({ kept: `get ${path} 410 collateral_gone` });
  });

  test('describes the rest', async () => {
    const origin = await served('none');
    expect(await judged(origin, '/health', '/health')).toEqual({ kept: 'get /health 200 object' });
    expect(await judged(origin, '/export', '/export')).toEqual({ kept: 'get /export 401 unauthorized' });
    const headers = { authorization: 'Bearer the-token-of-the-admin' };
    expect(await judged(origin, '/export', '/export', { headers })).toEqual({ kept: 'get /export 200 CollateralSet' });
    const elsewhere = `${V4}/crl?uri=https%3A%2F%2Felsewhere.example`;
    expect(await judged(origin, `${V4}/crl`, elsewhere)).toEqual({ kept: `get ${V4}/crl 404 not_found` });
  });

  test('promises nothing that is not shown', async () => {
    const { promised } = await describedBy(await served('none'));
    expect(promised.filter((promise) => !shown.has(promise))).toEqual([]);
    expect(promised.length).toBeGreaterThan(60);
  });
});
