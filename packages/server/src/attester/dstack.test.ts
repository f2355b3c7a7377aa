import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBatcher, createDstackAttester, createDstackClient, newInstance } from '@assay/attest';
import { createGuestAgent, createIntelVendor, type GuestAgent, issueCollateral } from '@assay/simulate';
import { type Listener, listen } from '@assay/simulate/node';
import { fromPem, type Policy, type Verdict, verify } from '@assay/verify';
import { fromHex, parseJsonObject, toHex, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { parseEnvelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAttesterApp } from './app.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = (): Date => now;
/** Where the report data of a TDX quote 1.0 are: after a header of 48 bytes, 520 bytes into the body. */
const REPORT_DATA = 48 + 520;

let folder: string;
let agent: GuestAgent;
let listener: Listener;
let options: Parameters<typeof verify>[1];
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'attester service on dstack', now });
  agent = await createGuestAgent(vendor, { version: '0.5.11', apis: ['v0'] });
  folder = await mkdtemp(join(tmpdir(), 'attester-'));
  listener = await listen(agent.handler, { socket: join(folder, 'dstack.sock') });
  const files = Object.entries(await issueCollateral(vendor, agent.td.pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
  );
  const { mrAggregated, composeHash, appId } = agent.appInfo();
  const measurements = { mrAggregated: toHex(mrAggregated), composeHash: toHex(composeHash), appId: toHex(appId) };
  options = {
    tees: [tdx],
    now,
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    policy: { releases: [{ name: 'this app', measurements }] },
  };
});
afterAll(async () => {
  await listener.close();
  await rm(folder, { recursive: true });
});

function service(buildInfo?: string): Hono {
  const endpoint = { endpoint: listener.address };
  const attester = createDstackAttester(endpoint);
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  const vmConfig = async (): Promise<string> => (await createDstackClient(endpoint).info()).vmConfig;
  return createAttesterApp({ attester, batcher, name: 'oauth3', version: '0.1.0', buildInfo, vmConfig, clock });
}

interface Seed {
  readonly quote: Buffer;
  readonly eventLog: string;
  readonly vmConfig: string;
}

async function attestation(app: Hono, query = ''): Promise<Seed> {
  const answer = await app.request(`/attestation${query}`);
  const { quote, eventLog, vmConfig, ...more } = parseJsonObject(await answer.text(), 'answer');
  expect(more).toEqual({});
  return { quote: Buffer.from(String(quote), 'base64'), eventLog: String(eventLog), vmConfig: String(vmConfig) };
}

const judge = (seed: Seed, info: Uint8Array, profile: 'sha256-info' | 'oauth3-info'): Promise<Verdict> => {
  const policy: Policy = { ...options.policy, freshness: 'any', binding: { profile } };
  const evidence = { evidence: seed.quote, eventLog: utf8(seed.eventLog) };
  return verify(evidence, { ...options, policy, subject: { payload: info } });
};
const refusals = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
const infoOf = async (app: Hono): Promise<Buffer> => Buffer.from(await (await app.request('/info')).arrayBuffer());

describe('the two steps of a client', () => {
  test.each([undefined, 'git 0123abc, built on a machine that nobody has to trust'])(
    'hold byte for byte, with the build %j',
    async (buildInfo) => {
      const app = service(buildInfo);
      const seed = await attestation(app);
      const info = await infoOf(app);
      // Step 1: the quote is genuine, and from the app that is expected.
      const verdict = await judge(seed, info, 'sha256-info');
      expect([refusals(verdict), verdict.outcome]).toEqual([[], 'affirming']);
      // Step 2: hash the answer of /info, and compare.
      const hash = createHash('sha256').update(info).digest();
      const reportData = seed.quote.subarray(REPORT_DATA, REPORT_DATA + 64);
      expect(reportData.subarray(0, 32)).toEqual(hash);
      expect(reportData.subarray(32)).toEqual(Buffer.alloc(32));
    },
  );

  test('fail for another answer of /info', async () => {
    const app = service();
    const other = await infoOf(service('another build'));
    expect(refusals(await judge(await attestation(app), other, 'sha256-info'))).toEqual(['binding.subject']);
  });
});

test('eventLog and vmConfig are what the guest agent says', async () => {
  const { eventLog, vmConfig } = await attestation(service());
  expect(JSON.parse(eventLog)).toContainEqual(expect.objectContaining({ event: 'compose-hash' }));
  expect(vmConfig).toBe(agent.identity.vmConfig);
});

describe('the profile oauth3-info', () => {
  test('has a short answer itself in the report data, as the deployed service does it', async () => {
    const app = service();
    const seed = await attestation(app, '?profile=oauth3-info');
    const info = await infoOf(app);
    expect(info.length).toBeLessThanOrEqual(64);
    expect(seed.quote.subarray(REPORT_DATA, REPORT_DATA + info.length)).toEqual(info);
    expect(refusals(await judge(seed, info, 'oauth3-info'))).toEqual([]);
    expect(refusals(await judge(seed, info, 'sha256-info'))).toEqual(['binding.subject']);
  });

  test('has the hash of a long one', async () => {
    const app = service('0123456789abcdef');
    const seed = await attestation(app, '?profile=oauth3-info');
    const info = await infoOf(app);
    expect(info.length).toBeGreaterThan(64);
    expect(refusals(await judge(seed, info, 'oauth3-info'))).toEqual([]);
    expect(refusals(await judge(seed, info, 'sha256-info'))).toEqual([]);
  });
});

test('evidence for a nonce has the event log, and is refused to who sent another', async () => {
  const nonce = '5a'.repeat(32);
  const envelope = parseEnvelope(await (await service().request(`/attestation?nonce=${nonce}`)).text());
  const claims = { name: 'oauth3', version: '0.1.0' };
  const policy: Policy = { ...options.policy, binding: { profile: 'assay/1-batch', type: 'attestation', claims } };
  const verdict = await verify(envelope, { ...options, policy, nonce: fromHex(nonce) });
  expect([refusals(verdict), verdict.trusted, verdict.waived]).toEqual([[], true, []]);
  const other = await verify(envelope, { ...options, policy, nonce: new Uint8Array(32) });
  expect(refusals(other)).toEqual(['fresh.nonce']);
});

test('the service is ready while its guest agent is there', async () => {
  expect((await service().request('/ready')).status).toBe(200);
});
