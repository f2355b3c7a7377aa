import { AssayError } from '@assay/verify';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Problem, problemOf } from '../problem/problem.ts';
import { audienceAmong, readAttestationRequest } from './request.ts';

const URL_OF = 'http://service.example/attestation';
const nonce = '0f'.repeat(32);
const anyone = audienceAmong(undefined);
const get = (query: string): Request => new Request(`${URL_OF}${query}`);
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, query = ''): Request =>
  new Request(`${URL_OF}${query}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

async function refusal(request: Request, audiences?: readonly string[]): Promise<Problem> {
  try {
    await readAttestationRequest(request, audienceAmong(audiences));
  } catch (error) {
    return problemOf(error);
  }
  throw new Error('expected a refusal');
}

describe('a challenge', () => {
  test('is a nonce, and an audience if there is one, by query or body', async () => {
    const aud = 'https://relying.example/?a=b&c=d';
    for (const request of [
      get(`?nonce=${nonce}&aud=${encodeURIComponent(aud)}`),
      get(`?nonce=${nonce}&audience=${encodeURIComponent(aud)}`),
      post(JSON.stringify({ nonce, aud })),
      post(JSON.stringify({ nonce, audience: aud })),
      post(JSON.stringify({ nonce, aud }), { 'content-type': 'Application/JSON; charset=UTF-8' }),
    ])
      expect(await readAttestationRequest(request, audienceAmong([aud]))).toEqual({ nonce, aud });
    expect(await readAttestationRequest(get(`?nonce=${nonce}`), anyone)).toEqual({ nonce, aud: null });
  });

  test.each([16, 64])('has a nonce of %d bytes', async (length) => {
    const given = 'ab'.repeat(length);
    expect(await readAttestationRequest(get(`?nonce=${given}`), anyone)).toMatchObject({ nonce: given });
  });
});

test('without a challenge there may be a profile, or nothing at all', async () => {
  expect(await readAttestationRequest(get('?profile=oauth3-info'), anyone)).toEqual({ profile: 'oauth3-info' });
  expect(await readAttestationRequest(post('{"profile":"sha256-info"}'), anyone)).toEqual({
    profile: 'sha256-info',
  });
  const bare = new Request(URL_OF, { method: 'POST' });
  for (const request of [get(''), post('{}'), bare])
    expect(await readAttestationRequest(request, anyone)).toEqual({ profile: undefined });
});

describe('refused, with the parameter at fault', () => {
  test.each([
    ['nonce', '?nonce='],
    ['nonce', '?nonce=0f'],
    ['nonce', `?nonce=${'0f'.repeat(15)}`],
    ['nonce', `?nonce=${'0f'.repeat(65)}`],
    ['nonce', `?nonce=${nonce}0`],
    ['nonce', `?nonce=${nonce.toUpperCase()}`],
    ['nonce', `?nonce=${nonce}%0a`],
    ['nonce', `?nonce=${nonce}&nonce=${nonce}`],
    ['aud', `?nonce=${nonce}&aud=`],
    ['aud', `?nonce=${nonce}&aud=${'x'.repeat(513)}`],
    ['aud', `?nonce=${nonce}&aud=a&aud=a`],
    ['aud', `?nonce=${nonce}&aud=a&audience=a`],
    ['aud', '?aud=a'],
    ['aud', '?audience=a'],
    ['profile', '?profile=raw'],
    ['profile', '?profile=assay/1'],
    ['profile', `?nonce=${nonce}&profile=sha256-info`],
    ['report_data', `?nonce=${nonce}&report_data=00`],
    ['Nonce', `?Nonce=${nonce}`],
    ['__proto__', '?__proto__=1'],
    ['', '?=1'],
    ['query', `?nonce=${nonce}&aud=%ff`],
    ['query', `?nonce=${nonce}&aud=%`],
  ])('%j in the query %s', async (field, query) => {
    expect(await refusal(get(query))).toMatchObject({ code: 'bad_request', field });
  });

  test.each([
    ['nonce', '{"nonce":"0f"}'],
    ['nonce', '{"nonce":null}'],
    ['nonce', `{"nonce":["${nonce}"]}`],
    ['aud', `{"nonce":"${nonce}","aud":1}`],
    ['aud', `{"nonce":"${nonce}","aud":"a","audience":"a"}`],
    ['aud', `{"nonce":"${nonce}","aud":"\\ud800"}`],
    ['reportData', `{"nonce":"${nonce}","reportData":"00"}`],
    ['keys', `{"nonce":"${nonce}","keys":[]}`],
    ['__proto__', '{"__proto__":"x"}'],
    ['body', `{"nonce":"${nonce}","nonce":"${nonce}"}`],
    ['body', `{"nonce":"${nonce}"`],
    ['body', '[]'],
    ['body', '"nonce"'],
    ['body', '\u{feff}{}'],
  ])('%j in the body %s', async (field, body) => {
    expect(await refusal(post(body))).toMatchObject({ code: 'bad_request', field });
  });

  test('a body that is not UTF-8', async () => {
    expect(await refusal(post(Uint8Array.of(0x7b, 0xff, 0x7d)))).toMatchObject({ code: 'bad_request', field: 'body' });
  });

  test('a query beside a body: a reader of the one must not overlook the other', async () => {
    expect(await refusal(post('{}', {}, `?nonce=${nonce}`))).toMatchObject({ code: 'bad_request', field: 'query' });
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/jsonx',
  ])('a body of the type %s', async (type) => {
    const problem = await refusal(post(`{"nonce":"${nonce}"}`, { 'content-type': type }));
    expect(problem).toMatchObject({ code: 'unsupported_media_type', field: 'content-type' });
  });

  test('a body that is packed', async () => {
    const problem = await refusal(post('{}', { 'content-encoding': 'gzip' }));
    expect(problem).toMatchObject({ code: 'unsupported_media_type', field: 'content-encoding' });
  });

  test('an audience that is not on the list', async () => {
    const foreign = get(`?nonce=${nonce}&aud=https://foreign.example`);
    expect(await refusal(foreign, ['https://me.example'])).toMatchObject({ code: 'forbidden', field: 'aud' });
    expect(await refusal(foreign, [])).toMatchObject({ code: 'forbidden', field: 'aud' });
  });
});

test('a body that is too long is refused when that is known, and no more of it is read', async () => {
  expect(await refusal(post(' '.repeat(8193)))).toMatchObject({ code: 'body_too_large', field: 'body' });
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(1024).fill(0x20));
    },
    cancel() {
      cancelled = true;
    },
  });
  const headers = { 'content-type': 'application/json' };
  const endless = new Request(URL_OF, { method: 'POST', body, headers, duplex: 'half' });
  expect(await refusal(endless)).toMatchObject({ code: 'body_too_large' });
  expect(cancelled).toBe(true);
  expect(pulled).toBeLessThan(16);
});

test('whatever comes is read or refused as the mistake of its sender', async () => {
  const value = fc.oneof(fc.string(), fc.constantFrom(nonce, 'sha256-info', 'me'));
  const name = fc.oneof(fc.string(), fc.constantFrom('nonce', 'aud', 'profile'));
  const requests = fc.oneof(
    fc.array(fc.tuple(name, value), { maxLength: 4 }).map((pairs) => get(`?${new URLSearchParams(pairs)}`)),
    fc.webQueryParameters().map((query) => get(`?${query}`)),
    fc.dictionary(name, fc.oneof(value, fc.jsonValue()), { maxKeys: 3 }).map((body) => post(JSON.stringify(body))),
    fc.string().map((body) => post(body)),
  );
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      try {
        const read = await readAttestationRequest(request, anyone);
        if ('nonce' in read) expect(read.nonce).toMatch(/^[0-9a-f]{32,128}$/);
      } catch (error) {
        if (error instanceof AssayError) expect(error.code).toBe('malformed');
        expect(['bad_request', 'unsupported_media_type', 'forbidden']).toContain(problemOf(error).code);
      }
    }),
  );
});
