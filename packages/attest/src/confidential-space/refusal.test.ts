import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalOf } from './refusal.ts';

const SHOWN = 'unix:/teeserver.sock';
const answered = (status: number, text: string) => {
  const { error, passing } = refusalOf({ status, headers: {}, body: new TextEncoder().encode(text) }, SHOWN);
  return { message: error.message, actual: error.details.actual, code: error.code, passing };
};
const google = (code: number, reason: string) =>
  `failed to retrieve custom attestation service token: calling v1.VerifyConfidentialSpace in us-west1: googleapi: Error ${code}: said\nerror details: name = ErrorInfo reason = ${reason} domain = x`;

describe('a refusal', () => {
  test.each([
    [400, 'token_type is a required parameter', 'HTTP 400', false, /change the request/],
    [404, '404 page not found\n', 'HTTP 404', false, /change the request/],
    [500, google(400, 'INVALID_ARGUMENT'), 'INVALID_ARGUMENT', false, /change the request/],
    [500, google(403, 'IAM_PERMISSION_DENIED'), 'IAM_PERMISSION_DENIED', false, /workloadUser/],
    [500, google(429, 'RATE_LIMIT_EXCEEDED'), 'RATE_LIMIT_EXCEEDED', true, /5 tokens a second/],
    [500, google(503, 'UNAVAILABLE'), 'UNAVAILABLE', true, /ask again later/],
    [500, 'context deadline exceeded', 'HTTP 500', true, /ask again later/],
    [429, '', 'HTTP 429', true, /5 tokens a second/],
    [302, '', 'HTTP 302', false, /change the request/],
    [500, google(400, 'UNSUPPORTED_CC_TECHNOLOGY'), 'UNSUPPORTED_CC_TECHNOLOGY', false, /SEV-SNP.*=SEV or =TDX/],
    [
      500,
      'googleapis: Error 400: invalid request: unexpected_snp_attestation',
      'UNSUPPORTED_CC_TECHNOLOGY',
      false,
      /SEV-SNP/,
    ],
    [
      500,
      'no GCA verifier client present, please try rebooting your VM',
      'NO_VERIFIER_CLIENT',
      false,
      /restart the VM/,
    ],
  ])('%i %.60j', (status, text, actual, passing, remedy) => {
    expect(answered(status, text)).toMatchObject({
      code: 'unavailable',
      actual,
      passing,
      message: expect.stringMatching(new RegExp(`^${SHOWN}: the launcher answered ${status}`)),
    });
    expect(answered(status, text).message).toMatch(remedy);
  });

  test('shows what was said in one short line, and no token', () => {
    const { message } = answered(500, `a\u0007\n b; eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln ${'x'.repeat(9999)}`);
    expect(message).toContain(': a b, (token) xxx');
    expect(message).not.toContain('eyJ');
    expect(message.length).toBeLessThan(600);
  });

  test('is one, whatever was said', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), fc.string({ unit: 'binary' }), (status, text) => {
        const { message } = answered(status, text);
        expect(message).toMatch(/^[^\p{Cc}]+; [^;\p{Cc}]+$/u);
      }),
    );
  });
});
