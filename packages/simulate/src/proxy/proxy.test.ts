import { randomBytes } from 'node:crypto';
import { fromBase64, toHex } from '@assay/verify/codec';
import { beforeAll, describe, expect, test } from 'vitest';
import { issuePck } from '../intel/pck.ts';
import { createIntelVendor } from '../intel/vendor.ts';
import { createSoftwareTd, type SoftwareTd } from '../software/td.ts';
import { type AttestationProxyOptions, createAttestationProxy } from './proxy.ts';

let td: SoftwareTd;
beforeAll(async () => {
  const vendor = await createIntelVendor({ randomBytes, now: new Date('2026-11-01T12:00:00Z') });
  td = createSoftwareTd(vendor, { pck: await issuePck(vendor), report: { mrTd: new Uint8Array(48).fill(0xd7) } });
  td.extend(3, new Uint8Array(48).fill(1));
});

async function ask(target: string, body?: string, options: AttestationProxyOptions & { bearer?: string } = {}) {
  const headers = { ...(options.bearer !== undefined && { authorization: options.bearer }) };
  const init = body === undefined ? { headers } : { method: 'POST', body, headers };
  const answer = await createAttestationProxy(td, options)(new Request(`http://localhost${target}`, init));
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
}
const reportData = Buffer.alloc(64, 0xab);
const sound = JSON.stringify({ reportData: reportData.toString('base64') });
const carried = (body: Record<string, unknown> | undefined): string =>
  toHex(fromBase64(String(body?.quote)).subarray(568, 632));

describe('a quote', () => {
  test.each([
    ['by base64', '/quote', sound, 'ab'],
    ['by hex', `/quote?report_data=${'ab'.repeat(64)}`, undefined, 'ab'],
    ['without report data, of zeros', '/quote', undefined, '00'],
    ['without a member, of zeros', '/quote', '{}', '00'],
    ['without a body, of zeros', '/quote', '', '00'],
  ])('%s', async (_, target, body, byte) => {
    const answer = await ask(target, body);
    expect(answer.status).toBe(200);
    expect(carried(answer.body)).toBe(byte.repeat(64));
    expect(answer.body?.report_data).toBe(Buffer.from(byte.repeat(64), 'hex').toString('base64'));
  });

  test('has the measurements that are in it, each at its place', async () => {
    const { body } = await ask('/quote', sound);
    const quote = fromBase64(String(body?.quote));
    const at = (offset: number): string => toHex(quote.subarray(offset, offset + 48));
    expect(body?.measurements).toEqual({
      mrtd: at(184),
      rtmr0: at(376),
      rtmr1: at(424),
      rtmr2: at(472),
      rtmr3: at(520),
    });
    expect(at(184)).toBe('d7'.repeat(48));
    expect(at(520)).toBe(toHex(td.registers[3] ?? new Uint8Array()));
    expect(body?.quote_size).toBe(quote.length);
  });

  test.each([
    ['/quote', JSON.stringify({ reportData: Buffer.alloc(63).toString('base64') }), /expected 64 bytes, found 63/],
    ['/quote', JSON.stringify({ reportData: Buffer.alloc(65).toString('base64') }), /expected 64 bytes, found 65/],
    ['/quote', '{"reportData":"AAAA!"}', /reportData: /],
    ['/quote', '{"reportData":5}', /expected base64/],
    ['/quote', '{"reportdata":""}', /unknown member/],
    ['/quote', 'reportData', /not JSON/],
    ['/quote', '{"reportData":', /not JSON/],
    ['/quote?report_data=ab', undefined, /expected 64 bytes, found 1/],
    ['/quote?report_data=xy', undefined, /report_data/],
    ['/quote?reportData=', undefined, /unknown query/],
    [`/quote?report_data=${'ab'.repeat(64)}&report_data=00`, undefined, /unknown query/],
  ])('of %s %.60j is refused', async (target, body, error) => {
    expect(await ask(target, body)).toEqual({ status: 400, body: { error: expect.stringMatching(error) } });
  });

  test('is for those who show the token, when there is one', async () => {
    const refused = { status: 401, body: { error: 'a bearer token is needed' } };
    expect(await ask('/quote', sound, { token: 's3cret' })).toEqual(refused);
    expect(await ask('/quote', sound, { token: 's3cret', bearer: 'Bearer s3cre' })).toEqual(refused);
    expect((await ask('/quote', sound, { token: 's3cret', bearer: 'Bearer s3cret' })).status).toBe(200);
    expect((await ask('/status', undefined, { token: 's3cret' })).status).toBe(200);
  });
});

test('the status says what there is; without it there are no quotes', async () => {
  expect((await ask('/status')).body).toMatchObject({ available: true, simulated: true, device: '/dev/tdx_guest' });
  const gone = { available: false };
  expect((await ask('/status', undefined, gone)).body).toMatchObject({ available: false, device: null });
  const failed = { status: 503, body: { error: 'Failed to generate TDX quote' } };
  expect(await ask('/quote', sound, gone)).toEqual(failed);
  expect(await ask('/quote', sound, { fault: () => ({ kind: 'no-quote' }) })).toEqual(failed);
});

test('there is nothing else: no log, no health', async () => {
  for (const target of ['/', '/logs', '/health', '/attestation', '/quote/'])
    expect(await ask(target)).toEqual({ status: 404, body: undefined });
  expect(await ask('/status', '{}')).toEqual({ status: 404, body: undefined });
  expect((await ask('/quote', `{"reportData":"${'A'.repeat(5000)}"}`)).status).toBe(413);
});

test('only a TD is behind it', () => {
  const source = { tee: 'sgx' as const, quote: () => Promise.reject(new Error('not asked for')) };
  expect(() => createAttestationProxy(source)).toThrow('expected a TD, found sgx');
});
