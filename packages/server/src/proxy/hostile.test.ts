import { createBatcher, newInstance } from '@assay/attest';
import { AssayError } from '@assay/verify';
import { toBase64, toHex } from '@assay/verify/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { handMadeAttester } from '../../../../tools/hand-made-attester.ts';
import { createProxyApp } from './app.ts';
import { MAX_BODY } from './body.ts';
import { createQuoteLine } from './quote-line.ts';
import { fromBodyForm, fromQueryForm } from './raw-report-data.ts';

const clock = () => new Date('2026-11-20T12:00:00Z');
/** A proxy whose hardware refuses everything: a request that is right is answered 503. */
function refusing() {
  const broken = {
    ...handMadeAttester().attester,
    evidence: () => Promise.reject(new AssayError('unavailable', 'no')),
  };
  const attester = createQuoteLine(broken, { clock });
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  return createProxyApp({ attester, batcher, limiter: () => 0, grantOf: () => 'raw' });
}

describe('any request', () => {
  const json = fc.record(
    { reportData: fc.jsonValue(), nonce: fc.jsonValue(), aud: fc.jsonValue(), keys: fc.jsonValue() },
    { requiredKeys: [] },
  );
  const bodies = fc.oneof(
    fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
    json.map((body) => JSON.stringify(body)),
    fc.json(),
  );
  const paths = fc.constantFrom('/quote', '/attestation');
  const queries = fc.oneof(
    fc.constant(''),
    fc
      .tuple(fc.constantFrom('nonce', 'aud', 'report_data', '__proto__'), fc.string())
      .map(([name, value]) => `?${new URLSearchParams([[name, value]])}`),
  );

  test('is answered with a problem of the caller or of the platform, never with a fault', async () => {
    const app = refusing();
    await fc.assert(
      fc.asyncProperty(paths, queries, bodies, async (path, query, body) => {
        const headers = { 'content-type': 'application/json' };
        for (const init of [{}, { method: 'POST', headers, body }]) {
          const answer = await app.request(`${path}${query}`, init);
          expect([400, 401, 503]).toContain(answer.status);
          expect(answer.headers.get('content-type')).toBe('application/problem+json');
        }
      }),
    );
  });

  test('of a body without end is left at the limit', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    const request = new Request('http://proxy/quote', { method: 'POST', body, duplex: 'half' });
    const answer = await refusing().fetch(request);
    expect(await answer.json()).toMatchObject({ code: 'body_too_large', field: 'body' });
    expect(sent).toBeLessThan(MAX_BODY + 4096);
  });
});

describe('raw report data of any length', () => {
  test('in base64 are filled with zeros up to 64 bytes, or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), (bytes) => {
        const read = () => fromBodyForm(toBase64(bytes));
        if (bytes.length === 0 || bytes.length > 64) expect(read).toThrow(/^reportData: expected 1 to 64 bytes/);
        else expect(toHex(read())).toBe(toHex(bytes).padEnd(128, '0'));
      }),
    );
  });

  test('in hex are 64 bytes, or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 62, maxLength: 66 }), (bytes) => {
        const read = () => fromQueryForm(toHex(bytes));
        if (bytes.length !== 64) expect(read).toThrow(/^report_data: expected 64 bytes/);
        else expect(toHex(read())).toBe(toHex(bytes));
      }),
    );
  });
});
