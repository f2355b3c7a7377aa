import { beforeAll, expect, test } from 'vitest';
import { answerOf, errorBody, get, post } from '../../../../tools/rpc-in-tests.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createGuestAgent } from './agent.ts';
import type { GuestAgentFault } from './fault.ts';

let vendor: IntelVendor;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'dstack fault', now: new Date('2026-11-20T12:00:00Z') });
});

const failing = (fault: GuestAgentFault) =>
  createGuestAgent(vendor, { fault: ({ url }) => (url.endsWith('/GetQuote') ? fault : undefined) });

test('an answer in the agent’s place has the status and the body that were asked for', async () => {
  const agent = await failing({ kind: 'answer', status: 502, body: 'é{' });
  const response = await get(agent, '/GetQuote');
  expect([response.status, response.headers.get('content-length')]).toEqual([502, '3']);
  expect(await response.text()).toBe('é{');
  expect((await get(agent, '/Version')).status).toBe(200);
});

test('a delay ends with the agent’s own answer', async () => {
  const agent = await failing({ kind: 'delay', milliseconds: 1 });
  expect((await get(agent, '/GetQuote')).status).toBe(200);
});

test('a hanging agent lets go of a caller who gives up', async () => {
  const agent = await failing({ kind: 'hang' });
  const controller = new AbortController();
  const asked = agent.handler(new Request('http://localhost/GetQuote', { signal: controller.signal }));
  controller.abort();
  await expect(asked).rejects.toThrow('the caller gave up');
  await expect(
    agent.handler(new Request('http://localhost/GetQuote', { signal: AbortSignal.abort() })),
  ).rejects.toThrow();
});

test('a log that no verifier would read any more takes no further events', async () => {
  const agent = await createGuestAgent(vendor);
  const emit = (bytes: number) =>
    post(agent, '/EmitEvent', JSON.stringify({ event: 'big', payload: '00'.repeat(bytes) }));
  expect(await answerOf(emit(1_900_000))).toEqual([200, 'null']);
  const before = agent.td.registers.map((value) => [...value]);
  expect(await answerOf(emit(1_900_000))).toEqual([400, errorBody('event log is full')]);
  expect(agent.td.registers.map((value) => [...value])).toEqual(before);
  expect(await answerOf(emit(1))).toEqual([200, 'null']);
});
