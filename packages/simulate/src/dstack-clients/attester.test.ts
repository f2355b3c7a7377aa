import { createDstackAttester, createDstackClient, createDstackKeys } from '@assay/attest';
import { fromUtf8, toHex, utf8 } from '@assay/verify/codec';
import { verifyKeyChain } from '@assay/verify/dstack';
import type { Envelope } from '@assay/verify/evidence';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningGuest, refusals, runGuest } from '../../../../tools/dstack-guest-in-tests.ts';
import type { GuestApi } from '../dstack/agent.ts';

const APP_COMPOSE =
  '{"manifest_version":2,"name":"café","runner":"docker-compose","docker_compose_file":"services: {}"}';
const reportData = Uint8Array.from({ length: 64 }, (_, index) => 64 - index);
const nonce = reportData.slice(0, 32);

/** Real listeners have the APIs of their release, and the old socket the old API alone. */
const LISTENERS: readonly (readonly [version: string, listener: string, apis: readonly GuestApi[], api: string])[] = [
  ['0.4.2', 'dstack.sock', ['v0'], 'v0'],
  ['0.5.0', 'dstack.sock', ['v0'], 'v0'],
  ['0.5.0', 'tappd.sock', ['tappd'], 'tappd'],
  ['0.5.5', 'dstack.sock', ['v0'], 'v0'],
  ['0.5.5', 'tappd.sock', ['tappd'], 'tappd'],
  ['0.5.11', 'dstack.sock', ['v0'], 'v0'],
  ['0.5.11', 'tappd.sock', ['tappd'], 'tappd'],
  ['0.5.11', 'simulator', ['v0', 'tappd', 'worker', 'v1'], 'v1'],
  ['0.6.0', 'dstack.sock', ['v0', 'v1'], 'v1'],
  ['0.6.0', 'tappd.sock', ['tappd'], 'tappd'],
];

/** What a relying party that knows the app says of an envelope. */
const judge = (guest: RunningGuest, { evidence, eventLog, appCompose }: Envelope, bound = reportData) =>
  guest.judge(
    {
      quote: toHex(evidence),
      event_log: fromUtf8(eventLog ?? new Uint8Array()),
      appCompose: fromUtf8(appCompose ?? new Uint8Array()),
    },
    {
      policy: guest.policy({ binding: { profile: 'raw' } }),
      nonce: bound.slice(0, 32),
      subject: { reportData: bound },
    },
  );

describe.each(LISTENERS)('release %s, %s', (version, _, apis, api) => {
  let guest: RunningGuest;
  beforeAll(async () => {
    guest = await runGuest({ version, apis, appCompose: APP_COMPOSE });
  });
  afterAll(() => guest[Symbol.asyncDispose]());

  test('the attester finds out the API, and its evidence is trusted by app, nonce and report data', async () => {
    for (const endpoint of [guest.socket, guest.tcp]) {
      const attester = createDstackAttester({ environment: { DSTACK_SIMULATOR_ENDPOINT: endpoint } });
      const { available, looked } = await attester.detect();
      expect([available, looked.at(-1)]).toEqual([true, expect.stringContaining(`(API ${api})`)]);
      const envelope = await attester.evidence({ reportData });
      expect(fromUtf8(envelope.appCompose ?? new Uint8Array())).toBe(APP_COMPOSE);
      const verdict = await judge(guest, envelope);
      expect(refusals(verdict)).toEqual([]);
      expect(verdict).toMatchObject({ trusted: true, simulated: true, waived: [] });
      expect(refusals(await judge(guest, envelope, reportData.toReversed()))).toEqual(['binding.subject']);
    }
  });

  test('info is what the guest measured', async () => {
    const info = await createDstackClient({ endpoint: guest.socket }).info();
    const { appId, instanceId, composeHash, keyProviderInfo } = guest.agent.identity;
    expect(info).toMatchObject({
      appName: 'café',
      appId: toHex(appId),
      instanceId: toHex(instanceId),
      composeHash: toHex(composeHash),
      keyProviderInfo,
      appCompose: utf8(APP_COMPOSE),
    });
  });

  test('keys are the same by each API, and their chains lead to the KMS that is pinned', async () => {
    const keys = createDstackKeys({ endpoint: guest.tcp, pin: guest.pin });
    const { key, publicKey, signatureChain: chain, name } = await keys.derive('tracker/receipts');
    expect((await keys.derive('tracker/receipts')).key).toEqual(key);
    expect((await keys.derive('tracker/other')).key).not.toEqual(key);
    await using other = await runGuest({ version: '0.5.11', appCompose: APP_COMPOSE });
    expect((await createDstackKeys({ endpoint: other.tcp }).derive('tracker/receipts')).key).toEqual(key);
    const judged = verifyKeyChain({ algorithm: 'secp256k1', publicKey, chain, ...name, ...guest.pin });
    expect(judged.outcome).toBe('pass');
    const pin = { ...guest.pin, appId: new Uint8Array(20) };
    const refused = createDstackKeys({ endpoint: guest.tcp, pin }).derive('tracker/receipts');
    await expect(refused).rejects.toThrow(/not vouched for as pinned: dstack\.key-chain\.kms-root/);
  });

  const emits = api !== 'tappd' && version.startsWith('0.5.');
  test(emits ? 'an event is in the evidence from then on' : 'an event is refused by name', async () => {
    const client = createDstackClient({ endpoint: guest.socket });
    const attester = createDstackAttester({ endpoint: guest.socket });
    const registers = guest.agent.td.registers.map(toHex);
    const emitted = client.emitEvent('model', utf8('grüße'));
    if (!emits) {
      await expect(emitted).rejects.toThrow(/has no EmitEvent: dstack has it from 0\.5\.0 to 0\.5\.11; measure it by/);
      expect(guest.agent.td.registers.map(toHex)).toEqual(registers);
      return;
    }
    await emitted;
    const verdict = await judge(guest, await attester.evidence({ reportData }));
    expect([refusals(verdict), verdict.trusted]).toEqual([[], true]);
    const model = { event: 'model', payload: toHex(utf8('grüße')) };
    expect(verdict.claims?.workload).toMatchObject({ appEvents: [model] });
  });
});

test('TAPPD_SIMULATOR_ENDPOINT speaks Tappd to a simulator that has all APIs', async () => {
  await using guest = await runGuest({ appCompose: APP_COMPOSE });
  const environment = { TAPPD_SIMULATOR_ENDPOINT: guest.socket };
  expect(await createDstackClient({ environment }).agent()).toMatchObject({ api: 'tappd', version: '0.5.11' });
  expect(refusals(await judge(guest, await createDstackAttester({ environment }).evidence({ reportData })))).toEqual(
    [],
  );
});

test('keys of API v1 are others than those of the unversioned API, with chains that name their domain', async () => {
  await using guest = await runGuest({ version: '0.6.0', apis: ['v0', 'v1'] });
  const here = { endpoint: guest.socket, pin: guest.pin };
  const [v0, v1] = await Promise.all(
    (['v0', 'v1'] as const).map((derivation) => createDstackKeys({ ...here, derivation }).derive('tracker/receipts')),
  );
  expect([v0?.name, v1?.name]).toEqual([{ purpose: 'tracker/receipts' }, { domain: 'tracker/receipts' }]);
  expect(v0?.key).not.toEqual(v1?.key);
});

test('100 requests and 20 events at once: each evidence carries its own report data and a log that replays', async () => {
  await using guest = await runGuest({ version: '0.5.11', apis: ['v0'], appCompose: APP_COMPOSE });
  const attester = createDstackAttester({ endpoint: guest.socket });
  const client = createDstackClient({ endpoint: guest.tcp });
  const asked = Array.from({ length: 100 }, (_, index) => new Uint8Array(64).fill(index + 1));
  const events = Array.from({ length: 20 }, (_, index) => client.emitEvent(`event ${index}`, Uint8Array.of(index)));
  const [envelopes] = await Promise.all([
    Promise.all(asked.map((data) => attester.evidence({ reportData: data }))),
    Promise.all(events),
  ]);
  const policy = { identity: 'any', binding: { profile: 'raw' } } as const;
  for (const [index, { evidence, eventLog }] of envelopes.entries()) {
    const told = { quote: toHex(evidence), event_log: fromUtf8(eventLog ?? new Uint8Array()) };
    const bound = asked[index] ?? nonce;
    const options = { policy, nonce: bound.slice(0, 32), subject: { reportData: bound } };
    const verdict = await guest.judge(told, options);
    expect([refusals(verdict), verdict.trusted]).toEqual([[], true]);
  }
});
