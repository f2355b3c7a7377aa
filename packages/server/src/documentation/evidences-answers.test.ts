import { type Attester, createBatcher, newInstance } from '@assay/attest';
import { createIntelVendor, createSoftwareTd, issuePck, type SoftwareTd } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { AssayError } from '@assay/verify';
import { utf8 } from '@assay/verify/codec';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { changesOf, described, describedBy } from '../../../../tools/described-answers.ts';
import { createAttesterApp } from '../attester/app.ts';
import { createEvidencesApp, type EvidencesAppOptions } from '../evidences/app.ts';
import { mounted } from '../service/mounted.ts';
import { serveApp } from '../service/serve-app.ts';
import { createDocsApp } from './app.ts';
import { attesterPaths } from './attester-paths.ts';
import { evidencesPaths } from './evidences-paths.ts';

const clock = (): Date => new Date('2026-11-20T12:00:00Z');
const certificate = (): string => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const domain = 'app.example';

let td: SoftwareTd;
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'described evidences', now: clock() });
  td = createSoftwareTd(vendor, { pck: await issuePck(vendor) });
});

type Given = Partial<EvidencesAppOptions>;

/** With the attester service beside it, as it is in use. */
async function served(more: Given): Promise<string> {
  const { attester = createSoftwareAttester(td) } = more;
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  const paths = { ...attesterPaths, ...evidencesPaths };
  const app = mounted([
    createDocsApp({ title: 'shop', version: '1.0.0', description: 'A shop.', paths }),
    createAttesterApp({ attester, batcher, name: 'shop', version: '1.0.0', clock }),
    createEvidencesApp({ attester, certificate, domain, clock, ...more }),
  ]);
  const service = await serveApp(app, { place: { host: '127.0.0.1', port: 0 }, log: { write: () => undefined } });
  onTestFinished(() => service.close());
  return service.address;
}

const platform = (available: boolean, evidence: Attester['evidence'], name: Attester['name'] = 'tsm'): Attester => ({
  name,
  health: [],
  detect: async () => ({ available, looked: ['/dev/tdx_guest: no such file'] }),
  evidence,
});
const fails: Attester['evidence'] = () => Promise.reject(new AssayError('unavailable', 'no quote'));
const quotes: Attester['evidence'] = async () => ({ evidence: Uint8Array.of(4, 0), eventLog: utf8('[]') });
const token: Given = { attester: platform(true, fails, 'confidential-space') };
const account = '{"uri":"https://acme.example/acct/1"}';

const INDEX = 'get /evidences/';
const FILE = 'get /evidences/{file}';
const CASES: readonly (readonly [promise: string, operation: string, file: string, given: Given, accept?: string])[] = [
  [`${INDEX} 200 Evidences`, INDEX, '', {}],
  [`${INDEX} 200 string`, INDEX, '', {}, 'text/html,*/*;q=0.8'],
  [`${INDEX} 404 not_found`, INDEX, '', token],
  [`${INDEX} 406 not_acceptable`, INDEX, '', {}, 'image/png'],
  [`${FILE} 200 CertificateQuote`, FILE, 'quote.json', {}],
  [
    `${FILE} 200 CertificateQuote`,
    FILE,
    'quote.json',
    { attester: platform(true, quotes), vmConfig: async () => '{"cpu_count":2}' },
  ],
  [`${FILE} 200 AcmeAccount`, FILE, 'acme-account.json', { account }],
  [`${FILE} 200 Certificates`, FILE, `cert-${domain}.pem`, {}],
  [`${FILE} 200 Sums`, FILE, 'sha256sum.txt', {}],
  [`${FILE} 404 not_found`, FILE, 'other.txt', {}],
  [`${FILE} 404 not_found`, FILE, 'quote.json', token],
  [`${FILE} 503 not_in_tee`, FILE, 'quote.json', { attester: platform(false, fails) }],
  [`${FILE} 503 unavailable`, FILE, 'quote.json', { attester: platform(true, fails) }],
];

describe('the document of a service with a certificate', () => {
  test.each(
    CASES.map(
      ([promise, operation, file, given, accept = '*/*']) => [promise, operation, file, given, accept] as const,
    ),
  )('describes %s (%s %s), and nothing else', async (promise, operation, file, given, accept) => {
    const origin = await served(given);
    const judge = await describedBy(origin);
    const answer = await described(operation, await fetch(`${origin}/evidences/${file}`, { headers: { accept } }));
    expect(judge.judge(answer)).toEqual({ kept: promise });
    // What a certificate authority writes is its own.
    if (file === 'acme-account.json') return;
    for (const changed of changesOf(answer))
      expect([changed.body, judge.judge(changed)]).toEqual([changed.body, { wrong: expect.any(String) }]);
  });

  test('promises nothing that is not shown here or for the attester service', async () => {
    const { promised } = await describedBy(await served({}));
    const own = promised.filter((promise) => promise.includes('/evidences/'));
    expect(new Set(CASES.map(([promise]) => promise))).toEqual(new Set(own));
    expect(own.length).toBeGreaterThan(5);
  });
});
