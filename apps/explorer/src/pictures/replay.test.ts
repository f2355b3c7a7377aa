import { createGuestAgent, createIntelVendor } from '@assay/simulate';
import { toHex, utf8 } from '@assay/verify/codec';
import { expect, test } from 'vitest';
import { replaySteps } from './replay.ts';

test('each event leads its register on, to what the machine has at the end', async () => {
  const vendor = await createIntelVendor({ seed: 'replay', now: new Date('2026-03-01T12:00:00Z') });
  const agent = await createGuestAgent(vendor);
  const reply = await agent.handler(new Request('http://guest/GetQuote?report_data=00'));
  const { log, steps } = await replaySteps(utf8(await reply.text()));
  expect(steps).toHaveLength(log.events.length);
  const last = [0, 1, 2, 3].map(
    (register) => steps.findLast(({ event }) => event.register === `rtmr${register}`)?.value,
  );
  expect(last).toEqual(agent.td.registers.map(toHex));
});

test('an event that extends nothing has no value', async () => {
  const digest = '00'.repeat(48);
  const log = [{ imr: 0, event_type: 1, digest, event: '', event_payload: '' }];
  const { steps } = await replaySteps(utf8(JSON.stringify(log)));
  expect(steps[0]?.value).toMatch(/^[0-9a-f]{96}$/);
  await expect(replaySteps(utf8('[]'))).rejects.toThrow('0 entries');
});
