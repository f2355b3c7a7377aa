import { createHash } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { parseJsonObject, utf8 } from '@assay/verify/codec';
import type { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { handMadeAttester, until } from '../../../../tools/hand-made-attester.ts';
import { createEvidencesApp, type EvidencesAppOptions } from './app.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const ACCOUNT = '{"uri":"https://acme.example/acct/1"}';
const start = new Date('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function service(more: Partial<EvidencesAppOptions> = {}, name?: Parameters<typeof handMadeAttester>[0]) {
  const { attester, asked } = handMadeAttester(name);
  const given = { now: start, certificate: CERTIFICATE };
  const app = createEvidencesApp({
    attester,
    certificate: () => given.certificate,
    clock: () => given.now,
    domain: 'app.example',
    ...more,
  });
  return { app, attester, asked, given };
}

const get = async (app: Hono, name: string, init?: RequestInit) => app.request(`/evidences/${name}`, init);
const text = async (app: Hono, name: string): Promise<string> => (await get(app, name)).text();

/** Answers the request for evidence that a file causes. */
async function quoted({ app, asked }: ReturnType<typeof service>): Promise<Response> {
  const count = asked.length;
  const answer = get(app, 'quote.json');
  await until(() => asked.length > count);
  asked.at(-1)?.answer({ tee: 'tdx', evidence: Uint8Array.of(4, 0, count), eventLog: utf8('[]') });
  return answer;
}

describe('the index', () => {
  test('lists the files that there are', async () => {
    const answer = await get(service().app, '');
    expect([answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      'application/json',
      'no-cache',
    ]);
    expect(await answer.json()).toEqual({ files: ['quote.json', 'cert-app.example.pem', 'sha256sum.txt'] });
    const { app } = service({ account: ACCOUNT });
    expect(await (await get(app, '')).json()).toMatchObject({
      files: ['quote.json', 'acme-account.json', 'cert-app.example.pem', 'sha256sum.txt'],
    });
  });

  test('is a page with links for a browser', async () => {
    const { app } = service({ domain: '*.app.example' });
    const answer = await get(app, '', { headers: { accept: 'text/html' } });
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await answer.text();
    expect(page).toContain('<a href="./cert-*.app.example.pem">cert-*.app.example.pem</a>');
    const links = [...page.matchAll(/href="\.\/([^"]+)"/g)].map(([, name]) => name);
    expect(links).toEqual(['quote.json', 'cert-*.app.example.pem', 'sha256sum.txt']);
    expect((await get(app, 'cert-*.app.example.pem')).status).toBe(200);
  });

  test('is where its name without a slash leads', async () => {
    const answer = await service().app.request('/evidences');
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/evidences/']);
  });
});

describe('the files', () => {
  test('are the certificate as it is served, the account, and their sums as `sha256sum` prints them', async () => {
    const { app, asked } = service({ account: ACCOUNT });
    expect(await text(app, 'cert-app.example.pem')).toBe(CERTIFICATE);
    expect(await text(app, 'acme-account.json')).toBe(ACCOUNT);
    const sums = `${sha256(ACCOUNT)}  acme-account.json\n${sha256(CERTIFICATE)}  cert-app.example.pem\n`;
    expect(await text(app, 'sha256sum.txt')).toBe(sums);
    expect(asked).toEqual([]);
  });

  test('quote.json is the answer of GetQuote for the hash of the sums, then zeros', async () => {
    const made = service({ vmConfig: async () => '{"cpu_count":1}' });
    const answer = await quoted(made);
    const reportData = sha256(await text(made.app, 'sha256sum.txt')).padEnd(128, '0');
    expect(Buffer.from(made.asked[0]?.request.reportData ?? []).toString('hex')).toBe(reportData);
    expect(parseJsonObject(await answer.text(), 'quote.json')).toEqual({
      quote: '040000',
      event_log: '[]',
      report_data: reportData,
      vm_config: '{"cpu_count":1}',
    });
  });

  test('have their types, and are asked for again each time', async () => {
    const made = service({ account: ACCOUNT });
    const names = ['acme-account.json', 'cert-app.example.pem', 'sha256sum.txt'];
    const answers = [await quoted(made), ...(await Promise.all(names.map((name) => get(made.app, name))))];
    expect(answers.map(({ headers }) => headers.get('content-type'))).toEqual([
      'application/json',
      'application/json',
      'application/pem-certificate-chain',
      'text/plain; charset=utf-8',
    ]);
    expect(new Set(answers.map(({ headers }) => headers.get('cache-control')))).toEqual(new Set(['no-cache']));
  });

  test('answer HEAD without a body', async () => {
    const answer = await get(service().app, 'sha256sum.txt', { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      '',
    ]);
  });

  test.each([
    'acme-account.json',
    'cert-other.example.pem',
    'SHA256SUM.TXT',
    'toString',
    '..%2Finfo',
    '..%2F..%2F..%2Fetc%2Fpasswd',
    '%2e%2e%2fsha256sum.txt',
    'a/b',
    '%00',
    '%ff',
  ])('%s is none of them', async (name) => {
    const { app, asked } = service();
    app.notFound(() => new Response('{"code":"not_found"}', { status: 404 }));
    const answer = await get(app, name);
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })]);
    expect(asked).toEqual([]);
  });
});

describe('one quote', () => {
  test('is made for all who ask at once, and again after an hour', async () => {
    const made = service();
    const [first, second] = await Promise.all([quoted(made), get(made.app, 'quote.json')]);
    expect(await first.text()).toBe(await second.text());
    made.given.now = new Date(start.getTime() + HOUR - 1);
    await text(made.app, 'quote.json');
    expect(made.asked).toHaveLength(1);
    made.given.now = new Date(start.getTime() + HOUR);
    await quoted(made);
    expect(made.asked).toHaveLength(2);
  });

  test('is made for another certificate as soon as that is served', async () => {
    const made = service();
    await quoted(made);
    made.given.certificate = CERTIFICATE.replace('AAAA', 'BBBB');
    const { report_data } = parseJsonObject(await (await quoted(made)).text(), 'quote.json');
    const sums = await text(made.app, 'sha256sum.txt');
    expect(sums).toBe(`${sha256(made.given.certificate)}  cert-app.example.pem\n`);
    expect(report_data).toBe(sha256(sums).padEnd(128, '0'));
  });
});

describe('a problem', () => {
  test('says that nothing here has report data, and what else there is', async () => {
    const { app, asked } = service({}, 'confidential-space');
    for (const name of ['', 'quote.json', 'sha256sum.txt']) {
      const answer = await get(app, name);
      expect([answer.status, await answer.json()]).toEqual([
        404,
        expect.objectContaining({ code: 'not_found', detail: expect.stringMatching(/no report data .*\/attestation/) }),
      ]);
    }
    expect(asked).toEqual([]);
  });

  test('says the same of tokens from any other source', async () => {
    const { app, asked } = service();
    const answer = get(app, 'quote.json');
    await until(() => asked.length === 1);
    asked[0]?.answer({ tee: 'confidential-space', evidence: Uint8Array.of(1) });
    expect(await (await answer).json()).toMatchObject({ code: 'not_found' });
  });

  test.each([
    [true, 'unavailable', 'the quote timed out'],
    [false, 'not_in_tee', 'looked for: /var/run/dstack.sock: no such file'],
  ])('says why there is no quote; TEE: %s', async (available, code, detail) => {
    const { attester, asked } = handMadeAttester();
    const detect = async () => ({ available, looked: ['/var/run/dstack.sock: no such file'] });
    const { app } = service({ attester: { ...attester, detect } });
    const answer = get(app, 'quote.json');
    await until(() => asked.length === 1);
    asked[0]?.fail(new AssayError('unavailable', 'the quote timed out'));
    const refused = await answer;
    expect([refused.status, await refused.json()]).toEqual([
      503,
      expect.objectContaining({ code, detail: expect.stringContaining(detail) }),
    ]);
  });
});

test.each(['', '../etc', 'a b', 'a\nb', '.', `a${'b'.repeat(243)}`])('the domain %j is refused', (domain) => {
  expect(() => service({ domain })).toThrow(expect.objectContaining({ code: 'usage', details: { field: 'domain' } }));
});
