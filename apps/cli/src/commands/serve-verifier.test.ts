import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { type Caller, newApiKey } from '@assay/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { localService } from '../../../../tools/local-service.ts';
import { type RunningService, startService } from '../../../../tools/service-in-process.ts';
import { startSimulation } from '../../../../tools/simulation-in-process.ts';
import { serveAttester } from './serve.ts';
import { serveVerifier } from './serve-verifier.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const HERE = { host: '127.0.0.1', port: '0', metricsPort: 'off', json: true } as const;

type Key = ReturnType<typeof newApiKey>;
const newKey = (id: string, role: Caller['role'] = 'caller'): Key => newApiKey({ id, role }, randomBytes);
const writeKeys = async (name: string, ...keys: readonly Key[]): Promise<string> => {
  await writeFile(folder.path(name), keys.map(({ line }) => `${line}\n`).join(''), { mode: 0o600 });
  return folder.path(name);
};
const serve = (flags: object, env: Readonly<Record<string, string>> = {}): Promise<RunningService> =>
  startService((io, stop) => serveVerifier({ ...HERE, ...flags }, io, stop), env);
const ask = async (service: RunningService, { key }: Key, target: string, body?: unknown) => {
  const [method = '', path = ''] = target.split(' ');
  const answer = await fetch(service.at('verifier') + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
};

describe('assay serve verifier', () => {
  test('judges what an attester answers to its challenge, with collateral of the vendor', async () => {
    await using simulation = await startSimulation('dstack', { directory: folder.path('dstack') });
    const collateralFrom = simulation.document.services.find(({ name }) => name === 'Intel PCS v4')?.at ?? '';
    const attesting = { ...HERE, name: 'shop' };
    await using attester = await startService(
      (io, stop) => serveAttester(attesting, io, stop),
      simulation.document.environment,
    );
    const [shop, ops] = [newKey('shop'), newKey('ops', 'admin')];
    await using verifier = await serve({
      metricsPort: '0',
      ...{ database: folder.path('whole.db'), keysFile: await writeKeys('whole', shop, ops), collateralFrom },
      ...{ rootCa: folder.path('dstack/roots/intel.pem'), allowSimulated: true },
      ...{ tokenKeys: folder.path('tokens'), url: 'https://verifier.example' },
    });
    const binding = { profile: 'assay/1-batch', type: 'attestation', claims: { name: 'shop' } };
    await ask(verifier, ops, 'PUT /v1/policies/shop', { identity: 'any', binding });
    const challenge = await ask(verifier, shop, 'POST /v1/challenges', { policyId: 'shop' });
    const { nonce } = challenge.json;
    const evidence: unknown = await (await fetch(`${attester.at('attester')}/attestation?nonce=${nonce}`)).json();
    expect(evidence).not.toHaveProperty('endorsements');
    const { status, json } = await ask(verifier, shop, 'POST /v1/verify', { challenge: nonce, evidence });
    expect([status, json.verdict]).toMatchObject([200, { trusted: true, simulated: true, tee: 'tdx' }]);
    expect((await fetch(`${verifier.at('verifier')}/.well-known/jwks.json`)).status).toBe(200);
    expect((await fetch(`${verifier.at('verifier')}/docs`)).status).toBe(200);
    const counted = 'assay_verdicts_total{tee="tdx",outcome="affirming",simulated="true"} 1';
    expect(await (await fetch(verifier.at('metrics'))).text()).toContain(counted);
  }, 60_000);

  test('gives no verdict while the service of its endorsements is away, and uses no nonce up', async () => {
    await using simulation = await startSimulation('dstack', { directory: folder.path('away') });
    const attesting = { ...HERE, name: 'shop' };
    await using attester = await startService(
      (io, stop) => serveAttester(attesting, io, stop),
      simulation.document.environment,
    );
    await using gone = await localService({});
    const ops = newKey('ops', 'admin');
    await using verifier = await serve({
      ...{ database: folder.path('away.db'), keysFile: await writeKeys('away-keys', ops), collateralFrom: gone.origin },
      ...{ rootCa: folder.path('away/roots/intel.pem'), allowSimulated: true },
    });
    await ask(verifier, ops, 'PUT /v1/policies/shop', { identity: 'any', binding: { profile: 'assay/1-batch' } });
    const { nonce } = (await ask(verifier, ops, 'POST /v1/challenges', { policyId: 'shop' })).json;
    const evidence: unknown = await (await fetch(`${attester.at('attester')}/attestation?nonce=${nonce}`)).json();
    const refused = [503, { code: 'unavailable', field: 'endorsements' }];
    for (const _ of ['the service is asked', 'it is not asked again so soon']) {
      const { status, json } = await ask(verifier, ops, 'POST /v1/verify', { challenge: nonce, evidence });
      expect([status, json]).toMatchObject(refused);
    }
    const { status, json } = await ask(verifier, ops, 'POST /v1/verify', { challenge: nonce, evidence: 'AAAA' });
    expect([status, json.verdict]).toMatchObject([200, { outcome: 'contraindicated' }]);
  }, 60_000);

  test('takes new keys from the file, and drops old ones, while it runs', async () => {
    const [old, next] = [newKey('shop'), newKey('shop')];
    const keysFile = await writeKeys('changing', old);
    await using verifier = await serve({ database: folder.path('changing.db'), keysFile });
    const statuses = async (): Promise<readonly number[]> => {
      const answers = [];
      for (const key of [old, next]) answers.push((await ask(verifier, key, 'GET /v1/policies')).status);
      return answers;
    };
    expect(await statuses()).toEqual([200, 401]);
    await writeKeys('changing', next, newKey('other'));
    expect(await statuses()).toEqual([401, 200]);
    await chmod(keysFile, 0o666);
    expect(await statuses()).toEqual([401, 401]);
    const told = `--keys-file: ${keysFile}: others may write it; chmod 0600 ${keysFile}`;
    expect(verifier.log().split(told)).toHaveLength(2);
    await chmod(keysFile, 0o600);
    expect(await statuses()).toEqual([401, 200]);
    await writeFile(keysFile, `${next.line}\nshop\n`);
    expect(await statuses()).toEqual([401, 401]);
    expect(verifier.log().split(`${keysFile} line 2: expected ID`)).toHaveLength(2);
  });

  test('keeps what it was told when it is started again', async () => {
    const ops = newKey('ops', 'admin');
    const flags = { database: folder.path('again.db'), keysFile: await writeKeys('again', ops) };
    {
      await using verifier = await serve(flags);
      await ask(verifier, ops, 'PUT /v1/policies/td', { identity: 'any' });
    }
    await using verifier = await serve(flags);
    expect((await ask(verifier, ops, 'GET /v1/policies/td')).json).toMatchObject({ version: 1, createdBy: 'ops' });
  });

  test.each<[string, object, string]>([
    ['no database', {}, 'database: '],
    ['two databases', { database: 'a.db', databaseUrlFile: 'url' }, 'database: '],
    ['a file of keys that is not there', { database: 'a.db', keysFile: '/none' }, 'make a key with assay serve'],
    ['a root that nobody named', { database: 'a.db', allowSimulated: true }, 'expected rootCa beside it'],
    [
      'tokens of an issuer that nobody finds',
      { database: 'a.db', tokenKeys: 'keys' },
      '--url: tokens name the address',
    ],
    [
      'an issuer with a query',
      { database: 'a.db', tokenKeys: 'keys', url: 'https://v.example/?a' },
      '--url: expected an address alone',
    ],
    ['collateral in clear', { database: 'a.db', collateralFrom: 'http://v.example' }, '--collateral-from: '],
    ['a challenge without end', { database: 'a.db', challengeSeconds: '86401' }, 'challengeSeconds: '],
  ])('refuses %s, naming the option', async (_, flags, message) => {
    const url = folder.path('url');
    await writeFile(url, 'postgres:///secret');
    const keysFile = await writeKeys('refused', newKey('shop'));
    const given = { keysFile, ...flags, ...('databaseUrlFile' in flags && { databaseUrlFile: url }) };
    const refused = { code: 'usage', message: expect.stringContaining(message) };
    await expect(serve(given)).rejects.toMatchObject(refused);
  });

  test("shows its configuration without the database's password", async () => {
    await writeFile(folder.path('url'), 'postgres://app:secret@db/app');
    const args = [
      'serve',
      'verifier',
      '--print-config',
      '--keys-file',
      'keys',
      '--database-url-file',
      folder.path('url'),
    ];
    const { exit, output } = await assayHere(args);
    expect([exit, output]).toEqual([0, expect.stringContaining('databaseUrl')]);
    expect(output).not.toContain('secret@');
  });

  test('says a new key once, and the line for the file', async () => {
    const { exit, output } = await assayHere(['serve', 'verifier', '--new-key', 'shop']);
    expect([exit, output]).toEqual([
      0,
      expect.stringMatching(
        /^key, shown this once: {2}assay_\S{43}\nline for the file: {5}shop caller [0-9a-f]{64}\n$/,
      ),
    ]);
    const wrong = await assayHere(['serve', 'verifier', '--new-key', 'a shop']);
    expect([wrong.exit, wrong.log]).toEqual([2, expect.stringContaining('"a shop" is no id')]);
  });
});
