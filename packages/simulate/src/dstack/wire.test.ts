import { toHex } from '@assay/verify/codec';
import { replayEventLog } from '@assay/verify/event-log';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { answerOf, errorBody, get, given, post } from '../../../../tools/rpc-in-tests.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createGuestAgent, type GuestAgent } from './agent.ts';

let vendor: IntelVendor;
let agent: GuestAgent;
let modern: GuestAgent;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'dstack wire', now: new Date('2026-11-20T12:00:00Z') });
  agent = await createGuestAgent(vendor, { appCompose: '{"name":"café \\u2028 𝄞","docker_compose_file":"é"}' });
  modern = await createGuestAgent(vendor, { version: '0.6.0' });
});

/** The message of a refusal with 400. */
async function message(answer: Promise<Response>): Promise<string> {
  const [status, body] = await answerOf(answer);
  const found: unknown = JSON.parse(body);
  expect([status, found]).toEqual([400, { error: expect.any(String) }]);
  expect(body).toBe(JSON.stringify(found, null, 2));
  return (found as { error: string }).error;
}

describe('answers', () => {
  test('are ASCII, whatever the app-compose file holds, and say their length', async () => {
    for (const path of ['/Info', '/v1/Info', '/GetQuote']) {
      const response = await get(agent, path);
      const text = await response.text();
      expect(/^[\x20-\x7e]*$/.test(text)).toBe(true);
      expect([...response.headers]).toEqual([
        ['content-length', String(text.length)],
        ['content-type', 'application/json'],
      ]);
      expect(text).toBe(text.trim());
    }
    const info = await given(get(agent, '/Info'));
    expect([info.app_name, JSON.parse(info.tcb_info).app_compose]).toEqual(['café \u2028 𝄞', agent.appCompose]);
  });

  test('without a member are null', async () => {
    expect(await answerOf(post(agent, '/EmitEvent', '{"event":"a"}'))).toEqual([200, 'null']);
  });
});

describe('requests', () => {
  test('without a body have all defaults; what no field is named by is passed over', async () => {
    const zeros = '00'.repeat(64);
    for (const body of ['', '{}', '{"reportData":"ff","constructor":1,"x":[{}]}']) {
      expect((await given(post(agent, '/GetQuote', body))).report_data).toBe(zeros);
    }
  });

  test('with GET have their fields in the query, and none in `json`', async () => {
    const asked = async (query: string) => (await given(get(agent, `/GetQuote${query}`))).report_data.slice(0, 4);
    expect(await asked('?report_data=00ff')).toBe('00ff');
    expect(await asked('?report_data=0x0x00ff&x=1')).toBe('00ff');
    expect(await asked('?json={"report_data":"00ff"}')).toBe('0000');
    expect(await message(get(agent, '/GetQuote?report_data=00&report_data=11'))).toBe('duplicate field `report_data`');
    expect(await message(get(agent, '/GetTlsKey?usage_ra_tls=yes'))).toBe(
      'usage_ra_tls: expected true or false, found string',
    );
    expect(await message(get(agent, '/GetTlsKey?not_before=-1'))).toMatch(/^not_before: expected an unsigned integer/);
  });

  test.each([
    ['{"report_data":"0"}', /^report_data: hexadecimal of odd length 1/],
    ['{"report_data":"0x0"}', /^report_data: hexadecimal of odd length 1/],
    ['{"report_data":"zz"}', /^report_data: not hexadecimal/],
    ['{"report_data":"0X00"}', /^report_data: not hexadecimal/],
    ['{"report_data":" 00"}', /^report_data: hexadecimal of odd length/],
    ['{"report_data":12}', /^report_data: expected a string, found number/],
    ['{"report_data":null}', /^report_data: expected a string, found null/],
    ['{"report_data":"00"', /^request: not JSON/],
    ['{"report_data":"00","report_data":"11"}', /^request: duplicate keys/],
    ['[]', /^request: expected an object/],
    ['null', /^request: expected an object/],
    ['not json', /^request: not JSON/],
    ['\u0000', /^request: not JSON/],
  ])('%s is refused', async (body, expected) => {
    expect(await message(post(agent, '/GetQuote', body))).toMatch(expected);
  });

  test('that were cut at their number of characters, as some clients do, are refused', async () => {
    const whole = new TextEncoder().encode('{"path":"é","purpose":""}');
    expect(await message(post(agent, '/GetKey', whole.subarray(0, -1)))).toMatch(/^request: not JSON/);
    const amid = new TextEncoder().encode('{"path":"é').subarray(0, -1);
    expect(await message(post(agent, '/GetKey', amid))).toMatch(/^request: not UTF-8/);
  });

  test.each([
    ['/GetKey', '{"path":"\\ud800"}', /^path: lone surrogate/],
    ['/GetTlsKey', '{"alt_names":"a"}', /^alt_names: expected an array/],
    ['/GetTlsKey', '{"alt_names":[null]}', /^alt_names: expected a string, found null/],
    ['/GetTlsKey', '{"usage_ra_tls":1}', /^usage_ra_tls: expected true or false, found number/],
    ['/GetTlsKey', '{"not_before":1.5}', /^not_before: expected an unsigned integer/],
    ['/EmitEvent', '{"event":1}', /^event: expected a string/],
  ])('%s with %s is refused', async (path, body, expected) => {
    expect(await message(post(agent, path, body))).toMatch(expected);
  });

  test('of another content type speak protobuf, which is refused by name, unless they ask for JSON', async () => {
    for (const type of ['application/octet-stream', 'text/plain', 'application/jsonp', null]) {
      expect(await message(post(agent, '/Version', '{}', type))).toContain('`content-type: application/json`');
      expect(await message(post(agent, '/Version?json=0', '{}', type))).toContain('protobuf');
      for (const wish of ['json', 'json=1', 'json=true']) {
        expect((await given(post(agent, `/Version?${wish}`, '', type))).version).toBe('0.5.11');
      }
    }
    expect((await given(post(agent, '/Version', '{}', 'Application/JSON; charset=utf-8'))).version).toBe('0.5.11');
  });

  test('of more than 10 MiB are refused', async () => {
    const body = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0x20);
    const [least, most] = [body(10_485_761), body(10_485_760)];
    expect(await answerOf(post(agent, '/Info', least))).toEqual([400, errorBody('payload too large')]);
    expect(await answerOf(post(modern, '/Info', least))).toEqual([413, errorBody('payload too large')]);
    expect(await message(post(agent, '/Info', most))).toMatch(/^request: not JSON/);
    expect(await answerOf(Promise.resolve(modern.tooLarge()))).toEqual([413, errorBody('payload too large')]);
  });
});

describe('places', () => {
  test.each([
    ['/Nothing', 'Nothing'],
    ['/constructor', 'constructor'],
    ['/getkey', 'getkey'],
    ['/Tappd.Info', 'Tappd.Info'],
    ['/v0/Tappd.Info', 'Tappd.Info'],
    ['/prpc/Tappd.GetKey', 'GetKey'],
    ['/prpc/Worker.Nothing', 'Nothing'],
    ['/v1/Sign', 'Sign'],
    ['/v1/GetQuote', 'GetQuote'],
    ['/prpc/v1/Attest', 'Attest'],
  ])('%s names no method: 400, since 0.6.0 404', async (path, name) => {
    expect(await answerOf(get(agent, path))).toEqual([400, errorBody(`Service not found: ${name}`)]);
    expect(await answerOf(post(modern, path, '{}'))).toEqual([404, errorBody(`Service not found: ${name}`)]);
  });

  test.each(['/', '/a/b', '/v2/Info', '/v0/', '/prpc/', '/prpc/v0/a/b', '//Info'])('%s is no place', async (path) => {
    for (const one of [agent, modern]) {
      const response = await get(one, path);
      const page = await response.text();
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
      expect(page).toContain('404');
      expect(response.headers.get('content-length')).toBe(String(page.length));
      const [, json] = await answerOf(get(one, path, { accept: 'application/json' }));
      expect(JSON.parse(json)).toMatchObject({ error: { code: 404 } });
    }
  });

  test('other methods of HTTP have none', async () => {
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      expect((await agent.handler(new Request('http://localhost/Info', { method }))).status).toBe(404);
    }
  });
});

describe('whatever is sent', () => {
  const METHODS = [
    ...'Info GetQuote GetKey GetTlsKey EmitEvent Sign Verify v1/GetKey v1/IssueCert v1/AttestGpu'.split(' '),
    ...'prpc/Tappd.TdxQuote prpc/Tappd.DeriveKey prpc/GetAttestationForAppKey prpc/Info'.split(' '),
  ];
  const bounded = async (answer: Promise<Response>): Promise<void> => {
    const response = await answer;
    expect([200, 400, 404, 501]).toContain(response.status);
    expect(response.headers.get('content-length')).toBe(String((await response.arrayBuffer()).byteLength));
  };

  test('as a body is answered', async () => {
    const fields = fc.dictionary(
      fc.constantFrom(
        ...['report_data', 'path', 'event', 'payload', 'algorithm', 'data', 'nonce', 'prefix', 'subject'],
        ...['alt_names', 'usage_ra_tls', 'not_before', 'not_after', 'with_app_info', 'random_seed'],
      ),
      fc.oneof(
        fc.jsonValue(),
        fc.stringMatching(/^(0x)*[0-9a-f]{0,8}$/),
        fc.constantFrom<unknown>('ed25519', 'raw', 'k256', true, null, 0, 2 ** 53, 253_402_300_799),
        fc.array(fc.oneof(fc.ipV6(), fc.domain(), fc.string()), { maxLength: 3 }),
      ),
    );
    const body = fc.oneof(
      fc.uint8Array(),
      fc.json(),
      fields.map((one) => JSON.stringify(one)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...METHODS), body, (name, sent) => bounded(post(agent, `/${name}`, sent))),
      { numRuns: 300 },
    );
  });

  test('as a path and query is answered', async () => {
    const part = fc.oneof(fc.string(), fc.constantFrom(...METHODS, 'report_data', 'alt_names[0]', '[', '%', '='));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 3 }), fc.array(part, { maxLength: 4 }), (path, query) =>
        bounded(get(agent, `/${path.join('/')}?${query.join('&')}`)),
      ),
      { numRuns: 300 },
    );
  });

  test('leaves a log that replays to the registers', async () => {
    const { event_log } = await given(get(agent, '/GetQuote'));
    const { registers } = await replayEventLog(new TextEncoder().encode(event_log));
    expect(Object.values(registers)).toEqual(agent.td.registers.map((value) => toHex(value)));
  });
});
