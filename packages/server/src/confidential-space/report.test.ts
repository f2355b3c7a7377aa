import { createGoogleVendor, type GoogleVendor, mintToken, type TokenObject, type TokenOptions } from '@assay/simulate';
import { utf8 } from '@assay/verify/codec';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { seedReport } from './report.ts';

const now = new Date('2026-11-01T12:00:00Z');
const nonce = 'ab'.repeat(32);
let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
});
const version = '1.2.3';
const mint = async (options: Partial<TokenOptions> = {}): Promise<Uint8Array> =>
  utf8(await mintToken(vendor, { type: 'PKI', audience: 'https://service.example', ...options }));
const claims = (change: TokenObject) => mint({ claims: (all) => ({ ...all, ...change }) });

/** A token of any header and payload, signed by nobody. */
const unsigned = (payload: string, header = '{"alg":"RS256","kid":"k","typ":"JWT"}'): Uint8Array =>
  utf8(`${[header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.')}.AAAA`);

function refusal(token: Uint8Array): Problem {
  try {
    seedReport(token, { version, showEnv: true, publicToken: true });
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('who gets the token', () => {
  test('nobody who brought no nonce', async () => {
    const token = await mint({ nonces: [nonce] });
    const report = seedReport(token, { version });
    expect(report).not.toHaveProperty('raw_token');
    expect(JSON.stringify(report)).not.toContain(Buffer.from(token).toString().split('.')[2]);
  });

  test('everybody, where it is public; line ends after it are not part of it', async () => {
    const token = await mint();
    const report = seedReport(utf8(`${Buffer.from(token)}\n`), { version, publicToken: true });
    expect(report.raw_token).toBe(Buffer.from(token).toString());
    expect(report).not.toHaveProperty('nonce_info');
  });

  test('who brought the nonce that is in it', async () => {
    const token = await mint({ nonces: ['another nonce', nonce] });
    const report = seedReport(token, { version, callerNonce: nonce });
    expect(report.raw_token).toBe(Buffer.from(token).toString());
    expect(report.nonce_info).toEqual({ version, caller_nonce: nonce });
    expect(report.attestation.eat_nonce).toEqual(['another nonce', nonce]);
  });

  test('not who brought a nonce that is not in it', async () => {
    const report = seedReport(await mint({ nonces: [nonce] }), { version, callerNonce: 'cd'.repeat(32) });
    expect(report).not.toHaveProperty('raw_token');
    expect(report).not.toHaveProperty('nonce_info');
  });
});

test('the environment is shown only where that is asked for', async () => {
  const token = await claims({ submods: { container: { env: { API_KEY: 's3cret' } } } });
  const hidden = seedReport(token, { version });
  expect(hidden.attestation.container).not.toHaveProperty('env');
  expect(JSON.stringify(hidden)).not.toContain('s3cret');
  expect(seedReport(token, { version, showEnv: true }).attestation.container.env).toEqual({ API_KEY: 's3cret' });
});

test('claims that are missing are null', () => {
  expect(seedReport(unsigned('{}'), { version, showEnv: true }).attestation).toEqual({
    hardware: { hwmodel: null, secboot: null, dbgstat: null },
    software: { swname: null, swversion: null },
    container: { image_digest: null, image_reference: null, restart_policy: null, env: null },
    gce: { project_id: null, zone: null, instance_id: null },
    issuer: null,
    subject: null,
    issued_at: null,
    expires_at: null,
  });
});

test('a GPU is shown from either place, and not when nothing is said of it', async () => {
  const gpuOf = async (change: TokenObject) => seedReport(await claims(change), { version }).attestation.gpu;
  expect(await gpuOf({ nvidia_gpu: { cc_mode: 'ON' } })).toEqual({ cc_mode: 'ON' });
  expect(await gpuOf({ nvidia_gpu: {}, submods: { nvidia_gpu: { cc_mode: 'OFF' } } })).toEqual({ cc_mode: 'OFF' });
  expect(await gpuOf({ submods: { nvidia_gpu: {} } })).toBeUndefined();
});

test('every submodule of Confidential Space is shown by its name', async () => {
  const submods = { confidential_space: { support_attributes: ['STABLE'] }, confidential_space_x: { a: 1 }, other: {} };
  expect(seedReport(await claims({ submods }), { version }).attestation.confidential_space).toEqual({
    confidential_space: { support_attributes: ['STABLE'] },
    confidential_space_x: { a: 1 },
  });
});

test('the report says that it proves nothing: a token that nobody signed is shown all the same', () => {
  const { verification } = seedReport(unsigned('{"hwmodel":"GCP_AMD_SEV"}'), { version });
  expect(verification.status).toBe('self-asserted');
  expect(verification.note).toMatch(/did not verify .* verify the evidence/);
});

describe('refused as no token', () => {
  test.each([
    ['nothing', utf8(''), /cs\.token\.form/],
    ['a page', utf8('<html>'), /cs\.token\.form/],
    ['two parts', utf8('eyJh.eyJh'), /cs\.token\.form/],
    ['bytes that are no text', Uint8Array.of(255, 254, 253), /cs\.token\.form/],
    ['a payload that is an array', unsigned('[]'), /cs\.token\.form/],
    ['a payload with a member twice', unsigned('{"hwmodel":"a","hwmodel":"b"}'), /cs\.token\.form/],
    ['a payload nested deep', unsigned(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`), /cs\.token\.form/],
    ['two megabytes', utf8(`eyJ${'a'.repeat(2_000_000)}.e30.AAAA`), /cs\.token\.form.*exceed/],
  ])('%s', (_, token, found) => {
    const problem = refusal(token);
    expect(problem.code).toBe('unavailable');
    expect(problem.message).toMatch(found);
    expect(problem.message.length).toBeLessThan(500);
  });

  test.each([
    ['hwmodel', '{"hwmodel":1}'],
    ['secboot', '{"secboot":"true"}'],
    ['dbgstat', '{"dbgstat":["enabled"]}'],
    ['swname', '{"swname":{}}'],
    ['swversion', '{"swversion":[1]}'],
    ['iss', '{"iss":false}'],
    ['sub', '{"sub":7}'],
    ['iat', '{"iat":"now"}'],
    ['exp', '{"exp":1e300}'],
    ['submods', '{"submods":[]}'],
    ['submods.container', '{"submods":{"container":"c"}}'],
    ['submods.container.image_digest', '{"submods":{"container":{"image_digest":1}}}'],
    ['env', '{"submods":{"container":{"env":"A=B"}}}'],
    ['submods.gce.zone', '{"submods":{"gce":{"zone":[]}}}'],
    ['nvidia_gpu', '{"nvidia_gpu":[1]}'],
    ['eat_nonce', '{"eat_nonce":7}'],
  ])('a claim %s of another type, by its name', (name, payload) => {
    const problem = refusal(unsigned(payload));
    expect(problem.code).toBe('unavailable');
    expect(problem.message).toContain(`${name}: expected`);
  });
});

test('whatever the launcher answers is a report or the problem unavailable', () => {
  const names = ['sub', 'swversion', 'submods', 'eat_nonce', 'nvidia_gpu', '__proto__', 'constructor', 'exp'];
  const payloads = fc.dictionary(fc.constantFrom(...names), fc.jsonValue()).map((value) => JSON.stringify(value));
  const tokens = fc.oneof(
    fc.uint8Array(),
    fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
    fc.json().map((payload) => unsigned(payload)),
    payloads.map((payload) => unsigned(payload)),
  );
  fc.assert(
    fc.property(tokens, (token) => {
      try {
        const report = seedReport(token, { version, showEnv: true, publicToken: true });
        expect(report.status).toBe('running_in_confidential_space');
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        expect(error.code).toBe('unavailable');
      }
    }),
  );
});
