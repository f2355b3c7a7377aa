import { AssayError } from '@assay/verify';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEnvelope, readQuote, readStatus, requireOk, STATEMENT_REMEDIES } from './answer.ts';

const answer = (body: string | Uint8Array, status = 200) => ({
  status,
  headers: {},
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
});
const quoteOf = (body: string | Uint8Array) => readQuote(answer(body), 'P/quote');

describe('an answer to a quote', () => {
  test('is its bytes; measurements and report data beside it are not believed', () => {
    expect(quoteOf('{"quote":"AQID","quote_size":3,"report_data":"","measurements":{"mrtd":"00"}}')).toEqual(
      Uint8Array.of(1, 2, 3),
    );
    expect(quoteOf('{"quote":"AQID"}')).toHaveLength(3);
  });

  test.each([
    ['', /^P\/quote: answer: not JSON; see whether that is an attestation proxy/],
    ['[]', /expected an object/],
    ['{"quote":', /not JSON/],
    ['{"error":"x"}', /quote: expected base64, found undefined/],
    ['{"quote":5}', /quote: expected base64, found number/],
    ['{"quote":"AQID","quote":"AQID"}', /duplicate keys/],
    ['{"quote":"AQI"}', /quote: base64 length 3/],
    ['{"quote":"AQ!="}', /quote: not base64/],
    ['{"quote":"AQID\\n"}', /quote: /],
    ['{"quote":"AQID","quote_size":4}', /quote_size is not 3/],
    ['{"quote":"AQID","quote_size":"3"}', /quote_size is not 3/],
    [Uint8Array.of(0x7b, 0xff), /answer/],
  ])('of %j is refused', (body, message) => {
    expect(() => quoteOf(body)).toThrow(message);
    expect(() => quoteOf(body)).toThrow(AssayError);
  });

  test('is a quote or unavailable, whatever it is', () => {
    const members = fc.record({ quote: fc.jsonValue(), quote_size: fc.jsonValue() }, { requiredKeys: [] });
    const bodies = fc.oneof(
      fc.uint8Array(),
      members.map((body) => JSON.stringify(body)),
      fc.base64String().map((quote) => JSON.stringify({ quote })),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        for (const read of [readQuote, readStatus, readEnvelope])
          try {
            read(answer(body), 'P');
          } catch (error) {
            expect(error).toMatchObject({ name: 'AssayError', code: 'unavailable' });
          }
      }),
    );
  });
});

test('a status tells whether there are quotes, and from where', () => {
  const status = (text: string) => readStatus(answer(text), 'P/status');
  expect(status('{"available":false,"tsm_available":true,"tsm_error":"a\\nb; c","device":null,"other":1}')).toEqual({
    available: false,
    told: 'available: false, tsm_available true, tsm_error a b, c',
  });
  expect(() => status('{"available":"yes"}')).toThrow(/available: expected true or false, found string/);
  expect(() => status('{}')).toThrow(/found undefined/);
});

describe('another status', () => {
  test.each([
    [401, /^P: the proxy answered 401: said; .*token file/],
    [403, /Unix socket only: mount \/run\/tdx-attestation-proxy.sock.*TDX_ATTESTATION_PROXY_URL=unix:/],
    [404, /see whether that is an attestation proxy: `curl http:\/\/localhost:8081\/status`/],
    [429, /ask again later/],
    [500, /systemctl status tdx-attestation-proxy.*journalctl -u tdx-attestation-proxy.*mount \| grep configfs/],
    [503, /curl http:\/\/localhost:8081\/status/],
    [301, /see whether that is an attestation proxy/],
  ])('%i says what to do', (status, message) => {
    expect(() => requireOk(answer('{"error":"said"}', status), 'P')).toThrow(message);
  });

  test.each([
    [400, /change the member that it names/],
    [401, /mount its token file into the container, and name it in ASSAY_PROXY_TOKEN_FILE/],
    [403, /see what rights the proxy gives to whom/],
    [413, /name fewer keys/],
    [429, /or show the token of the proxy: its bearer is not limited/],
    [503, /systemctl status tdx-attestation-proxy/],
  ])('%i to a statement says what to do about that', (status, message) => {
    expect(() => requireOk(answer('{"error":"said"}', status), 'P', undefined, STATEMENT_REMEDIES)).toThrow(message);
  });

  test.each([
    ['{"title":"Busy","detail":"quote queue is full","code":"busy"}', ': quote queue is full;'],
    ['{"title":"Busy"}', ': Busy;'],
    ['{"error":5}', 'answered 503;'],
    ['<html>', 'answered 503;'],
    ['', 'answered 503;'],
    [`{"error":"${'x'.repeat(999)}"}`, `${'x'.repeat(300)}…;`],
  ])('with %.50j is told in one short line', (body, message) => {
    expect(() => requireOk(answer(body, 503), 'P')).toThrow(message);
  });

  test('does not repeat the token, even when the proxy does', () => {
    const echo = () => requireOk(answer('{"error":"Bearer s3cret is unknown"}', 401), 'P', 's3cret');
    expect(echo).toThrow(/Bearer \(secret\) is unknown/);
    expect(() => requireOk(answer('{"error":"Bearer s3cret"}', 200), 'P', 's3cret')).not.toThrow();
  });
});
