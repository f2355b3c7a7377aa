import { randomBytes } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { tokenNonce } from '@assay/verify/binding';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EvidenceRequest } from '../attester.ts';
import { tokenRequestBody } from './token-request.ts';

const reportData = randomBytes(64);
const audience = 'https://verifier.example';
const body = (request: Partial<EvidenceRequest>) => tokenRequestBody({ reportData, audience, ...request }, 'PKI');

describe('a request for a token', () => {
  test('has the hash of the report data first, then the nonces of the caller', async () => {
    const first = await tokenNonce(reportData);
    expect(await body({ nonces: ['8-bytes!', 'é'.repeat(44)] })).toBe(
      `{"audience":"${audience}","nonces":["${first}","8-bytes!","${'é'.repeat(44)}"],"token_type":"PKI"}`,
    );
  });

  test.each([
    [{ audience: undefined }, 'audience', /needs one/],
    [{ audience: '' }, 'audience', /1 to 512 bytes, found 0/],
    [{ audience: 'é'.repeat(257) }, 'audience', /found 514/],
    [{ audience: '\ud800' }, 'audience', /well-formed/],
    [{ audience: 'https://sts.googleapis.com' }, 'audience', /credential of Google Cloud/],
    [{ audience: 'https://STS.googleapis.com/v1' }, 'audience', /credential of Google Cloud/],
    [{ audience: '//iam.googleapis.com/projects/1/locations/global' }, 'audience', /credential of Google Cloud/],
    [{ audience: 'https://iam.googleapis.com/projects/1' }, 'audience', /credential of Google Cloud/],
    [{ nonces: ['7-bytes'] }, 'nonces', /8 to 88 bytes each, found 7/],
    [{ nonces: ['é'.repeat(45)] }, 'nonces', /found 90/],
    [{ nonces: ['\udc00-------'] }, 'nonces', /well-formed/],
    [{ nonces: Array<string>(6).fill('8-bytes!') }, 'nonces', /at most 5 beside that of the report data, found 6/],
  ])('of %.70j is a mistake of the caller', async (change, field, message) => {
    const request = body(change);
    await expect(request).rejects.toThrow(message);
    await expect(request).rejects.toMatchObject({ code: 'usage', details: { field } });
  });

  test.each(['https://sts.googleapis.com.example', 'sts', '//iam.example/'])('may be for %s', async (name) => {
    expect(JSON.parse(await body({ audience: name }))).toMatchObject({ audience: name });
  });

  test('is within every limit, or refused', async () => {
    const texts = fc.string({ unit: 'binary', maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(texts, fc.array(texts, { maxLength: 8 }), async (name, nonces) => {
        try {
          const sent = JSON.parse(await body({ audience: name, nonces })) as { readonly nonces: readonly string[] };
          expect(sent.nonces.length).toBeLessThanOrEqual(6);
          for (const nonce of sent.nonces) {
            expect(Buffer.byteLength(nonce)).toBeGreaterThanOrEqual(8);
            expect(Buffer.byteLength(nonce)).toBeLessThanOrEqual(88);
          }
        } catch (error) {
          if (!(error instanceof AssayError)) throw error;
          expect(error.code).toBe('usage');
        }
      }),
    );
  });
});
