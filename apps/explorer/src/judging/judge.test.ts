import { AssayError } from '@assay/verify';
import { describe, expect, test } from 'vitest';
import type { Given } from '../evidence/gather.ts';
import { curlOf } from './ask-server.ts';
import { judge, parseInstant } from './judge.ts';
import { type Settings, STRICT } from './settings.ts';

const now = new Date('2026-03-01T12:00:00Z');
const given: Given = {
  name: 'token',
  bytes: new Uint8Array(),
  evidence: { evidence: new TextEncoder().encode('eyJ.e30.') },
};
const judged = (more: Partial<Settings>, evidence: Given = given) => judge(evidence, {}, { ...STRICT, ...more }, now);

describe('settings', () => {
  test.each([
    ['at', 'yesterday', 'instant'],
    ['nonce', 'xy', 'nonce'],
    ['reportData', 'abc', 'report data'],
    ['policy', '{"relases":[]}', 'policy.relases'],
    ['policy', 'identity: any', 'policy'],
  ])('%s %j is a mistake of the field %s', async (name, value, field) => {
    const error: unknown = await judged({ [name]: value }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AssayError);
    expect(error).toMatchObject({ code: 'usage', details: { field } });
  });

  test('without a root nothing simulated is allowed, whatever the box says', async () => {
    expect((await judged({ allowSimulated: true })).options.allowSimulated).toBeUndefined();
  });

  test('the present has a tolerance, a chosen instant has none', async () => {
    expect(await judged({})).toMatchObject({ at: now, chosen: false, options: { clockSkewSeconds: 60 } });
    expect(await judged({ at: '2025-01-01' })).toMatchObject({
      at: new Date('2025-01-01T00:00:00Z'),
      chosen: true,
      options: { clockSkewSeconds: 0 },
    });
  });

  test('report data are compared as they stand, unless the policy names a profile', async () => {
    expect((await judged({ reportData: '0xAB CD' })).options).toMatchObject({
      policy: { binding: { profile: 'raw' } },
      subject: { reportData: Uint8Array.of(0xab, 0xcd) },
    });
  });
});

test('evidence in a broken wrapping is refused by a verdict', async () => {
  const { verdict } = await judged({}, { name: 'x', bytes: new Uint8Array(), malformed: 'envelope: not JSON' });
  expect(verdict).toMatchObject({ outcome: 'contraindicated', checks: [{ id: 'evidence.form' }] });
});

test.each([
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31T12:00', '2026-01-31T12:00:00.000Z'],
  [' 2026-01-31T12:00:05+02:00 ', '2026-01-31T10:00:05.000Z'],
])('the instant %j is %s', (written, instant) => {
  expect(parseInstant(written).toISOString()).toBe(instant);
});

describe('an answer of a server', () => {
  const ours = { profile: 'assay/1-batch', type: 'attestation', claims: { infoSha256: 'ab' } };
  const policyOf = async (policy: string, infoSha256: string | undefined = 'ab') =>
    (await judged({ policy }, { ...given, answered: { infoSha256 } })).options.policy;

  test.each([
    ['has to speak of what was received where the reader wrote nothing', '', { binding: ours }],
    ['is held to what else the reader wrote', '{"identity":"any"}', { identity: 'any', binding: ours }],
    ['is not asked more than the reader wrote', '{"binding":"any"}', { binding: 'any' }],
  ])('%s', async (_name, written, policy) => {
    expect(await policyOf(written)).toEqual(policy);
  });

  test('is held to the reader’s own claims, whatever the server says of itself', async () => {
    const binding = { ...ours, claims: { infoSha256: 'cd', name: 'shop' } };
    expect(await policyOf(JSON.stringify({ binding }))).toEqual({ binding });
  });

  test('without /info names no claim, so that its layer stays unchecked', async () => {
    expect((await judged({}, { ...given, answered: { infoSha256: undefined } })).options.policy).toEqual({
      binding: { profile: 'assay/1-batch', type: 'attestation' },
    });
  });
});

test.each([
  ['https://shop.example/a?b', 'https://shop.example/attestation?nonce=00'],
  ['shop.example:8443', 'https://shop.example:8443/attestation?nonce=00'],
  ['localhost:8080', 'http://localhost:8080/attestation?nonce=00'],
])('the command for a server at %j', (address, url) => {
  expect(curlOf(address, '00')).toBe(`curl -fsS '${url}' -o evidence.json`);
});

test('an address cannot break out of the command', () => {
  expect(curlOf("https://a';reboot;'.example", '00')).toBe(
    "curl -fsS 'https://a'\\'';reboot;'\\''.example/attestation?nonce=00' -o evidence.json",
  );
  expect(curlOf("http://x'; rm -rf ~", '00')).toBeUndefined();
});
