import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGuestAgent, createIntelVendor } from '@assay/simulate';
import { type Listener, listen } from '@assay/simulate/node';
import { DstackClient, TappdClient } from '@phala/dstack-sdk-0.5.8';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBroker } from './broker.ts';

let folder: string;
let agent: Listener;
let broker: Listener;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-'));
  const vendor = await createIntelVendor({ seed: 'broker', now: new Date('2026-11-20T12:00:00Z') });
  const { handler } = await createGuestAgent(vendor, {});
  agent = await listen(handler, { socket: join(folder, 'dstack.sock') });
  broker = await listen(createBroker({ upstream: agent.address }), { socket: join(folder, 'broker.sock') });
});
afterAll(async () => {
  await broker.close();
  await agent.close();
  await rm(folder, { recursive: true });
});

test("the SDK's clients have quotes and information through a broker", async () => {
  const client = new DstackClient(broker.address);
  expect(await client.isReachable()).toBe(true);
  const { quote } = await client.getQuote('hello');
  expect(Buffer.from(quote, 'hex').subarray(568, 632).toString()).toBe('hello'.padEnd(64, '\0'));
  expect((await client.info()).app_id).toMatch(/^[0-9a-f]{40}$/);
  expect(await client.attest('hello')).toMatchObject({ attestation: expect.stringMatching(/^[0-9a-f]+$/) });
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  expect((await new TappdClient(broker.address).tdxQuote('hello')).quote).toMatch(/^[0-9a-f]+$/);
});

test('and have no key, no certificate, no signature, no event', async () => {
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  const through = new DstackClient(broker.address);
  const direct = new DstackClient(agent.address);
  expect((await direct.getKey('path')).key).toHaveLength(32);
  // The SDK takes every answer for a key, and fails at ours.
  await expect(through.getKey('path')).rejects.toThrow(TypeError);
  await expect(through.sign('ed25519', 'data')).rejects.toThrow();
  // This method hands out whatever the agent answers.
  expect(await through.getTlsKey()).toMatchObject({ error: expect.stringContaining('GetTlsKey is not allowed') });
  const { rtmr3 } = (await direct.info()).tcb_info;
  // This one tells nobody that it was refused.
  await through.emitEvent('event', 'payload');
  expect((await direct.info()).tcb_info.rtmr3).toBe(rtmr3);
});

test('a refusal of our own comes where the SDK shows those of the agent', async () => {
  const handler = createBroker({ upstream: agent.address, allow: ['Info'] });
  await using strict = await listen(handler, { socket: join(folder, 'strict.sock') });
  await expect(new DstackClient(strict.address).getQuote('hello')).rejects.toThrow(
    'GetQuote is not allowed by this broker; allowed: Info',
  );
});
