import { replayEventLog } from '@assay/verify/event-log';
import * as sdk022 from '@phala/dstack-sdk-0.2.2';
import * as sdk055 from '@phala/dstack-sdk-0.5.5';
import * as sdk057 from '@phala/dstack-sdk-0.5.7';
import * as sdk058 from '@phala/dstack-sdk-0.5.8';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type RunningGuest, refusals, runGuest } from '../../../../tools/dstack-guest-in-tests.ts';
import { localService } from '../../../../tools/local-service.ts';
import type { GuestAgentOptions } from '../dstack/agent.ts';

const APP_COMPOSE =
  '{"manifest_version":2,"name":"café","runner":"docker-compose","docker_compose_file":"services: {}"}';
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const guests = new Map<string, RunningGuest>();
const guestOf = async (options: GuestAgentOptions): Promise<RunningGuest> => {
  const name = JSON.stringify(options);
  const guest = guests.get(name) ?? (await runGuest({ appCompose: APP_COMPOSE, ...options }));
  guests.set(name, guest);
  return guest;
};
let guest: RunningGuest;
beforeAll(async () => {
  guest = await guestOf({});
});
afterAll(() => Promise.all([...guests.values()].map((one) => one[Symbol.asyncDispose]())));
beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  vi.spyOn(console, 'debug').mockReturnValue(undefined);
  vi.stubEnv('DSTACK_SIMULATOR_ENDPOINT', '');
  vi.stubEnv('TAPPD_SIMULATOR_ENDPOINT', '');
});

const DSTACK = [sdk055, sdk057, sdk058];
const TAPPD = [sdk022, sdk055, sdk057, sdk058];

/** What a class has of its own: a release with a method that no test here knows is noticed. */
const methodsOf = ({ prototype }: { readonly prototype: object }): ReadonlySet<string> =>
  new Set(Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor' && !name.startsWith('ensure')));

test('the SDKs have these methods, and each is called in one of these files', () => {
  const v05 = ['deriveKey', 'emitEvent', 'getKey', 'getQuote', 'getTlsKey', 'info', 'isReachable', 'tdxQuote'];
  for (const sdk of [sdk055, sdk057]) {
    expect(methodsOf(sdk.DstackClient)).toEqual(new Set(v05));
    expect(methodsOf(sdk.TappdClient)).toEqual(new Set(['deriveKey', 'tdxQuote']));
  }
  expect(methodsOf(sdk058.DstackClient)).toEqual(new Set([...v05, 'attest', 'sign', 'verify', 'version']));
  expect(methodsOf(sdk058.TappdClient)).toEqual(new Set(['deriveKey', 'isReachable', 'tdxQuote']));
  expect(methodsOf(sdk022.TappdClient)).toEqual(new Set(['deriveKey', 'info', 'isReachable', 'tdxQuote']));
});

describe.each(['socket', 'tcp'] as const)('over %s', (transport) => {
  test('isReachable is true for each client of each SDK', async () => {
    const endpoint = guest[transport];
    const clients = [
      ...DSTACK.map((sdk) => new sdk.DstackClient(endpoint)),
      ...TAPPD.map((sdk) => new sdk.TappdClient(endpoint)),
    ];
    for (const client of clients) expect(await client.isReachable()).toBe(true);
    const { origin, ...stopped } = await localService({});
    await stopped[Symbol.asyncDispose]();
    for (const sdk of TAPPD) expect(await new sdk.TappdClient(origin).isReachable()).toBe(false);
  });

  test('a client without an endpoint takes the one of the environment', async () => {
    vi.stubEnv('DSTACK_SIMULATOR_ENDPOINT', guest[transport]);
    vi.stubEnv('TAPPD_SIMULATOR_ENDPOINT', guest[transport]);
    for (const sdk of DSTACK) expect((await new sdk.DstackClient().info()).app_name).toBe('café');
    for (const sdk of TAPPD) expect((await new sdk.TappdClient().info()).app_name).toBe('café');
  });

  test('info says of the guest what its quotes prove', async () => {
    const { identity, td } = guest.agent;
    const clients = [
      ...DSTACK.map((sdk) => new sdk.DstackClient(guest[transport])),
      ...TAPPD.map((sdk) => new sdk.TappdClient(guest[transport])),
    ];
    for (const client of clients) {
      const info = await client.info();
      expect(info).toMatchObject({
        app_id: hex(identity.appId),
        instance_id: hex(identity.instanceId),
        app_name: 'café',
        compose_hash: hex(identity.composeHash),
        key_provider_info: identity.keyProviderInfo,
        tcb_info: { app_compose: APP_COMPOSE, compose_hash: hex(identity.composeHash) },
      });
      const { rtmr0, rtmr1, rtmr2, rtmr3, event_log } = info.tcb_info;
      expect([rtmr0, rtmr1, rtmr2, rtmr3]).toEqual(td.registers.map(hex));
      const replayed = await replayEventLog(utf8(JSON.stringify(event_log)));
      expect([replayed.registers, replayed.mismatches]).toEqual([{ rtmr0, rtmr1, rtmr2, rtmr3 }, []]);
    }
  });

  test.each(DSTACK)('emitEvent extends RTMR3: quotes from then on carry the event, and replay', async (sdk) => {
    const running = await guestOf({ version: '0.5.8', appId: new Uint8Array(20).fill(DSTACK.indexOf(sdk) + 1) });
    const client = new sdk.DstackClient(running[transport]);
    const before = await client.getQuote('before');
    await client.emitEvent('deployed', 'grüße');
    await new sdk.TappdClient(running[transport]).emitEvent('digest', Uint8Array.of(1, 2, 3));
    const after = await client.getQuote('after');
    expect(Object.values(after.replayRtmrs())).toEqual(running.agent.td.registers.map(hex));
    expect(Object.values(before.replayRtmrs())[3]).not.toBe(Object.values(after.replayRtmrs())[3]);
    const subject = { reportData: utf8('after') };
    const policy = running.policy({ binding: { profile: 'raw' }, freshness: 'any' });
    const verdict = await running.judge(after, { policy, subject });
    expect([refusals(verdict), verdict.trusted]).toEqual([[], true]);
    expect(verdict.claims?.workload).toMatchObject({
      appEvents: expect.arrayContaining([
        { event: 'deployed', payload: hex(utf8('grüße')) },
        { event: 'digest', payload: '010203' },
      ]),
    });
    const cut = await running.judge({ ...after, event_log: before.event_log }, { policy, subject });
    expect(refusals(cut)).toContain('event-log.replay');
    await expect(client.emitEvent('', 'x')).rejects.toThrow('Event name cannot be empty');
  });

  test.each(DSTACK)(
    'emitEvent of 0.6 is refused by the agent, which the SDK does not tell: nothing is measured',
    async (sdk) => {
      const running = await guestOf({ version: '0.6.0' });
      const client = new sdk.DstackClient(running[transport]);
      const before = await client.getQuote('same');
      expect(await client.emitEvent('deployed', 'x')).toBeUndefined();
      expect((await client.getQuote('same')).event_log).toBe(before.event_log);
    },
  );

  test('version of 0.5.8 is the agent’s; an agent without the method is told apart only by its error', async () => {
    const client = new sdk058.DstackClient(guest[transport]);
    expect(await new sdk058.TappdClient(guest[transport]).version()).toEqual(await client.version());
    expect(await client.version()).toEqual({ version: '0.5.11', rev: expect.any(String), __name__: 'VersionResponse' });
    const older = new sdk058.DstackClient((await guestOf({ version: '0.5.5' }))[transport]);
    expect(await older.version()).toEqual({ error: 'Service not found: Version', __name__: 'VersionResponse' });
    // Any answer passes for one that has new algorithms. An agent of 0.5.5 passes over them: the key is of secp256k1.
    expect((await older.getKey('vms', 'signing', 'ed25519')).key).toHaveLength(32);
  });

  test('attest of 0.5.8 has a quote that is trusted as getQuote’s is', async () => {
    const client = new sdk058.DstackClient(guest[transport]);
    const { attestation } = await client.attest('challenge');
    const policy = { identity: 'any', freshness: 'any', binding: { profile: 'raw' } } as const;
    const verdict = await guest.judge(
      { quote: quoteInAttestation(attestation) },
      { policy, subject: { reportData: utf8('challenge') } },
    );
    expect(refusals(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ simulated: true, layers: { authentic: 'pass', platform: 'pass', bound: 'pass' } });
    // The same bytes but for the signature's: another quote, and no time in it.
    const again = await new sdk058.TappdClient(guest[transport]).attest('challenge');
    expect(again.attestation.slice(0, 2 * 632)).toBe(attestation.slice(0, 2 * 632));
    await expect(client.attest('x'.repeat(65))).rejects.toThrow('Report data is too large');
    const older = new sdk058.DstackClient((await guestOf({ version: '0.5.5' }))[transport]);
    await expect(older.attest('x')).rejects.toThrow('Service not found: Attest');
  });
});

/** Form 0 of attestations: two bytes for form and platform, then the quote behind its length in SCALE. */
function quoteInAttestation(attestation: string): string {
  const bytes = Buffer.from(attestation, 'hex');
  expect([bytes[0], bytes[1], (bytes[2] ?? 0) & 3]).toEqual([0, 0, 1]);
  const length = bytes.readUInt16LE(2) >> 2;
  return bytes.subarray(4, 4 + length).toString('hex');
}
