import * as sdk022 from '@phala/dstack-sdk-0.2.2';
import * as sdk055 from '@phala/dstack-sdk-0.5.5';
import * as sdk057 from '@phala/dstack-sdk-0.5.7';
import * as sdk058 from '@phala/dstack-sdk-0.5.8';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type RunningGuest, refusals, runGuest } from '../../../../tools/dstack-guest-in-tests.ts';

const APP_COMPOSE =
  '{"manifest_version":2,"name":"café","runner":"docker-compose","docker_compose_file":"services: {}"}';
const nonce = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let guest: RunningGuest;
beforeAll(async () => {
  guest = await runGuest({ appCompose: APP_COMPOSE });
});
afterAll(() => guest[Symbol.asyncDispose]());
beforeEach(() => {
  // The SDKs announce what is deprecated, and take an endpoint from the environment before the one they are given.
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  vi.spyOn(console, 'debug').mockReturnValue(undefined);
  vi.stubEnv('DSTACK_SIMULATOR_ENDPOINT', '');
  vi.stubEnv('TAPPD_SIMULATOR_ENDPOINT', '');
});

/** What the SDKs' quotes have in common. */
interface SdkQuote {
  readonly quote: string;
  readonly event_log: string;
  replayRtmrs(): readonly string[];
}
interface SdkClient {
  getQuote(reportData: string | Uint8Array): Promise<SdkQuote>;
}
interface TappdClient {
  tdxQuote(reportData: string | Uint8Array, algorithm?: sdk058.TdxQuoteHashAlgorithms): Promise<SdkQuote>;
}

const NEW: readonly (readonly [string, (endpoint: string) => SdkClient])[] = [
  ['0.5.5', (endpoint) => new sdk055.DstackClient(endpoint)],
  ['0.5.5 (TappdClient)', (endpoint) => new sdk055.TappdClient(endpoint)],
  ['0.5.7', (endpoint) => new sdk057.DstackClient(endpoint)],
  ['0.5.7 (TappdClient)', (endpoint) => new sdk057.TappdClient(endpoint)],
  ['0.5.8', (endpoint) => new sdk058.DstackClient(endpoint)],
  ['0.5.8 (TappdClient)', (endpoint) => new sdk058.TappdClient(endpoint)],
];
const OLD: readonly (readonly [string, (endpoint: string) => TappdClient])[] = [
  ['0.2.2', (endpoint) => new sdk022.TappdClient(endpoint)],
  ['0.5.5', (endpoint) => new sdk055.TappdClient(endpoint)],
  ['0.5.7', (endpoint) => new sdk057.TappdClient(endpoint)],
  ['0.5.8', (endpoint) => new sdk058.TappdClient(endpoint)],
];

/** The registers in a quote's TD report, where Intel's layout has them. */
const registersIn = (quote: string): readonly string[] =>
  [376, 424, 472, 520].map((offset) => quote.slice(2 * offset, 2 * (offset + 48)));
const replayed = (quote: SdkQuote): readonly string[] => Object.values(quote.replayRtmrs());

describe.each(['socket', 'tcp'] as const)('over %s', (transport) => {
  describe.each(NEW)('getQuote of SDK %s', (_, client) => {
    const ask = (reportData: string | Uint8Array) => client(guest[transport]).getQuote(reportData);
    const raw = { binding: { profile: 'raw' } } as const;

    test('is trusted by its app, its nonce and its report data', async () => {
      const reportData = new Uint8Array(64);
      reportData.set(nonce);
      const told = await ask(reportData);
      const verdict = await guest.judge(told, { policy: guest.policy(raw), nonce, subject: { reportData } });
      expect(refusals(verdict)).toEqual([]);
      expect(verdict).toMatchObject({ trusted: true, simulated: true, tee: 'tdx', waived: [] });
      expect(verdict.claims?.workload).toMatchObject({ appCompose: { name: 'café' }, appEvents: [] });
    });

    test('has a log whose replay by the SDK gives the registers of the quote', async () => {
      const told = await ask('hello');
      expect(replayed(told)).toEqual(registersIn(told.quote));
      expect(replayed(told)).toEqual(guest.agent.td.registers.map(hex));
    });

    test('of a text carries its UTF-8 bytes, of fewer than 64 bytes filled up on the right', async () => {
      for (const text of ['0x12', 'grüße']) {
        const told = await ask(text);
        expect(told.quote.slice(2 * 568, 2 * 632)).toBe(Buffer.from(text).toString('hex').padEnd(128, '0'));
      }
      await expect(ask('x'.repeat(65))).rejects.toThrow('Report data is too large');
    });

    test('is refused for another nonce, and for other report data', async () => {
      const told = await ask(nonce);
      const policy = guest.policy(raw);
      const other = nonce.toReversed();
      const stale = await guest.judge(told, { policy, nonce: other, subject: { reportData: nonce } });
      expect(stale).toMatchObject({ trusted: false, layers: { bound: 'pass', fresh: 'unchecked' } });
      const foreign = await guest.judge(told, { policy, nonce: other, subject: { reportData: other } });
      expect([refusals(foreign), foreign.trusted]).toEqual([['binding.subject'], false]);
    });

    test('is refused with another app-compose file, for another app, and without the simulated root', async () => {
      const told = await ask(nonce);
      const policy = guest.policy(raw);
      const asked = { policy, nonce, subject: { reportData: nonce } };
      expect(refusals(await guest.judge({ ...told, appCompose: '{}' }, asked))).toEqual(['event-log.compose-hash']);
      const other = {
        ...raw,
        releases: [{ name: 'other', measurements: { ...guest.measurements(), composeHash: '00'.repeat(32) } }],
      };
      expect(refusals(await guest.judge(told, { ...asked, policy: other }))).toEqual(['identity.release']);
      const genuine = await guest.judge(told, { ...asked, roots: [], allowSimulated: false });
      expect(genuine).toMatchObject({ trusted: false, layers: { authentic: 'fail' } });
    });
  });

  describe.each(OLD)('tdxQuote of SDK %s (Tappd)', (_, client) => {
    const ask: TappdClient['tdxQuote'] = (reportData, algorithm) =>
      client(guest[transport]).tdxQuote(reportData, algorithm);
    const reportDataIn = ({ quote }: SdkQuote) => quote.slice(2 * 568, 2 * 632);

    /** Published results for the content `hello` under the agent's own prefix. */
    test.each([
      ['sha256', '57d90585d4b2cce9b2818a7b2a01398d5d2d6a8cb7ca8b735acb8d3203cf8a77'],
      ['sha384', '1a316c913dd051238ab7414cd2fbbf48e4f16c8c6c00adb2a2f975d6ce01b43f844c6dc053262f3283ba928c7b883f60'],
      [
        'sha512',
        'e39fd3dbee991d65e65cc38c6e9d664324929816279a19b495bcd3f77a62d81949ba61282d8a732916d39bb9f6a6a16d11211c0d800b6ffc56ecf74419a7c835',
      ],
      ['sha3-256', '393205b584269b6c90c9c2ebea4f782ca50b4d13771568f83c868788dfadb821'],
      ['sha3-384', '74ae0b2a56d9367f1678987363eb63649d4d26a00a3adf440f6aac6fd15d95808aeb015c138fc8e842dcbd81aaa3fe5b'],
      [
        'sha3-512',
        'b0c3ee1f3a00e4d97dc29a8f69da29d724494ba2f3f46d8c987bccd96bd1af9e64c73bf81c0048fd51ae8d71391b6da0c9e2c62c748fda447e996f4c45c4516c',
      ],
      ['keccak256', '8ed51239a438104e85ca8d86fa87fbc67c21d00b124c0ff7eceee34309f5f362'],
      ['keccak384', '8c5fbcff05a0470bdfd593a9db68a1b165694bf1a07c7555e8d46750d802e4c524caf153b8874f4d1def46abc50859da'],
      [
        'keccak512',
        '2b7e3f26c05a7787eea41af69ebb04b8d7fa57748974530ee1a430c1b547bee3ec73472770c45b11e7420930d7daa295eb77cb5bf96b328a7513d62a99c5070e',
      ],
    ] as const)('has the published report data of %s', async (algorithm, published) => {
      expect(reportDataIn(await ask('hello', algorithm))).toBe(published.padEnd(128, '0'));
    });

    test('hashes with SHA-512 unless told, and is trusted as such', async () => {
      const told = await ask(nonce);
      const policy = guest.policy({ binding: { profile: 'tappd' } });
      const verdict = await guest.judge(told, { policy, nonce, subject: { payload: nonce } });
      expect([refusals(verdict), verdict.trusted]).toEqual([[], true]);
      const other = await guest.judge(told, { policy, nonce, subject: { payload: nonce.toReversed() } });
      expect(refusals(other)).toEqual(['binding.subject']);
    });

    test('replays to the registers of the quote', async () => {
      const told = await ask('hello', 'sha256');
      expect(replayed(told)).toEqual(registersIn(told.quote));
    });

    test('raw is taken as it is; the SDK fills it up on the left, where GetQuote does on the right', async () => {
      expect(reportDataIn(await ask(nonce, 'raw'))).toBe(hex(nonce).padStart(128, '0'));
      await expect(ask(new Uint8Array(65), 'raw')).rejects.toThrow('Report data is too large');
    });
  });
});
