import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '@assay/verify';
import { describe, expect, test } from 'vitest';
import { ATTESTER_ALIASES, attesterConfig } from '../attester/config.ts';
import { BROKER_ALIASES, brokerConfig } from '../broker/config.ts';
import { PROXY_ALIASES, proxyConfig } from '../proxy/config.ts';
import { ATTESTER_VARIABLES } from './listening.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';

const foreign = [...ATTESTER_VARIABLES];
const readFile = async (): Promise<Uint8Array> => new TextEncoder().encode('PRIVATE');

const messageOf = async (loading: Promise<unknown>): Promise<string> => {
  const error: unknown = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof AssayError && error.code === 'usage' ? error.message : '';
};

test('what attesters read is known, all of it', () => {
  const folder = join(import.meta.dirname, '../../../attest/src');
  const sources = globSync('**/*.ts', { cwd: folder }).map((path) => readFileSync(join(folder, path), 'utf8'));
  const read = sources.flatMap((text) => text.match(/\bASSAY_[A-Z_]+\b/g) ?? []);
  expect([...new Set(read)].sort()).toEqual([...ATTESTER_VARIABLES].sort());
});

describe('the attester service', () => {
  const load = (sources: Partial<Parameters<typeof loadConfig<typeof attesterConfig>>[0]>) =>
    loadConfig({ schema: attesterConfig, aliases: ATTESTER_ALIASES, foreign, readFile, ...sources });

  test('is reachable by all on 8080, shows no token and no environment', async () => {
    expect((await load({})).values).toEqual({
      host: '0.0.0.0',
      port: 8080,
      metricsHost: '127.0.0.1',
      name: 'assay',
      publicToken: false,
      showEnv: false,
    });
  });

  test("takes the seed's PORT, and leaves alone what attesters read", async () => {
    const environment = { PORT: '9000', ASSAY_TSM_PATH: '/tsm', ASSAY_METRICS_PORT: 'off', DSTACK_SOCKET: '/s' };
    const { values, sources } = await load({ environment });
    expect([values.port, sources.port, values.metricsPort]).toEqual([9000, 'variable PORT', 'off']);
  });

  test('a key comes from a file, is never printed, and has its certificate', async () => {
    const config = await load({ flags: { tlsKeyFile: '/key.pem', tlsCertificate: '/cert.pem' } });
    expect(config.values.tlsKey).toBe('PRIVATE');
    expect(printConfig(config, attesterConfig)).not.toContain('PRIVATE');
    expect(await messageOf(load({ flags: { tlsKeyFile: '/key.pem' } }))).toContain('tlsCertificate');
    expect(await messageOf(load({ flags: { tlsCertificate: '/cert.pem' } }))).toContain('give both or none');
    const twice = { tls: 'self-made', tlsKeyFile: '/key.pem', tlsCertificate: '/cert.pem' };
    expect(await messageOf(load({ flags: twice }))).toContain('expected nothing beside a key');
  });

  test.each([
    [{ ASSAY_PROT: '1' }, 'the nearest name is ASSAY_PORT'],
    [{ ASSAY_FROM: 'nitro' }, 'from: variable ASSAY_FROM'],
    [{ ASSAY_PORT: '65536' }, 'port: variable ASSAY_PORT'],
    [{ ASSAY_URL: 'ftp://here' }, 'expected http://'],
    [{ ASSAY_TLS: 'on' }, 'tls: variable ASSAY_TLS'],
    [{ ASSAY_TLS_KEY: 'secret-text' }, 'tlsCertificate'],
  ])('%j is refused', async (environment, reason) => {
    expect(await messageOf(load({ environment }))).toContain(reason);
  });
});

describe('the proxy', () => {
  const load = (environment: Record<string, string>) =>
    loadConfig({ schema: proxyConfig, aliases: PROXY_ALIASES, foreign, environment });

  test("takes the seed's port and its variable, and no bearer without a file", async () => {
    expect((await load({})).values).toMatchObject({
      port: 8081,
      socket: '/run/tdx-attestation-proxy.sock',
      allowRaw: false,
    });
    const { values } = await load({ TDX_PROXY_PORT: '9', ASSAY_TSM_PATH: '/tsm', ASSAY_TOKEN_FILE: '/token' });
    expect(values).toMatchObject({ port: 9, tsmPath: '/tsm', tokenFile: '/token' });
  });

  test('refuses what is no name of a group', async () => {
    expect(await messageOf(load({ ASSAY_RAW_GROUP: 'a b' }))).toContain('the name of a group');
  });
});

describe('the broker', () => {
  const load = (environment: Record<string, string>) =>
    loadConfig({ schema: brokerConfig, aliases: BROKER_ALIASES, foreign, environment });

  test('finds the guest agent as its clients do', async () => {
    expect((await load({})).values.upstream).toBe('/var/run/dstack.sock');
    expect((await load({ DSTACK_SIMULATOR_ENDPOINT: 'http://127.0.0.1:8090' })).values.upstream).toBe(
      'http://127.0.0.1:8090',
    );
  });

  test('listens at one place', async () => {
    expect(await messageOf(load({ ASSAY_PORT: '1', ASSAY_SOCKET: '/s' }))).toContain('socket: variable ASSAY_SOCKET');
    expect(await messageOf(load({ ASSAY_HOST: '0.0.0.0' }))).toContain('host: variable ASSAY_HOST: is that of a port');
    expect((await load({ ASSAY_HOST: '::1', ASSAY_PORT: '1' })).values).toMatchObject({ host: '::1', port: 1 });
  });
});
