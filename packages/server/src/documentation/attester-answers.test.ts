import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Attester,
  createBatcher,
  createConfidentialSpaceAttester,
  createDstackAttester,
  createDstackClient,
  newInstance,
} from '@assay/attest';
import {
  createGoogleVendor,
  createGuestAgent,
  createIntelVendor,
  createLauncher,
  createSoftwareTd,
  type GoogleVendor,
  type IntelVendor,
  issueCollateral,
  issuePck,
  type LauncherOptions,
} from '@assay/simulate';
import { createSoftwareAttester, type Handler, listen } from '@assay/simulate/node';
import { AssayError } from '@assay/verify';
import { utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { Hono } from 'hono';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { changesOf, type Described, described, describedBy } from '../../../../tools/described-answers.ts';
import { type AttesterAppOptions, createAttesterApp } from '../attester/app.ts';
import { createSeedAttestation } from '../confidential-space/attestation.ts';
import { audiencePolicy } from '../confidential-space/audience.ts';
import { createBudget } from '../confidential-space/budget.ts';
import { rationed } from '../confidential-space/rationed.ts';
import type { RateLimit } from '../service/limits.ts';
import { serveApp } from '../service/serve-app.ts';
import { createDocsApp } from './app.ts';
import { attesterPaths } from './attester-paths.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = (): Date => now;
const nonce = '0f'.repeat(32);
const own = 'https://service.example';
const name = 'shop';
const version = '1.0.0';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let intel: IntelVendor;
let google: GoogleVendor;
beforeAll(async () => {
  intel = await createIntelVendor({ seed: 'described attester', now });
  google = await createGoogleVendor({ now });
});

/** What is asked of a platform, where it is served. */
type Ask = (origin: string) => Promise<Response>;
type Platform = () => Promise<Partial<AttesterAppOptions> & Pick<AttesterAppOptions, 'attester'>>;

const get =
  (target: string, accept = 'application/json'): Ask =>
  (origin) =>
    fetch(`${origin}${target}`, { headers: { accept } });
const post =
  (body: string, type = 'application/json'): Ask =>
  (origin) =>
    fetch(`${origin}/attestation`, { method: 'POST', body, headers: { 'content-type': type } });

async function served(platform: Platform, rate?: RateLimit): Promise<string> {
  const options = await platform();
  const batcher = createBatcher(options.attester, { instance: newInstance(), clock });
  const app = new Hono()
    .route('/', createDocsApp({ title: name, version, description: 'A shop.', paths: attesterPaths }))
    .route('/', createAttesterApp({ batcher, name, version, clock, ...options }));
  const log = { write: () => undefined };
  const place = { host: '127.0.0.1', port: 0 };
  const service = await serveApp(app, { place, log, ...(rate && { rate }) });
  onTestFinished(() => service.close());
  return service.address;
}

async function onSocket(handler: Handler): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'described-'));
  const listener = await listen(handler, { socket: join(folder, 'sock') }, { onError: () => undefined });
  onTestFinished(async () => {
    await listener.close();
    await rm(folder, { recursive: true });
  });
  return listener.address;
}

const software: Platform = async () => {
  const pck = await issuePck(intel);
  const files = Object.entries(await issueCollateral(intel, pck, { tee: 'tdx' })).map(
    ([file, content]) => [file, typeof content === 'string' ? utf8(content) : content] as const,
  );
  const endorsements = async () => endorsementsFromDirectory(Object.fromEntries(files));
  return { attester: createSoftwareAttester(createSoftwareTd(intel, { pck })), endorsements };
};
const dstack: Platform = async () => {
  const agent = await createGuestAgent(intel, { version: '0.5.11', apis: ['v0'] });
  const endpoint = { endpoint: await onSocket(agent.handler) };
  const vmConfig = async () => (await createDstackClient(endpoint).info()).vmConfig;
  return { attester: createDstackAttester(endpoint), vmConfig, buildInfo: 'git 0123abc' };
};
const confidentialSpace =
  (options: LauncherOptions = {}, more: Partial<Parameters<typeof createSeedAttestation>[0]> = {}): Platform =>
  async () => {
    const socket = await onSocket(createLauncher(google, options));
    const { budget = createBudget(5, clock) } = more;
    const attester = createConfidentialSpaceAttester({ socket, sleep: async () => undefined });
    const audience = audiencePolicy([own], own);
    const instance = newInstance();
    return {
      attester: rationed(attester, { budget }),
      audience,
      seedAnswer: createSeedAttestation({ attester, instance, version, audience, clock, ...more }),
    };
  };
/** A platform that gives nothing. */
const silent =
  (available: boolean): Platform =>
  async () => {
    const attester: Attester = {
      name: 'tsm',
      health: [],
      detect: async () => ({ available, looked: ['/dev/tdx_guest: no such file'] }),
      evidence: () => Promise.reject(new AssayError('unavailable', 'no quote')),
    };
    return { attester };
  };
const picky: Platform = async () => ({ ...(await software()), audiences: [own] });

const FRESH = get(`/attestation?nonce=${nonce}`);
const CASES: readonly (readonly [promise: string, what: string, platform: Platform, ask: Ask])[] = [
  ['get / 200 FrontPage', 'for a program', software, get('/')],
  ['get / 200 string', 'for a browser', software, get('/', BROWSER)],
  ['get / 406 not_acceptable', 'for who wants a picture', software, get('/', 'image/png')],
  ['get /info 200 Info', 'without a build', software, get('/info')],
  ['get /info 200 Info', 'with a build', dstack, get('/info')],
  ['get /health 200 object', 'anywhere', silent(false), get('/health')],
  ['get /ready 200 object', 'in a TEE', software, get('/ready')],
  ['get /ready 503 not_in_tee', 'outside', silent(false), get('/ready')],
  ['get /attestation 200 Envelope', 'with stapled endorsements', software, FRESH],
  ['get /attestation 200 Envelope', 'on dstack', dstack, FRESH],
  [
    'get /attestation 200 Envelope',
    'on Confidential Space',
    confidentialSpace(),
    get(`/attestation?nonce=${nonce}&aud=${own}`),
  ],
  ['get /attestation 200 InfoQuote', 'without event log', software, get('/attestation')],
  ['get /attestation 200 InfoQuote', 'on dstack', dstack, get('/attestation?profile=oauth3-info')],
  ['get /attestation 200 ConfidentialSpaceReport', 'on Confidential Space', confidentialSpace(), get('/attestation')],
  [
    'get /attestation 200 ConfidentialSpaceReport',
    'with all that can be shown',
    confidentialSpace({ profile: 'gpu' }, { publicToken: true, showEnv: true }),
    get(`/attestation?audience=${own}`),
  ],
  [
    'get /attestation 200 ConfidentialSpaceReport',
    'without a container',
    confidentialSpace({ profile: 'plain-vm' }, { showEnv: true }),
    get('/attestation'),
  ],
  ['get /attestation 400 bad_request', 'for half a nonce', software, get('/attestation?nonce=0f')],
  ['get /attestation 403 forbidden', 'for a stranger', picky, get(`/attestation?nonce=${nonce}&aud=you`)],
  [
    'get /attestation 403 forbidden',
    "for Google Cloud's own services",
    confidentialSpace(),
    get('/attestation?audience=https://sts.googleapis.com'),
  ],
  [
    'get /attestation 429 too_many_requests',
    'over the budget',
    confidentialSpace({}, { budget: () => 20_000 }),
    get('/attestation'),
  ],
  ['get /attestation 503 not_in_tee', 'outside of a TEE', silent(false), get('/attestation')],
  ['get /attestation 503 unavailable', 'in a TEE that fails', silent(true), FRESH],
  ['post /attestation 200 Envelope', 'for a nonce', software, post(JSON.stringify({ nonce }))],
  ['post /attestation 200 InfoQuote', 'for nothing', dstack, post('')],
  ['post /attestation 400 bad_request', 'for an unknown member', software, post('{"reportData":"00"}')],
  ['post /attestation 403 forbidden', 'for a stranger', picky, post(JSON.stringify({ nonce, aud: 'you' }))],
  ['post /attestation 413 body_too_large', 'for a long body', software, post(' '.repeat(8193))],
  ['post /attestation 415 unsupported_media_type', 'for a form', software, post('nonce=0f', 'text/plain')],
  [
    'post /attestation 429 too_many_requests',
    'over the budget',
    confidentialSpace({}, { budget: () => 20_000 }),
    post(JSON.stringify({ nonce })),
  ],
  ['post /attestation 503 not_in_tee', 'outside of a TEE', silent(false), post('')],
  ['post /attestation 503 unavailable', 'in a TEE that fails', silent(true), post(JSON.stringify({ nonce }))],
];

const operationOf = (promise: string): string => promise.split(' ').slice(0, 2).join(' ');

describe('the document of the attester service', () => {
  test.each(CASES)('describes %s %s, and nothing else', async (promise, _, platform, ask) => {
    const origin = await served(platform);
    const judge: Described = await describedBy(origin);
    const answer = await described(operationOf(promise), await ask(origin));
    expect(judge.judge(answer)).toEqual({ kept: promise });
    for (const changed of changesOf(answer))
      expect([changed.body, judge.judge(changed)]).toEqual([changed.body, { wrong: expect.any(String) }]);
  });

  test('promises nothing that is not shown here', async () => {
    const { promised } = await describedBy(await served(silent(false)));
    expect(new Set(CASES.map(([promise]) => promise))).toEqual(new Set(promised));
  });

  test.each([...new Set(CASES.map(([promise]) => operationOf(promise)))])(
    'has a default for what %s is refused with before it is read',
    async (operation) => {
      // The document is the one request that this peer has.
      const origin = await served(silent(false), { burst: 1, perSecond: 1e-9, peers: 1 });
      const judge = await describedBy(origin);
      const [method = '', path] = operation.split(' ');
      const answer = await described(operation, await fetch(`${origin}${path}`, { method: method.toUpperCase() }));
      expect([answer.status, judge.judge(answer)]).toEqual([
        429,
        { kept: expect.stringMatching(/too_many_requests$/) },
      ]);
    },
  );
});
