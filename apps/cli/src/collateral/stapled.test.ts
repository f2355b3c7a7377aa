import { parseEndpoint } from '@assay/server';
import { createIntelVendor, createPcsService, makeExhibit } from '@assay/simulate';
import { authenticate } from '@assay/verify';
import { fromPem } from '@assay/verify/codec';
import type { Envelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import { expect, test } from 'vitest';
import { type LocalService, localService, type Reply, replyOf } from '../../../../tools/local-service.ts';
import { createStapler, type StaplerOptions } from './stapled.ts';

const START = new Date('2026-02-01T12:00:00Z');
const MINUTE = 60_000;

/** A vendor's service, whose answers a test may replace, and what is stapled from it. */
async function scene(otherwise?: Reply) {
  const vendor = await createIntelVendor({ seed: 'stapled', now: START });
  const { evidence, pck, rootPem } = await makeExhibit(vendor, { quote: { body: 'td10' } });
  const pcs = replyOf(createPcsService(vendor, { kind: 'pccs', platforms: [{ pck }] }));
  const replies: { reply: Reply } = { reply: otherwise ?? pcs };
  const service: LocalService = await localService({}, (request, response) => {
    const { reply } = replies;
    if (typeof reply === 'function') reply(request, response);
    else response.writeHead(reply.status ?? 200).end(reply.body);
  });
  let time = START.getTime();
  const reports: string[] = [];
  const staple = (wait?: StaplerOptions['wait']) =>
    createStapler({
      service: parseEndpoint(service.origin, '--collateral-from'),
      clock: () => new Date(time),
      report: (message) => void reports.push(message),
      wait,
    });
  return {
    ...{ pcs, replies, service, reports, staple, rootPem },
    envelope: { tee: 'tdx', evidence } satisfies Envelope,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

test('evidence with what is stapled is authentic by itself; the service is asked once', async () => {
  await using play = await scene();
  const staple = play.staple();
  const [endorsements] = await Promise.all([staple(play.envelope), staple(play.envelope)]);
  const roots = fromPem(play.rootPem, 'CERTIFICATE');
  const stapled = { ...play.envelope, endorsements };
  const verdict = await authenticate(stapled, { tees: [tdx], now: START, roots, allowSimulated: true });
  expect(verdict.layers.authentic).toBe('pass');
  const asked = play.service.requests.length;
  expect(await staple(play.envelope)).toBe(endorsements);
  expect(play.service.requests).toHaveLength(asked);
});

test('it is renewed after an hour, in the background; a service that fails then takes nothing away', async () => {
  await using play = await scene();
  const staple = play.staple();
  const first = await staple(play.envelope);
  play.pass(60 * MINUTE);
  play.replies.reply = { status: 404 };
  expect(await staple(play.envelope)).toBe(first);
  await expect.poll(() => play.reports).toEqual([expect.stringContaining('the service does not have it')]);
  play.replies.reply = play.pcs;
  expect(await staple(play.envelope)).toBe(first);
  play.pass(MINUTE);
  await staple(play.envelope);
  await expect.poll(async () => (await staple(play.envelope)) === first).toBe(false);
});

test('a service that fails is asked again after a minute, not for each one who wants evidence', async () => {
  await using play = await scene({ status: 404 });
  const staple = play.staple();
  expect(await staple(play.envelope)).toBeUndefined();
  const asked = play.service.requests.length;
  expect(await staple(play.envelope)).toBeUndefined();
  expect(play.service.requests).toHaveLength(asked);
  play.replies.reply = play.pcs;
  play.pass(MINUTE);
  expect(await staple(play.envelope)).toBeDefined();
});

test('nobody waits for a service that hangs; what it gives late is there for the next one', async () => {
  const held: (() => void)[] = [];
  await using play = await scene();
  play.replies.reply = (request, response) => {
    held.push(() => {
      if (typeof play.pcs === 'function') play.pcs(request, response);
    });
  };
  const staple = play.staple(async () => undefined);
  expect(await staple(play.envelope)).toBeUndefined();
  await expect.poll(() => held).toHaveLength(1);
  play.replies.reply = play.pcs;
  held[0]?.();
  await expect.poll(() => staple(play.envelope)).toBeDefined();
});

test('for what no service vouches for nothing is asked, and that is told once, however often it comes', async () => {
  await using play = await scene();
  const staple = play.staple();
  const broken = { ...play.envelope, evidence: play.envelope.evidence.slice(0, 100) };
  for (let time = 0; time < 3; time += 1) expect(await staple(broken)).toBeUndefined();
  expect(play.service.requests).toEqual([]);
  expect(play.reports).toEqual([expect.stringMatching(/^endorsements: evidence goes without, .*malformed/)]);
});
