import { describe, expect, test } from 'vitest';
import { type AgentScript, agentRoutes, json, refusal } from '../../../../tools/guest-agent-in-tests.ts';
import { localService, type Reply, type Routes } from '../../../../tools/local-service.ts';
import { createDstackAttester } from './attester.ts';
import { createDstackClient } from './client.ts';

const HTML = { status: 404, headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html>' };
const agent = (script: AgentScript, more: Routes = {}, otherwise: Reply = HTML) =>
  localService({ ...agentRoutes(script), ...more }, otherwise);

describe('the API of a guest agent', () => {
  test.each([
    [{ api: 'v1', version: '0.6.0' }, 'dstack guest agent 0.6.0 (API v1)'],
    [{ api: 'v0', version: '0.5.11' }, 'dstack guest agent 0.5.11 (API v0)'],
    [{ api: 'v0' }, 'dstack guest agent (API v0)'],
    [{ api: 'tappd', version: '0.5.8' }, 'dstack guest agent 0.5.8 (API tappd)'],
    [{ api: 'tappd' }, 'dstack guest agent (API tappd)'],
  ] as const)('of %o is found', async (script, name) => {
    await using service = await agent(script);
    const found = await createDstackClient({ endpoint: service.origin }).agent();
    expect(found).toMatchObject({ ...script, shown: `${name} at ${service.origin}` });
  });

  test('is v1 when its path is known and only the method is not', async () => {
    const older = { '/v1/Version': refusal('Service not found: Version', 404) };
    await using service = await agent({ api: 'v1', version: '0.6.0' }, older);
    expect(await createDstackClient({ endpoint: service.origin }).agent()).toMatchObject({ api: 'v1' });
  });

  test.each([
    ['a page', HTML],
    ['another form', json({ error: { code: 404, reason: 'Not Found' } }, 404)],
    ['another error', refusal('not here', 404)],
    ['another status', refusal('Service not found: Version', 400)],
    ['success without a version', json({})],
  ])('is not v1 when the answer is %s', async (_, reply) => {
    await using service = await agent({ api: 'v0', version: '0.5.11' }, { '/v1/Version': reply });
    expect(await createDstackClient({ endpoint: service.origin }).agent()).toMatchObject({ api: 'v0' });
  });

  test('is Tappd where TAPPD_SIMULATOR_ENDPOINT says so, though there be newer ones', async () => {
    await using service = await agent({ api: 'v0', version: '0.5.5' }, agentRoutes({ api: 'tappd' }));
    const environment = { TAPPD_SIMULATOR_ENDPOINT: service.origin };
    expect(await createDstackClient({ environment }).agent()).toMatchObject({ api: 'tappd' });
    expect(service.requests).toEqual(['/prpc/Tappd.Info', '/prpc/Tappd.Version']);
  });

  test('of an agent that is newer than Assay is used, and named with its version', async () => {
    await using service = await agent({ api: 'v1', version: '1.2.0\u001b[2J' }, { '/GetQuote': HTML });
    const attester = createDstackAttester({ endpoint: service.origin });
    const name = `dstack guest agent 1.2.0 [2J (API v1, a version that Assay does not know: it knows 0.3 to 0.6)`;
    expect((await attester.detect()).looked).toContain(`${name} at ${service.origin}`);
    const evidence = attester.evidence({ reportData: new Uint8Array(64) });
    await expect(evidence).rejects.toThrow(`${name} at ${service.origin}: /GetQuote: HTTP 404`);
  });

  test('is asked for again once the agent has failed: it may be another one', async () => {
    const [newer, older] = [json({ version: '0.6.0' }), HTML];
    await using service = await agent(
      { api: 'v0', version: '0.5.11' },
      {
        '/v1/Version': [newer, older],
        '/v1/Info': HTML,
      },
    );
    const client = createDstackClient({ endpoint: service.origin });
    await expect(client.info()).rejects.toThrow('/v1/Info: HTTP 404');
    expect((await client.info()).appName).toBe('app');
  });
});

describe('what is no guest agent', () => {
  test('is refused with what it answered', async () => {
    await using service = await localService({ '/Version': json([]), '/Info': { status: 500 } });
    const error = expect(createDstackClient({ endpoint: service.origin }).info()).rejects;
    await error.toMatchObject({ code: 'unavailable' });
    await error.toThrow(
      `${service.origin} (endpoint): no guest agent that speaks v1, v0 or Tappd (/v1/Version: HTTP 404, ` +
        '/Version: HTTP 200, /Info: HTTP 500, /prpc/Tappd.Info: HTTP 404); check the endpoint',
    );
  });

  test('is not detected, and the reason is told', async () => {
    await using service = await localService({});
    const attester = createDstackAttester({ environment: { DSTACK_ENDPOINT: service.origin } });
    const { available, looked } = await attester.detect();
    expect(available).toBe(false);
    expect(looked).toEqual([
      `DSTACK_ENDPOINT: ${service.origin}`,
      expect.stringMatching(/no guest agent that speaks v1, v0 or Tappd \(.*\)$/),
    ]);
    const misnamed = createDstackAttester({ environment: { DSTACK_ENDPOINT: 'nowhere' } });
    expect(await misnamed.detect()).toEqual({
      available: false,
      looked: [expect.stringMatching(/^DSTACK_ENDPOINT: expected the path/)],
    });
    expect(await attester.detect(AbortSignal.abort())).toMatchObject({ available: false });
  });
});

describe('PHALA_API_KEY', () => {
  const PHALA_API_KEY = 'phak_0123456789';
  const keyed = (origin: string) => ({ environment: { PHALA_ENDPOINT: origin, PHALA_API_KEY } });

  test('goes with each request to PHALA_ENDPOINT, and with none elsewhere', async () => {
    const seen: (string | undefined)[] = [];
    const noting: Reply = ({ headers }, response) => {
      seen.push(headers.authorization);
      response.end(JSON.stringify({ version: '0.6.0', app_id: '01' }));
    };
    await using service = await localService({}, noting);
    const client = createDstackClient(keyed(service.origin));
    await client.info();
    expect(JSON.stringify(await client.agent())).not.toContain(PHALA_API_KEY);
    expect(seen).toEqual(Array(3).fill(`Bearer ${PHALA_API_KEY}`));
    const elsewhere = { PHALA_API_KEY, PHALA_ENDPOINT: service.origin, DSTACK_ENDPOINT: service.origin };
    await createDstackClient({ environment: elsewhere }).info();
    expect(seen.slice(3)).toEqual([undefined, undefined]);
  });

  test('is in no error, though the service repeat it', async () => {
    const repeating: Reply = ({ headers }, response) =>
      void response.writeHead(400).end(JSON.stringify({ error: `bad credential ${headers.authorization}` }));
    await using service = await agent({ api: 'v0', version: PHALA_API_KEY }, { '/Info': repeating });
    const client = createDstackClient(keyed(service.origin));
    const error: unknown = await client.info().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('(secret)');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error)).not.toContain(PHALA_API_KEY);
  });

  test('that is refused is named in the remedy', async () => {
    await using service = await localService({}, refusal('unauthorized', 401));
    const error = createDstackClient(keyed(service.origin)).info();
    await expect(error).rejects.toThrow(/\/v1\/Version: HTTP 401, .*; check PHALA_API_KEY$/);
  });
});
