import { fromUtf8 } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import {
  type AgentScript,
  agentRoutes,
  formOfQuote,
  json,
  logOf,
  refusal,
} from '../../../../tools/guest-agent-in-tests.ts';
import { type LocalService, localService, type Reply, type Routes } from '../../../../tools/local-service.ts';
import type { Attester } from '../attester.ts';
import { createDstackAttester } from './attester.ts';

const reportData = Uint8Array.from({ length: 64 }, (_, index) => index);
const COMPOSE = '{"name":"app"}';

const agent = (script: AgentScript, more: Routes = {}, otherwise?: Reply): Promise<LocalService> =>
  localService({ ...agentRoutes(script), ...more }, otherwise);
const attesterOf = ({ origin }: LocalService, timeoutMs?: number): Attester =>
  createDstackAttester({ endpoint: origin, timeoutMs });
const refused = (service: LocalService) => expect(attesterOf(service).evidence({ reportData })).rejects;

describe('evidence of a guest agent', () => {
  test.each([
    [{ api: 'v1', version: '0.6.0' }, ['/v1/Version', '/GetQuote', '/v1/Info']],
    [{ api: 'v0', version: '0.5.11' }, ['/v1/Version', '/Version', '/GetQuote', '/Info']],
    [{ api: 'v0' }, ['/v1/Version', '/Version', '/Info', '/GetQuote', '/Info']],
    [
      { api: 'tappd' },
      [
        ...['/v1/Version', '/Version', '/Info', '/prpc/Tappd.Info', '/prpc/Tappd.Version'],
        ...['/prpc/Tappd.RawQuote', '/prpc/Tappd.Info'],
      ],
    ],
  ] as const)('of %o is a quote with event log and app-compose', async (script, requests) => {
    await using service = await agent(script);
    expect(await attesterOf(service).evidence({ reportData })).toEqual({
      tee: 'tdx',
      evidence: formOfQuote(reportData),
      eventLog: new TextEncoder().encode(logOf(COMPOSE)),
      appCompose: new TextEncoder().encode(COMPOSE),
    });
    expect(service.requests).toEqual(requests);
  });

  test('a second one asks neither for the API nor for the app-compose again', async () => {
    await using service = await agent({ api: 'v0', version: '0.5.11' });
    const attester = attesterOf(service);
    await attester.evidence({ reportData });
    const first = await attester.evidence({ reportData: reportData.toReversed() });
    expect(fromUtf8(first.appCompose ?? new Uint8Array())).toBe(COMPOSE);
    expect(service.requests.slice(4)).toEqual(['/GetQuote']);
  });

  test('the app-compose is asked for again when the log measured another one', async () => {
    const [first, second] = [agentRoutes({ api: 'v0' }), agentRoutes({ api: 'v0', appCompose: '{"name":"other"}' })];
    const both = (path: string): readonly Reply[] => [first[path], second[path]] as readonly Reply[];
    await using service = await agent(
      { api: 'v0', version: '0.5.11' },
      {
        '/GetQuote': both('/GetQuote'),
        '/Info': both('/Info'),
      },
    );
    const attester = attesterOf(service);
    await attester.evidence({ reportData });
    const { appCompose } = await attester.evidence({ reportData });
    expect(fromUtf8(appCompose ?? new Uint8Array())).toBe('{"name":"other"}');
  });

  test('an agent that keeps its app-compose, or has no log, gives evidence without', async () => {
    await using discreet = await agent({ api: 'v0' }, { '/Info': json({ app_id: '01', tcb_info: '' }) });
    expect(Object.keys(await attesterOf(discreet).evidence({ reportData }))).toEqual(['tee', 'evidence', 'eventLog']);
    const quote = Buffer.from(formOfQuote(reportData)).toString('hex');
    await using silent = await agent({ api: 'v0' }, { '/GetQuote': json({ quote, event_log: '' }) });
    expect(Object.keys(await attesterOf(silent).evidence({ reportData }))).toEqual(['tee', 'evidence']);
  });
});

describe('evidence is refused', () => {
  test('when it carries other report data', async () => {
    await using service = await agent({ api: 'v0', version: '0.5.11', reportData: new Uint8Array(64) });
    const error = refused(service);
    await error.toMatchObject({ code: 'unavailable' });
    await error.toThrow('evidence with other report data than were asked for');
  });

  test.each([
    [32, '32 bytes'],
    [65, '65 bytes'],
  ])('before anybody is asked, for report data of %i bytes', async (length, found) => {
    await using service = await agent({ api: 'v0' });
    const error = expect(attesterOf(service).evidence({ reportData: new Uint8Array(length) })).rejects;
    await error.toMatchObject({ code: 'usage', message: `reportData: expected 64 bytes, found ${found}` });
    expect(service.requests).toEqual([]);
  });

  const quote = Buffer.from(formOfQuote(reportData)).toString('hex');
  test.each<[string, Reply, RegExp]>([
    ['no JSON', { body: '{"quote":"' }, /\/GetQuote: the answer: not JSON/],
    ['no UTF-8', { body: Uint8Array.of(0x22, 0xff, 0x22) }, /\/GetQuote: the answer: not UTF-8/],
    ['nothing', { body: '' }, /\/GetQuote: the answer: not JSON/],
    ['a list', json([]), /\/GetQuote: the answer: expected an object/],
    ['null', json(null), /expected an object/],
    ['the same member twice', { body: `{"quote":"00","quote":"${quote}"}` }, /duplicate keys/],
    ['a deep nest', { body: '['.repeat(100_000) }, /nested deeper/],
    ['no quote', json({ event_log: '' }), /\/GetQuote: quote: expected hexadecimal of at most 1048576 bytes/],
    ['a quote that is a number', json({ quote: 7 }), /\/GetQuote: quote: expected text/],
    ['a quote that is no hexadecimal', json({ quote: 'zz' }), /\/GetQuote: quote: not hexadecimal at character 0/],
    ['half a byte', json({ quote: '123' }), /\/GetQuote: quote: hexadecimal of odd length/],
    ['a long quote', json({ quote: '00'.repeat(1_048_577) }), /\/GetQuote: quote: expected/],
    ['no quote at all', json({ quote: '0011' }), /2 bytes that are no quote, report or token/],
    ['a log that is a list', json({ quote, event_log: [] }), /\/GetQuote: event_log: expected text/],
    ['a broken log', json({ quote, event_log: '[{}]' }), /event_log: event log entry 0: imr/],
    ['a redirection', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, /HTTP 302; .*nothing is followed/],
    ['an HTML page', { status: 404, body: '<html>' }, /\/GetQuote: HTTP 404; look at the log/],
    [
      'a refusal',
      refusal('Report data is\n too long\u001b[2J'),
      /\/GetQuote: HTTP 400: Report data is too long \[2J; /,
    ],
    ['a long refusal', refusal('x'.repeat(60_000)), /HTTP 400: x{300}…; /],
    ['a refusal of another form', json({ error: { code: 404 } }, 404), /\/GetQuote: HTTP 404; /],
    ['too much', { headers: { 'content-length': '9000000' }, body: '' }, /longer than 8388608 bytes/],
  ])('when the agent answers %s', async (_, reply, message) => {
    await using service = await agent({ api: 'v0', version: '0.5.11' }, { '/GetQuote': reply });
    const error = refused(service);
    await error.toMatchObject({ code: 'unavailable' });
    await error.toThrow(message);
  });

  test('when the agent never stops answering', async () => {
    const endless: Reply = (_, response) => {
      const more = (): void => {
        while (response.write(' '.repeat(65_536)));
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    };
    await using service = await agent({ api: 'v0', version: '0.5.11' }, { '/GetQuote': endless });
    await refused(service).toThrow(/longer than 8388608 bytes/);
  });

  test.each([
    ['broken', { '/Info': json({ tcb_info: '{' }) }, /\/Info: tcb_info: not JSON/],
    ['no object', { '/Info': json({ tcb_info: '[]' }) }, /\/Info: tcb_info: the answer: expected an object/],
    [
      'too long',
      { '/Info': json({ app_compose: 'x'.repeat(1_048_577) }) },
      /app_compose: 1048577 bytes exceed 1048576/,
    ],
  ])('when what the agent says of its app is %s', async (_, routes, message) => {
    await using service = await agent({ api: 'v0', version: '0.5.11' }, routes);
    await refused(service).toThrow(message);
  });

  test('when the answer does not come in time, and when the caller has enough', async () => {
    await using service = await agent({ api: 'v0', version: '0.5.11' }, { '/GetQuote': () => undefined });
    const late = expect(attesterOf(service, 50).evidence({ reportData })).rejects;
    await late.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^dstack guest agent: a quote: no answer within 50 ms/),
    });
    const enough = new AbortController();
    const called = attesterOf(service).evidence({ reportData, signal: enough.signal });
    enough.abort(new Error('enough'));
    await expect(called).rejects.toThrow('enough');
  });

  test('when there is no agent, saying where it was looked for and what to do', async () => {
    const attester = createDstackAttester({ root: '/nowhere' });
    const error = expect(attester.evidence({ reportData })).rejects;
    await error.toMatchObject({ code: 'unavailable' });
    await error.toThrow(
      /^no dstack guest agent: looked at \/nowhere\/var\/run\/dstack.sock: no such file, .*; mount \/var/,
    );
  });
});

test('an answer in chunks, a byte at a time, is read whole; one that never ends is not waited for', async () => {
  const body = JSON.stringify({ quote: Buffer.from(formOfQuote(reportData)).toString('hex') });
  const dripping: Reply = (_, response) => {
    for (const character of body) response.write(character);
    response.end();
  };
  const stalling: Reply = (_, response) => void response.write(body.slice(0, 100));
  await using service = await agent({ api: 'v0', version: '0.5.11' }, { '/GetQuote': [dripping, stalling] });
  expect((await attesterOf(service).evidence({ reportData })).evidence).toEqual(formOfQuote(reportData));
  await expect(attesterOf(service, 50).evidence({ reportData })).rejects.toThrow('no answer within 50 ms');
});

test('a connection that breaks is tried once more', async () => {
  const { '/GetQuote': quoted = [] } = agentRoutes({ api: 'v0' });
  const broken: Reply = (request) => void request.socket.destroy();
  const breaks = (...times: readonly Reply[]) => agent({ api: 'v0', version: '0.5.11' }, { '/GetQuote': times });
  await using once = await breaks(broken, ...[quoted].flat());
  expect((await attesterOf(once).evidence({ reportData })).evidence).toEqual(formOfQuote(reportData));
  await using twice = await breaks(broken, broken, ...[quoted].flat());
  await refused(twice).toThrow(/the connection broke/);
});

test('200 requests at once are answered over few connections, each with its own report data', async () => {
  await using service = await agent({ api: 'v0', version: '0.5.11' });
  const attester = attesterOf(service);
  const asked = Array.from({ length: 200 }, (_, index) => new Uint8Array(64).fill(index));
  const envelopes = await Promise.all(asked.map((data) => attester.evidence({ reportData: data })));
  expect(envelopes.map(({ evidence }) => evidence)).toEqual(asked.map(formOfQuote));
});

test('detection asks each time: an agent that is gone is not remembered', async () => {
  const service = await agent({ api: 'v0', version: '0.5.11' });
  const attester = attesterOf(service);
  expect(await attester.detect()).toMatchObject({ available: true });
  await service[Symbol.asyncDispose]();
  expect(await attester.detect()).toMatchObject({ available: false });
});

test('detection does not wait for quotes that are made', async () => {
  await using service = await agent({ api: 'v0', version: '0.5.11' }, { '/GetQuote': () => undefined });
  const attester = attesterOf(service);
  const enough = new AbortController();
  const quotes = Array.from({ length: 20 }, () => attester.evidence({ reportData, signal: enough.signal }));
  expect(await attester.detect()).toMatchObject({ available: true });
  enough.abort(new Error('enough'));
  await expect(Promise.all(quotes)).rejects.toThrow('enough');
});

test('more requests than can wait are refused at once', async () => {
  await using service = await agent({ api: 'v0', version: '0.5.11' }, { '/GetQuote': () => undefined });
  const attester = attesterOf(service);
  const enough = new AbortController();
  const fitting = Array.from({ length: 8 + 256 }, () => attester.evidence({ reportData, signal: enough.signal }));
  await expect(attester.evidence({ reportData })).rejects.toThrow('dstack guest agent: 256 requests wait already');
  enough.abort(new Error('enough'));
  const outcomes = await Promise.allSettled(fitting);
  expect(new Set(outcomes.map((outcome) => String(outcome.status === 'rejected' && outcome.reason)))).toEqual(
    new Set(['Error: enough']),
  );
});
