import { createBatcher } from '@assay/attest';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { handMadeAttester } from '../../../../tools/hand-made-attester.ts';
import { createAttesterApp } from '../attester/app.ts';
import { createDocsApp } from '../documentation/app.ts';
import { createEvidencesApp } from '../evidences/app.ts';
import { answerFailure } from './failure.ts';
import { mounted } from './mounted.ts';
import { serveApp } from './serve-app.ts';

async function served(app: Hono): Promise<{ readonly at: string; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const service = await serveApp(app, {
    place: { host: '127.0.0.1', port: 0 },
    log: { write: (line) => void lines.push(line) },
    newRequestId: () => 'made-here',
  });
  onTestFinished(() => service.close());
  return { at: service.address, lines };
}

const clock = (): Date => new Date('2026-11-20T12:00:00Z');

test.each([
  ['the attester', '/attestation?nonce=12', 'bad_request'],
  ['the attester, which takes other methods', '/info', 'method_not_allowed', 'DELETE'],
  ['/evidences/', '/evidences/none', 'not_found'],
  ['the documentation', '/docs', 'not_found'],
])('a problem of %s names its request, as the header and the log do', async (_, path, code, method = 'GET') => {
  const { attester } = handMadeAttester();
  const batcher = createBatcher(attester, { instance: 'ab'.repeat(32), clock });
  const about = { title: 'shop', version: '1', description: '', paths: {} };
  const { at, lines } = await served(
    mounted([
      createAttesterApp({ attester, batcher, name: 'shop', version: '1', clock }),
      createEvidencesApp({ certificate: () => '', domain: 'app.example', attester, clock }),
      createDocsApp({ ...about, assets: new URL('file:///none/') }),
    ]),
  );
  const answer = await fetch(at + path, { method });
  expect(await answer.json()).toMatchObject({ code, requestId: 'made-here' });
  expect(answer.headers.get('x-request-id')).toBe('made-here');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ requestId: 'made-here', code });
});

test.each([
  ['', 'GET', undefined],
  [', also with a body in chunks', 'POST', new Blob(['abc'])],
])('who left is no fault of the service in its log%s', async (_, method, body) => {
  const app = new Hono();
  app.onError(answerFailure);
  const asked = Promise.withResolvers<void>();
  app.all('/slow', ({ req: { raw } }) => {
    const { promise, reject } = Promise.withResolvers<Response>();
    raw.signal.addEventListener('abort', () => reject(raw.signal.reason));
    asked.resolve();
    return promise;
  });
  const { at, lines } = await served(app);
  const caller = new AbortController();
  const init = { method, signal: caller.signal, ...(body && { body: body.stream(), duplex: 'half' as const }) };
  const left = expect(fetch(`${at}/slow`, init)).rejects.toThrow();
  await asked.promise;
  caller.abort();
  await left;
  await expect
    .poll(() => lines.map((line): unknown => JSON.parse(line)))
    .toMatchObject([{ level: 30, code: 'unavailable' }]);
});
