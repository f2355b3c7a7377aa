import { createBatcher, type Detection } from '@assay/attest';
import { AssayError } from '@assay/verify';
import { describe, expect, test } from 'vitest';
import { handMadeAttester, until } from '../../../../tools/hand-made-attester.ts';
import { type AttesterAppOptions, createAttesterApp } from './app.ts';

const nonce = '0f'.repeat(32);
const clock = (): Date => new Date('2026-11-20T12:00:00Z');
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

function service(more: Partial<AttesterAppOptions> = {}, name?: Parameters<typeof handMadeAttester>[0]) {
  const { attester, asked } = handMadeAttester(name);
  const batcher = createBatcher(attester, { instance: 'ab'.repeat(32), clock });
  const app = createAttesterApp({ attester, batcher, name: 'oauth3', version: '0.1.0', clock, ...more });
  return { app, asked };
}

describe('GET /', () => {
  test.each([
    undefined,
    '',
    '*/*',
    'application/json',
    'application/*',
    'text/html;q=0, */*',
    'text/html, */*',
    'junk/;q=x, */*',
  ])('is JSON for a program that accepts %j', async (accept) => {
    const answer = await service().app.request('/', { headers: accept === undefined ? {} : { accept } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(answer.headers.get('vary')).toBe('accept');
    const page: unknown = await answer.json();
    expect(page).toMatchObject({ service: 'oauth3', version: '0.1.0', confidential_space_detected: false });
    expect(page).toHaveProperty(['endpoints', '/attestation']);
  });

  test.each([BROWSER, 'text/html', 'TEXT/HTML, application/json;q=0.9'])(
    'is a page for who accepts %j',
    async (accept) => {
      const answer = await service().app.request('/', { headers: { accept } });
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await answer.text()).toContain('<h1>oauth3 0.1.0</h1>');
    },
  );

  test('is refused to who accepts neither', async () => {
    const answer = await service().app.request('/', { headers: { accept: 'image/png, text/html;q=0' } });
    expect([answer.status, await answer.json()]).toEqual([
      406,
      expect.objectContaining({ code: 'not_acceptable', field: 'accept' }),
    ]);
  });

  test('shows a name as text, whatever is in it', async () => {
    const { app } = service({ name: '<script>alert(1)</script>' });
    const page = await (await app.request('/', { headers: { accept: BROWSER } })).text();
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
  });

  test('says whether this is Confidential Space', async () => {
    const read = async (available: boolean): Promise<unknown> => {
      const detection = async (): Promise<Detection> => ({ available, looked: [] });
      return (await service({ detection }, 'confidential-space').app.request('/')).json();
    };
    expect(await read(true)).toMatchObject({ confidential_space_detected: true });
    expect(await read(false)).toMatchObject({ confidential_space_detected: false });
  });
});

describe('GET /info', () => {
  test('has exactly the documented members, build_info null without one', async () => {
    const answer = await service().app.request('/info');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.text()).toBe('{"version":"0.1.0","name":"oauth3","build_info":null}');
  });

  test('has the build when it is known', async () => {
    const { app } = service({ buildInfo: 'git 0123abc' });
    expect(await (await app.request('/info')).text()).toBe(
      '{"version":"0.1.0","name":"oauth3","build_info":"git 0123abc"}',
    );
  });
});

test('GET /health answers while the platform is silent', async () => {
  const answer = await service({ detection: () => new Promise(() => {}) }).app.request('/health');
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
});

describe('outside of a TEE', () => {
  const detection = async (): Promise<Detection> => ({
    available: false,
    looked: ['/var/run/dstack.sock: no such file', '/dev/tdx_guest: no such file'],
  });
  const refusal = {
    type: 'urn:assay:problem:not_in_tee',
    status: 503,
    code: 'not_in_tee',
    detail: expect.stringContaining('/var/run/dstack.sock: no such file; /dev/tdx_guest: no such file'),
  };

  test('GET /ready says what was looked for', async () => {
    const answer = await service({ detection }).app.request('/ready');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining(refusal)]);
  });

  test.each(['/attestation', `/attestation?nonce=${nonce}`])('GET %s says it, too', async (target) => {
    const { app, asked } = service({ detection });
    const answer = app.request(target);
    await until(() => asked.length === 1);
    asked[0]?.fail(new AssayError('unavailable', 'no guest agent'));
    expect(await (await answer).json()).toMatchObject(refusal);
  });
});

test('GET /ready is 200 in a TEE, and many who ask cause one look', async () => {
  let looks = 0;
  const detection = async (): Promise<Detection> => {
    looks += 1;
    return { available: true, looked: [] };
  };
  const { app } = service({ detection });
  const answers = await Promise.all(Array.from({ length: 20 }, async () => app.request('/ready')));
  expect(answers.map(({ status }) => status)).toEqual(new Array(20).fill(200));
  expect(looks).toBe(1);
});

describe('a platform that fails', () => {
  test('in a TEE is `unavailable`, in its own words', async () => {
    const { app, asked } = service();
    const answer = app.request('/attestation');
    await until(() => asked.length === 1);
    asked[0]?.fail(new AssayError('unavailable', 'the guest agent is busy; ask again'));
    expect(await (await answer).json()).toMatchObject({
      status: 503,
      code: 'unavailable',
      detail: 'the guest agent is busy; ask again',
    });
  });

  test('in a way that nobody foresaw is `internal`, without a word of it', async () => {
    const { app, asked } = service();
    const answer = app.request('/attestation');
    await until(() => asked.length === 1);
    asked[0]?.fail(new TypeError('secret'));
    const text = await (await answer).text();
    expect(text).toContain('"code":"internal"');
    expect(text).not.toContain('secret');
  });
});

describe('methods', () => {
  const PATHS = ['/', '/info', '/health', '/ready', '/attestation'];

  test.each(PATHS)('OPTIONS %s says which', async (path) => {
    const answer = await service().app.request(path, { method: 'OPTIONS' });
    const allow = path === '/attestation' ? 'GET, HEAD, POST, OPTIONS' : 'GET, HEAD, OPTIONS';
    expect([answer.status, answer.headers.get('allow'), await answer.text()]).toEqual([204, allow, '']);
  });

  test.each(PATHS.flatMap((path) => ['PUT', 'DELETE', 'PATCH', 'PROPFIND'].map((method) => [method, path] as const)))(
    '%s %s is none of them',
    async (method, path) => {
      const { app, asked } = service();
      const answer = await app.request(path, { method });
      expect([answer.status, await answer.json()]).toEqual([
        405,
        expect.objectContaining({ code: 'method_not_allowed' }),
      ]);
      expect(answer.headers.get('allow')).toContain('GET');
      expect(asked).toEqual([]);
    },
  );

  test('POST is for /attestation alone', async () => {
    expect((await service().app.request('/info', { method: 'POST' })).status).toBe(405);
  });

  test.each(['/', '/info', '/health', '/ready'])('HEAD %s has the head of GET and no body', async (path) => {
    const { app } = service();
    const [head, get] = await Promise.all([app.request(path, { method: 'HEAD' }), app.request(path)]);
    expect([head.status, head.headers.get('content-type')]).toEqual([get.status, get.headers.get('content-type')]);
    expect(await head.text()).toBe('');
  });

  test('what is not there is a problem, too', async () => {
    const answer = await service().app.request('/nothing');
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })]);
  });
});

describe('where evidence is a token', () => {
  const seedAnswer = async (): Promise<Response> =>
    Response.json({ issuer: 'https://confidentialcomputing.googleapis.com' });
  const withSeed = () => service({ seedAnswer }, 'confidential-space');

  test.each(['/attestation', '/attestation?aud=https://me.example', '/attestation?audience=https://me.example'])(
    '%s is the platform’s own',
    async (target) => {
      const { app, asked } = withSeed();
      expect(await (await app.request(target)).json()).toHaveProperty('issuer');
      expect(asked).toEqual([]);
    },
  );

  test.each([
    ['profile', 'bad_request', '?profile=sha256-info'],
    ['Nonce', 'bad_request', `?Nonce=${nonce}`],
    ['aud', 'forbidden', `?nonce=${nonce}&audience=a`],
    ['aud', 'forbidden', `?nonce=${nonce}&aud=https://sts.googleapis.com`],
  ])('%j is refused as %s, and no token is asked for', async (field, code, query) => {
    const { app, asked } = withSeed();
    expect(await (await app.request(`/attestation${query}`)).json()).toMatchObject({ code, field });
    expect(asked).toEqual([]);
  });

  test('without an answer of its own a nonce is asked for', async () => {
    const { app, asked } = service({}, 'confidential-space');
    expect(await (await app.request('/attestation')).json()).toMatchObject({ code: 'bad_request', field: 'nonce' });
    expect(asked).toEqual([]);
  });
});
