import { describe, expect, test } from 'vitest';
import { type AgentScript, agentRoutes, bodyOf, json, refusal } from '../../../../tools/guest-agent-in-tests.ts';
import { type LocalService, localService, type Reply, type Routes } from '../../../../tools/local-service.ts';
import { createDstackClient } from './client.ts';

const agent = (script: AgentScript, more: Routes = {}): Promise<LocalService> =>
  localService({ ...agentRoutes(script), ...more });
const clientOf = ({ origin }: LocalService, timeoutMs?: number) => createDstackClient({ endpoint: origin, timeoutMs });

describe('what an agent says of its app', () => {
  test.each<AgentScript>([{ api: 'v1', version: '0.6.0' }, { api: 'v0', version: '0.5.11' }, { api: 'tappd' }])(
    'is the same by each API: %o',
    async (script) => {
      await using service = await agent({ ...script, appCompose: '{"name":"é"}' });
      expect(await clientOf(service).info()).toEqual({
        appName: 'app',
        appId: '01'.repeat(20),
        instanceId: '02'.repeat(20),
        composeHash: 'ab',
        osImageHash: '',
        keyProviderInfo: '',
        vmConfig: '{}',
        appCompose: new TextEncoder().encode('{"name":"é"}'),
      });
    },
  );

  test('is refused when a member has another type, which is named', async () => {
    await using service = await agent({ api: 'v0', version: '0.5.11' }, { '/Info': json({ app_id: 7 }) });
    await expect(clientOf(service).info()).rejects.toThrow(/: \/Info: app_id: expected text; see whether/);
  });
});

describe('an event', () => {
  const payload = Uint8Array.of(1, 2, 3);

  test('is emitted once, in hexadecimal', async () => {
    const asked: unknown[] = [];
    const emitting: Reply = (request, response) => {
      bodyOf(request).then((body) => {
        asked.push(body);
        response.end('null');
      }, response.destroy.bind(response));
    };
    await using service = await agent({ api: 'v0', version: '0.5.8' }, { '/EmitEvent': emitting });
    await clientOf(service).emitEvent('model', payload);
    expect(asked).toEqual([{ event: 'model', payload: '010203' }]);
  });

  const REMOVED = 'EmitEvent was removed in dstack 0.6.0; runtime RTMR3 events are system-owned';
  test.each<[AgentScript, Reply]>([
    [{ api: 'v1', version: '0.6.0' }, refusal(REMOVED)],
    [{ api: 'v0', version: '0.4.2' }, refusal('Service not found: EmitEvent')],
    [{ api: 'v1', version: '0.6.1' }, refusal('Service not found: EmitEvent', 404)],
    [{ api: 'tappd', version: '0.5.8' }, json(null)],
  ])('is refused by name where the agent has none: %o', async (script, reply) => {
    await using service = await agent(script, { '/EmitEvent': reply });
    const error = expect(clientOf(service).emitEvent('model', payload)).rejects;
    await error.toMatchObject({ code: 'unavailable' });
    await error.toThrow(/\(API \w+\) at \S+ has no EmitEvent: dstack has it from 0\.5\.0 to 0\.5\.11; measure it by/);
  });

  test('that the agent refuses is refused with its words: they are never swallowed', async () => {
    await using service = await agent({ api: 'v0', version: '0.5.8' }, { '/EmitEvent': refusal('no TDX device') });
    await expect(clientOf(service).emitEvent('model', payload)).rejects.toThrow(
      /\/EmitEvent: HTTP 400: no TDX device; /,
    );
  });

  test('is never emitted twice: when the connection breaks, nobody knows', async () => {
    const broken: Reply = (request) => void request.socket.destroy();
    await using service = await agent({ api: 'v0', version: '0.5.8' }, { '/EmitEvent': [broken, json(null)] });
    await expect(clientOf(service).emitEvent('model', payload)).rejects.toThrow(
      /the connection broke .*: model may have been measured or not; read the event log/,
    );
    expect(service.requests.filter((path) => path === '/EmitEvent')).toHaveLength(1);
  });

  test.each<[string, Reply]>([
    ['a gateway that gave up', { status: 504, body: 'timed out' }],
    ['an answer that is no JSON', { body: 'OK' }],
    ['an answer without end', { headers: { 'content-length': '70000' }, body: '' }],
    ['no HTTP', (request) => void request.socket.end('SSH-2.0\r\n\r\n')],
  ])('that %s tells nothing of may have been measured', async (_, reply) => {
    await using service = await agent({ api: 'v0', version: '0.5.8' }, { '/EmitEvent': reply });
    await expect(clientOf(service).emitEvent('model', payload)).rejects.toThrow(
      /: model may have been measured or not; read the event log/,
    );
  });

  test('waits for the one before it: the log is in the order of the register', async () => {
    const asked: unknown[] = [];
    let present = 0;
    let most = 0;
    const emitting: Reply = (request, response) => {
      present += 1;
      most = Math.max(most, present);
      bodyOf(request).then(({ event }) => {
        asked.push(event);
        present -= 1;
        response.end('null');
      }, response.destroy.bind(response));
    };
    await using service = await agent({ api: 'v0', version: '0.5.8' }, { '/EmitEvent': emitting });
    const client = clientOf(service);
    const names = Array.from({ length: 20 }, (_, index) => `step ${index}`);
    await Promise.all(names.map((name) => client.emitEvent(name, payload)));
    expect([asked, most]).toEqual([names, 1]);
  });

  test('that is called off while it waits is never emitted', async () => {
    const held = Promise.withResolvers<void>();
    const emitting: Reply = (_, response) => void held.promise.then(() => response.end('null'));
    await using service = await agent({ api: 'v0', version: '0.5.8' }, { '/EmitEvent': emitting });
    const client = clientOf(service);
    const first = client.emitEvent('first', payload);
    const enough = new AbortController();
    const second = client.emitEvent('second', payload, enough.signal);
    enough.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    held.resolve();
    await first;
    expect(service.requests.filter((path) => path === '/EmitEvent')).toHaveLength(1);
  });

  test('that is not answered in time may have been measured', async () => {
    await using service = await agent({ api: 'v0', version: '0.5.8' }, { '/EmitEvent': () => undefined });
    await expect(clientOf(service, 50).emitEvent('model', payload)).rejects.toThrow(
      'dstack guest agent: EmitEvent, which may have measured the event: no answer within 50 ms',
    );
  });

  test.each([
    ['', payload, 'event'],
    ['x'.repeat(257), payload, 'event'],
    ['\ud800', payload, 'event'],
    ['a:b', payload, 'event'],
    ['compose-hash', payload, 'event'],
    ['system-ready', payload, 'event'],
    ['model', new Uint8Array(65_537), 'payload'],
  ])('that would spoil the log is the caller’s mistake: %j', async (event, bytes, field) => {
    const client = createDstackClient({ root: '/nowhere' });
    await expect(client.emitEvent(event, bytes)).rejects.toMatchObject({ code: 'usage', details: { field } });
  });
});
