import { replayEventLog } from '@assay/verify/event-log';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../../../tools/rpc-in-tests.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createGuestAgent, type GuestAgent, type GuestAgentOptions } from './agent.ts';
import { runtimeEvent } from './event.ts';
import { configIdOf } from './measurements.ts';

const now = new Date('2026-11-20T12:00:00Z');
let vendor: IntelVendor;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'dstack boot', now });
});

const start = (options: GuestAgentOptions = {}): Promise<GuestAgent> => createGuestAgent(vendor, options);

interface Entry {
  readonly imr: number;
  readonly digest: string;
  readonly event: string;
  readonly event_payload: string;
  readonly version?: number;
  readonly preimage?: string;
}

const logOf = async (agent: GuestAgent): Promise<readonly Entry[]> =>
  JSON.parse((await ask(agent, '/GetQuote')).event_log);
const runtimeOf = async (agent: GuestAgent) => (await logOf(agent)).filter(({ imr }) => imr === 3);
/** MR_CONFIG_ID of a quote, hex. */
const configOf = async (agent: GuestAgent) => (await ask(agent, '/GetQuote')).quote.slice(2 * 232, 2 * 280);

/** Digests of boot events in both versions, as published. */
const DIGESTS = [
  [
    'system-preparing',
    '',
    'f9974020ef507068183313d0ca808e0d1ca9b2d1ad0c61f5784e7157c362c06536f5ddacdad4451693f48fcc72fff624',
    '918e390aef67de4520d37d7e046dd222038e0a8385825072383ab194543ffa3046a9a48fdabbc16e6ba9ff24249ba88f',
  ],
  [
    'app-id',
    '5bb4ff9a3837357f19dc176407a5709c62eb6c56',
    'ddd202447c612b8bb8723d2ce3b9882b7cfc0ede203c36b15639cc80b181b61a7692850c5333a1c6effef82a73d0a4f2',
    'f47c886443745c881b9b56ff908516c83817f25ca9187bfa4e972959281128e3220d47ce057e580e30eb57bfdc04d69a',
  ],
  [
    'boot-mr-done',
    '',
    '98bd7e6bd3952720b65027fd494834045d06b4a714bf737a06b874638b3ea00ff402f7f583e3e3b05e921c8570433ac6',
    'aeadedb6d47c136395e76aaa640667ed1635429ee9a3795e0c97ad11f809b9805b39ba43d07f2e68cf51facd318d350d',
  ],
  [
    'system-ready',
    '',
    '1a76b2a80a0be71eae59f80945d876351a7a3fb8e9fd1ff1cede5734aa84ea11fd72b4edfbb6f04e5a85edd114c751bd',
    '8c748e7cf5aa7ef37f036bd15cb78308279511a408bcd2aab352802cccd79cf07d7d5e4d174c5b311f2d98f35f53ccd6',
  ],
] as const;

describe('runtime events', () => {
  test.each(DIGESTS)('%s has the published digests', (name, payload, v1, v2) => {
    const digest = (version: 1 | 2): string => bytesToHex(runtimeEvent(name, hexToBytes(payload), version).digest);
    expect([digest(1), digest(2)]).toEqual([v1, v2]);
  });

  test.each([
    ['0.4.2', ['key-provider']],
    ['0.5.2', ['key-provider']],
    ['0.5.3', ['mr-kms', 'os-image-hash', 'key-provider']],
    ['0.5.5', ['mr-kms', 'os-image-hash', 'key-provider', 'storage-fs']],
    ['0.5.11', ['mr-kms', 'os-image-hash', 'key-provider', 'storage-fs']],
    ['0.6.0', ['os-image-hash', 'key-provider', 'storage-fs']],
  ])('of release %s have between boot-mr-done and system-ready: %j', async (version, between) => {
    const names = (await runtimeOf(await start({ version }))).map(({ event }) => event);
    const before = ['system-preparing', 'app-id', 'compose-hash', 'instance-id', 'boot-mr-done'];
    expect(names).toEqual([...before, ...between, 'system-ready']);
  });

  test('say what Info says', async () => {
    const agent = await start();
    const { identity } = agent;
    const payload = new Map((await runtimeOf(agent)).map(({ event, event_payload }) => [event, event_payload]));
    expect(Object.fromEntries(payload)).toMatchObject({
      'app-id': bytesToHex(identity.composeHash).slice(0, 40),
      'compose-hash': bytesToHex(identity.composeHash),
      'instance-id': bytesToHex(identity.instanceId),
      'os-image-hash': bytesToHex(identity.osImageHash),
      'key-provider': bytesToHex(utf8ToBytes(identity.keyProviderInfo)),
    });
  });

  test('name no image of the operating system before 0.5.3, nor does an answer', async () => {
    const agent = await start({ version: '0.5.2' });
    expect(JSON.parse((await ask(agent, '/Info')).tcb_info).os_image_hash).toBe('');
    expect((await ask(agent, '/GetQuote')).vm_config).not.toContain('os_image_hash');
  });

  test('of version 2 carry what is hashed; releases before 0.6 know only version 1', async () => {
    const appCompose = '{"name":"app","event_log_version":2}';
    const modern = await start({ appCompose, version: '0.6.0' });
    const entries = await runtimeOf(modern);
    expect(new Set(entries.map(({ version }) => version))).toEqual(new Set([2]));
    expect(entries[0]).toMatchObject({ event: 'system-preparing', digest: DIGESTS[0][3] });
    expect(new TextDecoder().decode(hexToBytes(entries[0]?.preimage ?? ''))).toBe(
      '{"name":"system-preparing","payload":"","type":134217729}',
    );
    const { registers, mismatches } = await replayEventLog(utf8ToBytes(JSON.stringify(await logOf(modern))));
    expect([registers.rtmr3, mismatches]).toEqual([bytesToHex(modern.td.registers[3] ?? new Uint8Array()), []]);
    const older = await runtimeOf(await start({ appCompose, version: '0.5.11' }));
    expect(older[0]).toMatchObject({ digest: DIGESTS[0][2] });
    expect(older[0]).not.toHaveProperty('version');
  });
});

describe('MR_CONFIG_ID', () => {
  test('of the first form holds the compose hash', () => {
    const hash = 'c143116fef3940e7f776bfc0919c256232ae5338a6e948c96b711e0b2383483a';
    expect(bytesToHex(configIdOf(hexToBytes(hash)))).toBe(`01${hash}${'00'.repeat(15)}`);
  });

  test('is used since 0.5.1', async () => {
    expect(await configOf(await start({ version: '0.5.0' }))).toBe('00'.repeat(48));
    const agent = await start({ version: '0.5.1' });
    expect(await configOf(agent)).toBe(bytesToHex(configIdOf(agent.identity.composeHash)));
  });
});

describe('the app-compose file', () => {
  test('may want no instance id', async () => {
    const agent = await start({ appCompose: '{"no_instance_id":true}' });
    expect((await runtimeOf(agent)).find(({ event }) => event === 'instance-id')?.event_payload).toBe('');
    expect(await ask(agent, '/Info')).toMatchObject({ instance_id: '', app_name: '' });
  });

  test.each([
    ['not json', /^app-compose: not JSON/],
    ['[]', /^app-compose: expected an object/],
    [Uint8Array.of(0x7b, 0xff, 0x7d), /^app-compose: not UTF-8/],
    ['{"public_tcbinfo":"no"}', /^app-compose: public_tcbinfo: expected true or false/],
    ['{"no_instance_id":1}', /^app-compose: no_instance_id: expected true or false/],
    ['{"event_log_version":3}', /^app-compose: event_log_version: expected 1 or 2/],
  ])('%s boots no guest', async (appCompose, message) => {
    await expect(start({ appCompose })).rejects.toThrow(message);
  });

  test('and an app id of another length boot no guest', async () => {
    await expect(start({ appId: new Uint8Array(32) })).rejects.toThrow('app id: expected 20 bytes, found 32');
  });
});
