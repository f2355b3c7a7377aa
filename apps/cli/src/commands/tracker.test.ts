import { blsKey } from '@assay/tracker';
import { fromBase64, toBase64, utf8 } from '@assay/verify/codec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingCommand } from '../../../../tools/shell.ts';
import { INSTANCE, startTrackerInProcess, type TrackerInProcess } from '../../../../tools/tracker-in-process.ts';

// The commands of the document of the tracker, in their order; http://localhost:8000 is $AT here.

const missing = missingCommand('bash', 'curl');
const MESSAGE = `register||alice||${INSTANCE}`;

interface Quoted {
  readonly quote: string;
  readonly payload: string;
  readonly quote_size_bytes: number;
}
interface Keys {
  readonly private_key: string;
  readonly public_key: string;
  readonly salt: string;
}

describe.skipIf(missing)(`seed 001${missing ? `: ${missing}` : ''}`, () => {
  let tracker: TrackerInProcess;
  let keys: Keys;
  let general: Quoted;
  let attestation: Quoted;
  const curl: TrackerInProcess['curl'] = (command) => tracker.curl(command);
  const posted: TrackerInProcess['posted'] = (path, body) => tracker.posted(path, body);

  beforeAll(async () => {
    tracker = await startTrackerInProcess();
  }, 60_000);
  afterAll(() => tracker[Symbol.asyncDispose]());

  test('POST /keygen-tee: the documented members, and the salt that gives the same key again', async () => {
    const first = await curl<Keys>('-X POST $AT/keygen-tee');
    expect(first).toMatchObject({
      success: true,
      key_type: 'BLS12-381 (TEE-derived)',
      tee_derived: true,
      simulated: true,
      derivation_time_ms: expect.any(Number),
    });
    expect([fromBase64(first.private_key).length, fromBase64(first.public_key).length]).toEqual([32, 48]);
    const again = await posted<Keys>('/keygen-tee', { salt: first.salt });
    const other = await posted<Keys>('/keygen-tee', { salt: `${first.salt}.` });
    const another = await posted<Keys>('/keygen-tee', { salt: first.salt, user_id: 'alice' });
    expect(again.private_key).toBe(first.private_key);
    expect(new Set([first, other, another].map((one) => one.private_key)).size).toBe(3);
  });

  test('POST /generate-attestation: the documented members, the size in bytes', async () => {
    general = await posted<Quoted>('/generate-attestation', { payload: 'user_registration_data' });
    expect(general).toMatchObject({
      success: true,
      quote: expect.stringMatching(/^040002008100/),
      generation_time_ms: expect.any(Number),
      payload: 'user_registration_data',
      quote_size_bytes: general.quote.length / 2,
      simulated: true,
    });
  });

  test('POST /verify-attestation: valid for what was quoted, as often as one asks, and for nothing else', async () => {
    const ask = (expected_payload: string) => posted('/verify-attestation', { quote: general.quote, expected_payload });
    for (let time = 0; time < 2; time += 1)
      expect(await ask('user_registration_data')).toMatchObject({
        success: true,
        is_valid: true,
        verification_time_ms: expect.any(Number),
        tcb_status: 'UpToDate',
        verdict: { schema: 'assay.verdict/1', trusted: true, simulated: true },
      });
    expect(await ask('user_registration_datb')).toMatchObject({
      success: true,
      is_valid: false,
      verdict: { layers: { authentic: 'pass', bound: 'fail' } },
    });
  });

  test('GET /tee/status: the documented members, and what was done so far', async () => {
    const status = await curl('$AT/tee/status');
    expect(status).toEqual({
      tee_available: true,
      tee_mode: 'enabled',
      attester: 'dstack',
      simulated: true,
      statistics: {
        key_generations: 4,
        attestations_generated: 1,
        total_key_gen_time_ms: expect.any(Number),
        total_attestation_time_ms: expect.any(Number),
        avg_key_gen_time_ms: expect.any(Number),
        avg_attestation_time_ms: expect.any(Number),
      },
    });
  });

  test('POST /config: takes effect at once, and shows in the digest that attestations name', async () => {
    const before = await curl<{ configuration_sha256: string }>('$AT/config');
    for (const [mode, works] of [
      ['disabled', false],
      ['enabled', true],
    ] as const) {
      expect(await posted('/config', { tee_mode: mode })).toMatchObject({ success: true, tee_mode: mode });
      expect(await curl('$AT/tee/status')).toMatchObject({ tee_mode: mode });
      const quoted = await posted('/generate-attestation', { payload: 'x' });
      expect('quote' in quoted).toBe(works);
      const after = await curl<{ configuration_sha256: string }>('$AT/config');
      expect(after.configuration_sha256 === before.configuration_sha256).toBe(works);
    }
  });

  test('registration 1: a key of the TEE', async () => {
    keys = await posted<Keys>('/keygen-tee', { user_id: 'alice', salt: 'registration' });
    expect(keys).toMatchObject({ success: true, tee_derived: true, salt: 'registration' });
  });

  test('registration 2: the document’s line answers, though nobody can register with it; with the key it is bound', async () => {
    general = await posted<Quoted>('/generate-attestation', { payload: MESSAGE });
    expect(general).toMatchObject({ success: true, payload: MESSAGE, warning: expect.stringContaining('public_key') });
    attestation = await posted<Quoted>('/generate-attestation', { payload: MESSAGE, public_key: keys.public_key });
    expect(attestation).toMatchObject({ success: true, payload: MESSAGE });
  });

  const registration = (quote: string | undefined, message = MESSAGE): object => ({
    user_id: 'alice',
    public_key: keys.public_key,
    signature: toBase64(blsKey(fromBase64(keys.private_key)).sign(utf8(message))),
    ...(quote !== undefined && { attestation: quote }),
  });

  test('registration 3 and 4: the signature is the proof of possession, the attestation is of this key', async () => {
    expect(await posted('/register', { ...registration(attestation.quote), signature: undefined })).toMatchObject({
      status: 401,
      code: 'signature_refused',
      field: 'signature',
    });
    const reversed = registration(attestation.quote, `register${INSTANCE}alice`);
    expect(await posted('/register', reversed)).toMatchObject({ code: 'signature_refused', field: 'signature' });
    expect(await posted('/register', registration(general.quote))).toMatchObject({
      status: 403,
      code: 'attestation_refused',
      field: 'public_key',
    });
    const registered = await posted<{ announce: string }>('/register', registration(attestation.quote));
    expect(registered).toMatchObject({
      success: true,
      instance_id: INSTANCE,
      message: 'alice is registered',
      attested: true,
      announce: expect.stringMatching(/^\/announce\/[0-9a-f]{40}$/),
    });
    const again = await posted('/register', registration(attestation.quote));
    expect(again).toMatchObject({ status: 409, code: 'already_registered', field: 'user_id' });
  });

  test('POST /verify-attestation with pccs_url: from the list, or not at all', async () => {
    const quoted = await posted<Quoted>('/generate-attestation', { payload: 'user_id:alice' });
    const ask = (pccs_url: string) =>
      posted('/verify-attestation', { quote: quoted.quote, expected_payload: 'user_id:alice', pccs_url });
    expect(await ask(tracker.pcs)).toMatchObject({ success: true, is_valid: true });
    expect(await ask('https://my-pccs.example.com')).toMatchObject({
      status: 403,
      code: 'forbidden',
      field: 'pccs_url',
    });
  });

  test('the other calls: /keygen, /attest, /verify-receipt, /report, /user, /stats, /health, /config', async () => {
    const [sender, receiver] = [await curl<Keys>('-X POST $AT/keygen'), await curl<Keys>('-X POST $AT/keygen')];
    expect(sender).toMatchObject({ success: true, key_type: 'BLS12-381', private_key_size: 32, public_key_size: 48 });
    const piece = {
      sender_public_key: sender.public_key,
      piece_hash: 'ab'.repeat(32),
      piece_index: 7,
      infohash: 'cd'.repeat(20),
    };
    const signed = await posted<{ receipt: string; timestamp: number }>('/attest', {
      receiver_private_key: receiver.private_key,
      ...piece,
    });
    const { receipt, timestamp } = signed;
    const whole = { receiver_public_key: receiver.public_key, ...piece, timestamp, receipt };
    expect(await posted('/verify-receipt', whole)).toMatchObject({ success: true, valid: true });
    expect(await posted('/verify-receipt', { ...whole, piece_index: 8 })).toMatchObject({
      success: true,
      valid: false,
    });
    const { receipt: signature, ...others } = whole;
    const reported = await posted('/report', {
      user_id: 'alice',
      uploaded_delta: 7e12,
      receipts: [{ ...others, signature, piece_size: 1e15 }],
    });
    expect(reported).toMatchObject({
      success: true,
      total_uploaded: 0,
      total_downloaded: 0,
      ratio: null,
      verified_receipts: 0,
      warning: expect.stringContaining('uploaded_delta'),
      promise: null,
    });
    expect(await curl('$AT/user/alice')).toMatchObject({
      user_id: 'alice',
      public_key: keys.public_key,
      total_uploaded: 0,
      total_downloaded: 0,
      ratio: null,
      registered_at: expect.any(Number),
    });
    expect(await curl('$AT/stats')).toMatchObject({ instance_id: INSTANCE, total_users: 1, min_ratio: 0.5 });
    expect(await curl('$AT/health')).toEqual({
      status: 'healthy',
      instance_id: INSTANCE,
      signature_verification: true,
    });
    expect(await curl('$AT/config')).toMatchObject({ verify_signatures: true, tee_mode: 'enabled', min_ratio: 0.5 });
  });

  test('the log has no key and no passkey; metrics are not on the public port', async () => {
    const { passkey = 'none' } = await curl<{ passkey?: string }>('$AT/user/alice');
    expect(passkey).toBe('none');
    for (const secret of [keys.private_key, keys.salt, attestation.quote])
      expect(tracker.service.log()).not.toContain(secret);
    expect(await curl('$AT/metrics')).toMatchObject({ status: 404, code: 'not_found' });
    const metrics = await (await fetch(tracker.service.at('metrics'))).text();
    expect(metrics).toMatch(/^assay_tracker_users 1$/m);
  });
});
