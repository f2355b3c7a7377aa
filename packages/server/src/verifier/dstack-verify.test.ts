import type { Policy } from '@assay/verify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningGuest, runGuest } from '../../../../tools/dstack-guest-in-tests.ts';
import { suiteFolder } from '../../../../tools/stores-in-tests.ts';
import { ask, refusal, startVerifier } from '../../../../tools/verifier-in-tests.ts';

const clock = (): Date => new Date('2026-11-20T12:00:00Z');
const REPORT_DATA = 'ab'.repeat(64);

let guest: RunningGuest;
let quoted: { readonly quote: string; readonly event_log: string; readonly vm_config: string };
let attestation: string;
beforeAll(async () => {
  guest = await runGuest();
  const body = JSON.stringify({ report_data: REPORT_DATA });
  const asked = async (method: string): Promise<unknown> =>
    (
      await fetch(`${guest.tcp}/${method}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    ).json();
  // With an attestation the rest would be left aside.
  const { attestation: _, ...rest } = (await asked('GetQuote')) as typeof quoted & { readonly attestation?: string };
  quoted = rest;
  ({ attestation } = (await asked('Attest')) as { readonly attestation: string });
});
afterAll(() => guest[Symbol.asyncDispose]());

const path = suiteFolder();
let count = 0;
/** A verifier that trusts the guest's vendor; with a policy, also its image and app. */
async function start(policy?: Policy) {
  count += 1;
  const { roots, endorsements } = guest.trust;
  const service = await startVerifier(
    { file: path(`${count}.db`) },
    { clock, roots, allowSimulated: true, endorsementsFor: async () => endorsements, dstackPolicy: 'images' },
  );
  if (policy !== undefined) await ask(service.origin, 'PUT /v1/policies/images', policy, { as: 'ops' });
  return service;
}

const images = (): Policy => guest.policy({ binding: { profile: 'raw' } });
const askVerify = async (body: unknown, policy?: Policy) => {
  await using service = await start(policy);
  return await ask(service.origin, 'POST /verify', body, { as: null });
};

describe('POST /verify, as dstack-verifier has it', () => {
  test.each(['report_data', 'reportData'])('overlooks no %s that is no text', async (name) => {
    expect(refusal(await askVerify({ ...quoted, report_data: undefined, [name]: [REPORT_DATA] }))).toEqual([
      400,
      'bad_request',
      'report_data',
    ]);
  });

  test('finds quote, event log and image in order, and shows whose they are', async () => {
    const { status, json } = await askVerify(quoted, images());
    expect([status, json.is_valid, json.reason]).toEqual([200, true, null]);
    const measured = guest.measurements();
    const details = {
      quote_verified: true,
      event_log_verified: true,
      os_image_hash_verified: true,
      tee_variant: 'dstack-tdx',
      report_data: REPORT_DATA,
      tcb_status: 'UpToDate',
      advisory_ids: [],
      app_info: { app_id: measured.appId, compose_hash: measured.composeHash, mr_aggregated: measured.mrAggregated },
      boot_info: { appId: measured.appId, instanceId: measured.instanceId, tcbStatus: 'UpToDate' },
    };
    expect(json).toMatchObject({ details, verdict: { tee: 'tdx', simulated: true } });
  });

  test('reads a versioned attestation, and leaves the rest aside', async () => {
    const { json } = await askVerify({ attestation, quote: '00' }, images());
    expect([json.is_valid, json.reason]).toEqual([true, null]);
  });

  test('reads what /attestation of an app answers: base64, and names in camel case', async () => {
    const quote = Buffer.from(quoted.quote, 'hex').toString('base64');
    const { json } = await askVerify({ quote, eventLog: quoted.event_log, vmConfig: quoted.vm_config }, images());
    expect([json.is_valid, json.reason]).toEqual([true, null]);
  });

  test.each<[string, () => unknown, string, object]>([
    [
      'a quote that was changed',
      () => ({ ...quoted, quote: quoted.quote.replace(/^(.{1400})../, '$1ff') }),
      'Quote verification failed: ',
      { quote_verified: false },
    ],
    ['no event log', () => ({ quote: quoted.quote }), 'Event log verification failed: ', { event_log_verified: false }],
    [
      'an event log of another app',
      () => ({ ...quoted, event_log: quoted.event_log.replace(/"digest":"../g, '"digest":"00') }),
      'Event log verification failed: ',
      { quote_verified: true, event_log_verified: false, app_info: null },
    ],
    [
      'report data that the quote has not',
      () => ({ ...quoted, report_data: 'cd'.repeat(64) }),
      'Quote verification failed: report_data',
      { quote_verified: false, event_log_verified: true },
    ],
    ['nothing', () => ({}), 'Quote verification failed: ', { quote_verified: false, report_data: null }],
    ['a broken quote', () => ({ quote: 'zz' }), 'Quote verification failed: ', { quote_verified: false }],
    ['a broken attestation', () => ({ attestation: 'c1' }), 'Quote verification failed: ', { quote_verified: false }],
  ])('answers 200 and says what is wrong with %s', async (_, body, reason, details) => {
    const { status, json } = await askVerify(body(), images());
    expect([status, json.is_valid, json.reason]).toEqual([200, false, expect.stringContaining(reason)]);
    expect(json.details).toMatchObject(details);
  });

  test('knows no image without a policy', async () => {
    const { json } = await askVerify(quoted);
    const reason = expect.stringContaining('OS image hash verification failed: ');
    expect([json.is_valid, json.reason]).toEqual([false, reason]);
    expect(json.details).toMatchObject({
      quote_verified: true,
      event_log_verified: true,
      os_image_hash_verified: false,
    });
  });

  test('refuses an image that the policy does not list', async () => {
    const other = { releases: [{ name: 'other', measurements: { mrAggregated: '00'.repeat(32) } }] };
    const { json } = await askVerify(quoted, { ...images(), ...other });
    expect([json.is_valid, json.reason]).toEqual([false, expect.stringContaining('OS image hash verification failed')]);
  });

  test('refuses members that it does not know', async () => {
    expect(refusal(await askVerify({ quotes: quoted.quote }))).toEqual([400, 'bad_request', 'quotes']);
  });

  test('is healthy in the words of dstack-verifier', async () => {
    await using service = await start();
    const { json } = await ask(service.origin, 'GET /health', undefined, { as: null });
    expect(json).toEqual({ status: 'ok', service: 'dstack-verifier' });
  });
});
