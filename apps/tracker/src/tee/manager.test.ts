import { createSoftwareKeys, type KeySource } from '@assay/attest';
import {
  createIntelVendor,
  createSoftwareEnclave,
  createSoftwareTd,
  type IntelVendor,
  issueCollateral,
  issuePck,
  type Pck,
  type QuoteSource,
} from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import type { Policy } from '@assay/verify';
import { fromPem, toHex, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPayloadJudge } from './judge.ts';
import { TEEManager, type TEEManagerOptions } from './manager.ts';
import { setTeeMode, TEEMode } from './mode.ts';
import { lookForTee, type TeePlatform } from './platform.ts';
import { payloadReportData, registrationPayload } from './report-data.ts';

const now = new Date('2026-11-20T12:00:00Z');
const seconds = now.getTime() / 1000;
const random = (length: number): Uint8Array => new Uint8Array(length).fill(3);
const software = createSoftwareKeys({ secret: new Uint8Array(32).fill(9) });
const PAYLOAD = 'user_id:alice';

let vendor: IntelVendor;
let pck: Pck;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'a tracker', now });
  pck = await issuePck(vendor);
});
afterEach(() => setTeeMode(TEEMode.DISABLED));

async function endorsements(tee: 'tdx' | 'sgx') {
  const files = Object.entries(await issueCollateral(vendor, pck, { tee }));
  const bytes = files.map(([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const);
  return endorsementsFromDirectory(Object.fromEntries(bytes));
}

async function platformOf(source: QuoteSource): Promise<TeePlatform> {
  const attesters = [createSoftwareAttester(source)];
  const platform = await lookForTee({ attesters, environment: {}, random });
  return { ...platform, keys: { ...software, name: 'dstack' } };
}

interface Wish extends Partial<TEEManagerOptions> {
  readonly source?: QuoteSource;
  readonly policy?: Policy;
  readonly tee?: 'tdx' | 'sgx';
}

async function managerOf({ source, policy, tee = 'tdx', ...more }: Wish = {}): Promise<TEEManager> {
  const platform = await platformOf(source ?? createSoftwareTd(vendor, { pck }));
  const judge = createPayloadJudge({
    policy: policy ?? { releases: platform.releases },
    clock: () => now,
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    endorsementsFor: () => endorsements(tee),
  });
  return new TEEManager({ mode: TEEMode.ENABLED, platform, judge, clock: () => now, random, ...more });
}

/** The checks that refused a quote. */
async function refused(source: QuoteSource, wish: Wish & { readonly issuedAt?: number } = {}) {
  const { issuedAt = seconds, ...rest } = wish;
  const manager = await managerOf(rest);
  const reportData = payloadReportData('pbts-payload/1', utf8(PAYLOAD), issuedAt, random);
  const quote = toHex(await source.quote(reportData));
  const { isValid, verdict } = await manager.verifyAttestation({ quote }, PAYLOAD);
  expect(isValid).toBe(verdict.trusted);
  return verdict.checks.flatMap(({ id, outcome }) => (outcome === 'fail' ? [id] : []));
}

describe('TEEManager', () => {
  test('is off by default, with ordinary keys; setTeeMode and setMode take effect at once', async () => {
    const manager = await managerOf({ mode: undefined });
    expect(manager.mode).toBe(TEEMode.DISABLED);
    expect(await manager.generateKeypair()).toMatchObject({ teeDerived: false, salt: null });
    await expect(manager.generateAttestation(PAYLOAD)).rejects.toMatchObject({ code: 'unavailable' });
    setTeeMode(TEEMode.ENABLED);
    expect(await manager.generateKeypair()).toMatchObject({ teeDerived: true });
    manager.setMode(TEEMode.BENCHMARK);
    expect(await manager.generateKeypair()).toMatchObject({ teeDerived: false });
    expect(await manager.generateKeypair({ teeEnabled: true })).toMatchObject({ teeDerived: true });
    expect(() => setTeeMode('on' as TEEMode)).toThrow('mode: expected one of disabled, enabled, benchmark, found "on"');
  });

  test('derives the same key for the same user and salt, and another one for each other', async () => {
    const [one, other] = [await managerOf(), await managerOf()];
    const key = async (manager: TEEManager, user: string | undefined, salt: string): Promise<string> =>
      toHex((await manager.generateKeypair({ user, salt })).privateKey);
    const first = await key(one, 'alice', 'a');
    expect(await key(other, 'alice', 'a')).toBe(first);
    const others = [await key(one, 'bob', 'a'), await key(one, 'alice', 'b'), await key(one, undefined, 'a')];
    expect(new Set([first, ...others]).size).toBe(4);
  });

  test('has the TEE derive a key once for the life of the process; what a caller does to his copy is his business', async () => {
    const platform = await platformOf(createSoftwareTd(vendor, { pck }));
    const asked: string[] = [];
    const keys: KeySource = {
      name: 'dstack',
      derive: (path) => {
        asked.push(path);
        return software.derive(path);
      },
    };
    const manager = await managerOf({ platform: { ...platform, keys } });
    const { privateKey } = await manager.generateKeypair({ user: 'alice', salt: 'a' });
    const first = toHex(privateKey);
    privateKey.fill(0);
    expect(toHex((await manager.generateKeypair({ user: 'alice', salt: 'a' })).privateKey)).toBe(first);
    expect(asked).toEqual(['tracker/user-keys', 'tracker/user-secret/user:alice']);
    await manager.generateKeypair({ salt: '["alice","a"]' });
    expect(asked).toHaveLength(4);
    manager.setMode(TEEMode.DISABLED);
    await expect(manager.generateKeypair({ user: 'alice', salt: 'a', teeEnabled: true })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  test('without a TEE says so in the documented words, what it looked for, and a remedy that installs nothing', async () => {
    const platform = { attester: undefined, keys: undefined, looked: ['dstack: no socket'], simulated: null };
    const make = () => new TEEManager({ mode: TEEMode.ENABLED, platform: { ...platform, releases: undefined } });
    expect(make).toThrow(
      /^TEE not available - install dstack_sdk \(looked for one: dstack: no socket\); nothing is to/,
    );
  });

  test('keys of a secret in a file are never said to be of the TEE', async () => {
    const manager = await managerOf({
      platform: { ...(await platformOf(createSoftwareTd(vendor, { pck }))), keys: software },
    });
    await expect(manager.generateKeypair({ teeEnabled: true })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^TEE not available - install dstack_sdk \(software makes quotes and derives no keys\)/,
      ),
    });
  });

  test('an attestation is a quote whose size is in bytes, and which is valid for its payload alone', async () => {
    const manager = await managerOf();
    const report = await manager.generateAttestation(PAYLOAD);
    expect(report).toMatchObject({ payload: PAYLOAD, simulated: true, quoteSizeBytes: report.quote.length / 2 });
    expect(await manager.verifyAttestation(report.quote, PAYLOAD)).toMatchObject({ isValid: true });
    expect(await manager.verifyAttestation(report, PAYLOAD)).toMatchObject({ isValid: true });
    const { platform } = manager;
    const alone = new TEEManager({ platform, clock: () => now });
    expect(await alone.verifyAttestation(report.quote, PAYLOAD)).toMatchObject({
      isValid: false,
      verdict: { layers: { authentic: 'fail', identity: 'pass', bound: 'pass' } },
    });
    expect(await manager.verifyAttestation(report, 'user_id:bob')).toMatchObject({ isValid: false });
    const registration = { user: 'alice', instance: 't', publicKey: new Uint8Array(48) };
    expect(await manager.verifyRegistration(report, registration)).toMatchObject({ isValid: false });
  });

  test('a registration is bound to user, instance and key, none of which can run into another', async () => {
    const manager = await managerOf();
    const registration = { user: 'alice', instance: 'tracker', publicKey: new Uint8Array(48).fill(1) };
    const report = await manager.attestRegistration('register||alice||tracker', registration);
    const valid = async (changed: object): Promise<boolean> =>
      (await manager.verifyRegistration(report, { ...registration, ...changed })).isValid;
    expect(await valid({})).toBe(true);
    for (const changed of [{ user: 'alicf' }, { instance: 'trackes' }, { publicKey: new Uint8Array(48).fill(2) }])
      expect(await valid(changed)).toBe(false);
    const moved = registrationPayload({ ...registration, user: 'alicet', instance: 'racker' });
    expect(toHex(registrationPayload(registration))).not.toBe(toHex(moved));
  });

  test('counts what it did, until that is reset', async () => {
    let time = 0;
    const elapsed = (): number => {
      time += 10;
      return time;
    };
    const manager = await managerOf({ elapsed });
    await manager.generateKeypair();
    await manager.generateAttestation(PAYLOAD);
    await manager.generateAttestation(PAYLOAD);
    expect(manager.getStatistics()).toEqual({
      keyGenerations: 1,
      attestationsGenerated: 2,
      totalKeyGenTimeMs: 10,
      totalAttestationTimeMs: 20,
      avgKeyGenTimeMs: 10,
      avgAttestationTimeMs: 10,
    });
    manager.resetStatistics();
    expect(manager.getStatistics()).toMatchObject({ keyGenerations: 0, attestationsGenerated: 0, avgKeyGenTimeMs: 0 });
  });
});

describe('a quote is refused', () => {
  test('that is more than five minutes old, or not made yet; clocks may differ by one', async () => {
    const td = createSoftwareTd(vendor, { pck });
    expect(await refused(td, { issuedAt: seconds - 360 })).toEqual([]);
    expect(await refused(td, { issuedAt: seconds - 361 })).toEqual(['fresh.age']);
    expect(await refused(td, { issuedAt: seconds + 61 })).toEqual(['fresh.age']);
  });

  test('of a TD under debug', async () => {
    const debugged = createSoftwareTd(vendor, { pck, report: { tdAttributes: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) } });
    expect(await refused(debugged)).toContain('tdx.debug');
  });

  test('whose RTMR is another: it is no warning', async () => {
    const td = createSoftwareTd(vendor, { pck });
    td.extend(3, new Uint8Array(48));
    expect(await refused(td)).toEqual(['identity.release']);
  });

  test('where nobody said what may run', async () => {
    const td = createSoftwareTd(vendor, { pck });
    const manager = await managerOf({ policy: {} });
    const { quote } = await manager.generateAttestation(PAYLOAD);
    expect(await refused(td, { policy: {} })).toEqual([]);
    expect(await manager.verifyAttestation({ quote }, PAYLOAD)).toMatchObject({
      isValid: false,
      verdict: { layers: { authentic: 'pass', identity: 'unchecked' } },
    });
  });

  test('that is no hexadecimal, or none of a quote', async () => {
    const manager = await managerOf();
    await expect((async () => manager.verifyAttestation({ quote: 'xyz' }, PAYLOAD))()).rejects.toMatchObject({
      code: 'malformed',
      details: { field: 'quote' },
    });
    const { isValid, verdict } = await manager.verifyAttestation({ quote: '030002000000' }, PAYLOAD);
    expect([isValid, verdict.tee, verdict.checks[0]?.id]).toEqual([false, null, 'evidence.recognised']);
  });

  test('an SGX quote of version 3 is as good as any', async () => {
    const enclave = createSoftwareEnclave(vendor, { pck });
    expect(toHex(await enclave.quote(new Uint8Array(64)))).toMatch(/^0300/);
    const policy: Policy = { identity: 'any' };
    expect(await refused(enclave, { policy, tee: 'sgx' })).toEqual([]);
  });
});
