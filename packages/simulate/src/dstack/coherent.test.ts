import { type Checklist, fromPem, type Policy, verify } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { replayEventLog } from '@assay/verify/event-log';
import { tdx } from '@assay/verify/tdx';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { ask, post } from '../../../../tools/rpc-in-tests.ts';
import { issueCollateral } from '../intel/collateral.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createGuestAgent, type GuestAgent, type GuestAgentOptions } from './agent.ts';

const now = new Date('2026-11-20T12:00:00Z');
const COMPOSE = '{"name":"café","manifest_version":2,"docker_compose_file":"services: {}"}\n';
const reportData = new Uint8Array(64).fill(0x5a);
let vendor: IntelVendor;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'dstack coherent', now });
});

const start = (options: GuestAgentOptions = {}): Promise<GuestAgent> =>
  createGuestAgent(vendor, { appCompose: COMPOSE, ...options });

interface Told {
  readonly quote: string;
  readonly event_log: string;
}

async function quoteOf(agent: GuestAgent): Promise<Told> {
  const { quote, event_log } = await ask(agent, '/GetQuote', { report_data: bytesToHex(reportData) });
  return { quote, event_log };
}

/** What a relying party that knows app and platform says of a guest's answers. */
async function judge(
  agent: GuestAgent,
  told: Told,
  given: { readonly appCompose?: string; readonly policy?: Policy; readonly roots?: readonly Uint8Array[] } = {},
) {
  const files = Object.entries(await issueCollateral(vendor, agent.td.pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8ToBytes(file) : file] as const,
  );
  const evidence = {
    evidence: hexToBytes(told.quote),
    eventLog: utf8ToBytes(told.event_log),
    appCompose: utf8ToBytes(given.appCompose ?? agent.appCompose),
  };
  return verify(evidence, {
    tees: [tdx],
    now,
    roots: given.roots ?? fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    policy: given.policy ?? policyOf(agent),
    subject: { reportData },
  });
}

function policyOf(agent: GuestAgent): Policy {
  const { mrSystem, mrAggregated, composeHash, appId, instanceId, osImageHash } = agent.appInfo();
  const measured = { mrSystem, mrAggregated, composeHash, appId, instanceId, osImageHash };
  const hexes = Object.fromEntries(Object.entries(measured).map(([name, value]) => [name, bytesToHex(value)]));
  const measurements = { ...hexes, keyProvider: agent.identity.keyProviderInfo };
  return { releases: [{ name: 'this app', measurements }], freshness: 'any', binding: { profile: 'raw' } };
}

const failing = ({ checks }: { readonly checks: Checklist['checks'] }): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

const registersOf = ({ td }: GuestAgent) =>
  Object.fromEntries(td.registers.map((value, index) => [`rtmr${index}`, bytesToHex(value)]));

describe('a quote, its event log and the app-compose file', () => {
  test.each(['0.5.3', '0.5.5', '0.5.11', '0.6.0'])(
    'of release %s are trusted under the guest’s own values',
    async (version) => {
      const agent = await start({ version });
      const verdict = await judge(agent, await quoteOf(agent));
      expect(failing(verdict)).toEqual([]);
      expect(verdict).toMatchObject({ trusted: true, simulated: true });
      const passed = verdict.checks.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id);
      expect(passed).toEqual(
        expect.arrayContaining(['event-log.replay', 'event-log.boot', 'event-log.compose-hash', 'event-log.config-id']),
      );
    },
  );

  test('of an id that was given at deployment are trusted, too', async () => {
    const appId = new Uint8Array(20).fill(7);
    const agent = await start({ appId });
    const verdict = await judge(agent, await quoteOf(agent));
    expect(verdict).toMatchObject({ trusted: true, claims: { measurements: { appId: bytesToHex(appId) } } });
  });

  test('are refused by whoever trusts Intel’s root alone', async () => {
    const agent = await start();
    const verdict = await judge(agent, await quoteOf(agent), { roots: [] });
    expect([verdict.trusted, failing(verdict)[0]]).toEqual([false, 'dcap.root.trusted']);
  });

  test('with another app-compose file are refused by its hash', async () => {
    const agent = await start();
    const verdict = await judge(agent, await quoteOf(agent), { appCompose: `${COMPOSE} ` });
    expect(failing(verdict)).toEqual(['event-log.compose-hash']);
  });

  test('of a guest that booted another app-compose file are refused by the release', async () => {
    const [agent, other] = [await start(), await start({ appCompose: COMPOSE.replace('{}', '{ }') })];
    const verdict = await judge(other, await quoteOf(other), { policy: policyOf(agent) });
    expect(failing(verdict)).toEqual(['identity.release']);
    expect(verdict.checks.find(({ id }) => id === 'identity.release')?.actual).toContain('composeHash=');
  });

  test('are of one guest: the log of another does not replay', async () => {
    const [agent, other] = [await start(), await start({ appId: new Uint8Array(20) })];
    const { quote } = await quoteOf(agent);
    const verdict = await judge(agent, { quote, event_log: (await quoteOf(other)).event_log });
    expect(failing(verdict)).toEqual(['event-log.replay', 'identity.release']);
  });

  test('of a guest in debug mode are refused for that alone', async () => {
    const agent = await start({ tdAttributes: hexToBytes('0100001000000000') });
    expect(failing(await judge(agent, await quoteOf(agent)))).toEqual(['tdx.debug']);
  });
});

describe('the event log', () => {
  test('of quote and of tcb_info replay to the registers', async () => {
    const agent = await start();
    const tcb = JSON.parse((await ask(agent, '/Info')).tcb_info);
    for (const log of [(await quoteOf(agent)).event_log, JSON.stringify(tcb.event_log)]) {
      const replayed = await replayEventLog(utf8ToBytes(log));
      expect(replayed.registers).toEqual(registersOf(agent));
      expect(replayed.mismatches).toEqual([]);
    }
    expect(tcb).toMatchObject({ ...registersOf(agent), app_compose: COMPOSE });
  });

  test('has what an app emits, after the boot, in quotes from then on', async () => {
    const agent = await start();
    const before = await quoteOf(agent);
    expect(await ask(agent, '/EmitEvent', { event: 'deployed', payload: 'c0ffee' })).toBe(null);
    const after = await quoteOf(agent);
    const verdict = await judge(agent, after);
    expect(verdict.trusted).toBe(true);
    expect(verdict.claims?.workload).toMatchObject({ appEvents: [{ event: 'deployed', payload: 'c0ffee' }] });
    expect(JSON.parse(after.event_log).slice(0, -1)).toEqual(JSON.parse(before.event_log));
    expect(failing(await judge(agent, { ...after, event_log: before.event_log }))).toContain('event-log.replay');
  });

  test('that an app gave a boot event’s name is refused for that', async () => {
    const agent = await start();
    await ask(agent, '/EmitEvent', { event: 'compose-hash', payload: '00'.repeat(32) });
    expect(failing(await judge(agent, await quoteOf(agent)))).toEqual(['event-log.reserved', 'identity.release']);
  });

  test('has the order of the register when many callers emit and quote at once', async () => {
    const agent = await start();
    const told = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        if (index % 4 === 3) return quoteOf(agent);
        await ask(agent, '/EmitEvent', { event: `event ${index}`, payload: index.toString(16).padStart(2, '0') });
        return undefined;
      }),
    );
    const quotes = [...told.filter((one) => one !== undefined), await quoteOf(agent)];
    expect(quotes.length).toBe(11);
    const policy = { identity: 'any', freshness: 'any', binding: { profile: 'raw' } } as const;
    for (const quote of quotes) expect(failing(await judge(agent, quote, { policy }))).toEqual([]);
    expect(
      JSON.parse(quotes.at(-1)?.event_log ?? '').filter(({ event }: { event: string }) => /^event \d+$/.test(event))
        .length,
    ).toBe(30);
  });
});

describe('a seed', () => {
  test('gives the same keys for the same requests of certificates, whatever else was asked', async () => {
    const requests = [
      ['/GetTlsKey', { subject: 'one' }],
      ['/v1/IssueCert', { subject: 'two', usage_ra_tls: true }],
      ['/GetTlsKey', { subject: 'one' }],
    ] as const;
    const disturbances = [
      ['/Info', {}],
      ['/GetTlsKey', { not_before: 2, not_after: 1 }],
      ['/GetTlsKey', { alt_names: ['é'] }],
      ['/prpc/Tappd.DeriveKey', { random_seed: true }],
      ['/prpc/Tappd.DeriveKey', { path: 'a' }],
    ] as const;
    const [calm, disturbed] = [await start(), await start()];
    const told: [unknown, unknown][] = [];
    for (const [path, fields] of requests) {
      for (const [other, rest] of disturbances) await post(disturbed, other, JSON.stringify(rest));
      told.push([await ask(calm, path, fields), await ask(disturbed, path, fields)]);
    }
    for (const [one, two] of told) expect(two).toEqual(one);
    expect(told[2]?.[0]).not.toEqual(told[0]?.[0]);
  });

  test('gives the demo certificate of Info again', async () => {
    const shown = async (): Promise<string> => {
      const agent = await start();
      await ask(agent, '/GetTlsKey');
      await expect.poll(async () => (await ask(agent, '/Info')).app_cert).not.toBe('');
      return (await ask(agent, '/Info')).app_cert;
    };
    expect(await shown()).toBe(await shown());
  });

  test('gives the same guest again, a random vendor never', async () => {
    const again = await createIntelVendor({ seed: 'dstack coherent', now });
    const [one, two] = [await start(), await createGuestAgent(again, { appCompose: COMPOSE })];
    expect(await quoteOf(two)).toEqual(await quoteOf(one));
    expect(await ask(two, '/GetKey', { path: 'a' })).toEqual(await ask(one, '/GetKey', { path: 'a' }));
    const random = await createIntelVendor({
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      now,
    });
    const other = await createGuestAgent(random, { appCompose: COMPOSE });
    expect(other.identity.instanceId).not.toEqual(one.identity.instanceId);
    expect(await ask(other, '/GetKey', { path: 'a' })).not.toEqual(await ask(one, '/GetKey', { path: 'a' }));
  });
});
