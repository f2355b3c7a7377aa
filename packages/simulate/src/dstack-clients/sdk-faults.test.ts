import { createDstackAttester, createDstackClient, createDstackKeys } from '@assay/attest';
import * as sdk022 from '@phala/dstack-sdk-0.2.2';
import * as sdk055 from '@phala/dstack-sdk-0.5.5';
import * as sdk057 from '@phala/dstack-sdk-0.5.7';
import * as sdk058 from '@phala/dstack-sdk-0.5.8';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type RunningGuest, runGuest } from '../../../../tools/dstack-guest-in-tests.ts';
import type { GuestAgentFault } from '../dstack/fault.ts';

beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  vi.stubEnv('DSTACK_SIMULATOR_ENDPOINT', '');
});

const DSTACK = [sdk055, sdk057, sdk058];
const TAPPD = [sdk022, sdk055, sdk057, sdk058];

/** A guest whose agent answers everything but questions about its API in the same way. */
const faulty = (fault: GuestAgentFault): Promise<RunningGuest> =>
  runGuest({ fault: ({ url }) => (new URL(url).pathname.endsWith('/Version') ? undefined : fault) });
const refusing = () => faulty({ kind: 'answer', status: 400, body: '{\n  "error": "TDX is busy"\n}' });

describe('what the SDKs make of a refusal', () => {
  test('of a quote: its words', async () => {
    await using guest = await refusing();
    for (const endpoint of [guest.socket, guest.tcp]) {
      for (const sdk of DSTACK)
        await expect(new sdk.DstackClient(endpoint).getQuote('x')).rejects.toThrow('TDX is busy');
      for (const sdk of TAPPD) await expect(new sdk.TappdClient(endpoint).tdxQuote('x')).rejects.toThrow('TDX is busy');
      await expect(new sdk058.DstackClient(endpoint).attest('x')).rejects.toThrow('TDX is busy');
    }
  });

  test('of a key or a signature: an error that does not say what happened', async () => {
    await using guest = await refusing();
    for (const endpoint of [guest.socket, guest.tcp]) {
      for (const sdk of DSTACK) await expect(new sdk.DstackClient(endpoint).getKey('x')).rejects.toThrow(TypeError);
      await expect(new sdk058.DstackClient(endpoint).sign('ed25519', 'x')).rejects.toThrow(TypeError);
    }
  });

  test('of Info: an error about JSON; and the agent counts as reachable', async () => {
    await using guest = await refusing();
    for (const client of [...DSTACK.map((sdk) => new sdk.DstackClient(guest.tcp)), new sdk022.TappdClient(guest.tcp)]) {
      await expect(client.info()).rejects.toThrow(SyntaxError);
      expect(await client.isReachable()).toBe(true);
    }
  });

  test('of certificates, verification and events: success', async () => {
    await using guest = await refusing();
    for (const sdk of DSTACK) {
      const client = new sdk.DstackClient(guest.socket);
      expect(await client.getTlsKey()).toMatchObject({ error: 'TDX is busy' });
      expect(await client.emitEvent('x', 'y')).toBeUndefined();
    }
    expect(await new sdk058.DstackClient(guest.socket).verify('ed25519', 'a', 'b', 'c')).toMatchObject({
      error: 'TDX is busy',
    });
  });

  test('Assay refuses each with the agent’s words', async () => {
    await using guest = await refusing();
    const here = { endpoint: guest.socket };
    const refused = [
      () => createDstackAttester(here).evidence({ reportData: new Uint8Array(64) }),
      () => createDstackKeys(here).derive('x'),
      () => createDstackClient(here).info(),
      () => createDstackClient(here).emitEvent('x', new Uint8Array()),
    ];
    for (const asked of refused) {
      const error = expect(asked()).rejects;
      await error.toMatchObject({ code: 'unavailable' });
      await error.toThrow(
        /^dstack guest agent 0\.5\.11 .*: HTTP 400: TDX is busy; look at the log of the guest agent$/,
      );
    }
  });
});

test('an agent that hangs is not reachable for the SDKs, and not waited for by Assay', async () => {
  await using guest = await runGuest({ fault: () => ({ kind: 'hang' }) });
  const clients = [
    ...DSTACK.map((sdk) => new sdk.DstackClient(guest.socket)),
    ...TAPPD.map((sdk) => new sdk.TappdClient(guest.tcp)),
  ];
  const reachable = await Promise.all(clients.map((client) => client.isReachable()));
  expect(new Set(reachable)).toEqual(new Set([false]));
  const info = createDstackClient({ endpoint: guest.socket, timeoutMs: 50 }).info();
  await expect(info).rejects.toThrow('dstack guest agent: Info: no answer within 50 ms');
});

test('a socket that is not there is an error of each client, at once', () => {
  const path = '/nowhere/dstack.sock';
  for (const sdk of DSTACK) {
    expect(() => new sdk.DstackClient(path)).toThrow(`Unix socket file ${path} does not exist`);
    expect(() => new sdk.TappdClient(path)).toThrow(`Unix socket file ${path} does not exist`);
  }
});

test('a request that the SDK cuts short is refused as broken JSON: it counts characters where HTTP counts bytes', async () => {
  await using guest = await runGuest();
  const rpc = (path: string, body: string) => sdk022.send_rpc_request(guest.socket, path, body);
  for (const path of ['/GetKey', '/v1/GetKey', '/prpc/Tappd.DeriveK256Key']) {
    expect(await rpc(path, '{"path":"é"}')).toEqual({ error: 'request: not JSON' });
  }
  for (const sdk of DSTACK) {
    const client = new sdk.DstackClient(guest.socket);
    expect(await client.getTlsKey({ subject: 'é' })).toMatchObject({ error: 'request: not JSON' });
    await expect(client.getKey('é')).rejects.toThrow(TypeError);
  }
});
