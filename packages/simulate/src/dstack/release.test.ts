import { beforeAll, describe, expect, test } from 'vitest';
import { answerOf, ask, errorBody, get, post } from '../../../../tools/rpc-in-tests.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createGuestAgent, type GuestAgent, type GuestAgentOptions } from './agent.ts';

const now = new Date('2026-11-20T12:00:00Z');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
let vendor: IntelVendor;
let modern: GuestAgent;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'dstack agent', now });
  modern = await start({ version: '0.6.0' });
});

const start = (options: GuestAgentOptions = {}): Promise<GuestAgent> => createGuestAgent(vendor, options);

describe('what only one release does', () => {
  test.each([
    ['0.4.2', ['GetTlsKey', 'GetKey', 'GetQuote', 'Info']],
    ['0.5.0', ['GetTlsKey', 'GetKey', 'GetQuote', 'EmitEvent', 'Info']],
    ['0.5.6', ['GetTlsKey', 'GetKey', 'GetQuote', 'Attest', 'EmitEvent', 'Info', 'Sign', 'Verify']],
    ['0.5.7', ['GetTlsKey', 'GetKey', 'GetQuote', 'Attest', 'EmitEvent', 'Info', 'Sign', 'Verify', 'Version']],
    ['0.6.0', ['GetTlsKey', 'GetKey', 'GetQuote', 'Attest', 'EmitEvent', 'Info', 'Sign', 'Verify', 'Version']],
  ])('%s has the methods %j', async (version, methods) => {
    const one = await start({ version });
    const all = [
      'GetTlsKey',
      'GetKey',
      'GetQuote',
      'Attest',
      'EmitEvent',
      'GpuInfo',
      'Info',
      'Sign',
      'Verify',
      'Version',
    ];
    const found = await Promise.all(all.map(async (name) => (await answerOf(get(one, `/${name}`)))[1]));
    expect(all.filter((_name, index) => !found[index]?.includes('Service not found'))).toEqual(methods);
  });

  test('0.6.0 emits no events of apps', async () => {
    const before = modern.td.registers.map(hex);
    expect(await answerOf(post(modern, '/EmitEvent', '{"event":"a","payload":"00"}'))).toEqual([
      400,
      errorBody(
        'EmitEvent was removed in dstack 0.6.0; runtime RTMR3 events are system-owned and cannot be extended by apps',
      ),
    ]);
    expect(modern.td.registers.map(hex)).toEqual(before);
  });

  test.each(['0.4.1', '0.7.0', '1.0.0', 'latest', '0.5', '', 'v0.5.11', '0.5.11-dev'])(
    'there is no release "%s"',
    async (version) => {
      await expect(start({ version })).rejects.toThrow(/^dstack version: expected 0\.4\.2 to 0\.6\.x/);
    },
  );

  test('Version says which it is', async () => {
    for (const path of ['/Version', '/prpc/Tappd.Version', '/prpc/Worker.Version', '/v1/Version', '/prpc/v1/Version']) {
      expect(await ask(modern, path)).toEqual({ version: '0.6.0', rev: expect.stringMatching(/^git:/) });
    }
  });
});

describe('GPUs', () => {
  test('are not there, which is no fault of the request', async () => {
    const nonce = (bytes: number) => JSON.stringify({ nonce: '00'.repeat(bytes) });
    expect(await answerOf(post(modern, '/v1/AttestGpu', nonce(32)))).toEqual([
      501,
      errorBody('GPU attestation failed: GPU attestation is not available in this image'),
    ]);
    expect(await answerOf(post(modern, '/v1/AttestGpu', nonce(31)))).toEqual([
      400,
      errorBody('GPU attestation failed: nonce must be exactly 32 bytes, got 31'),
    ]);
  });
});
