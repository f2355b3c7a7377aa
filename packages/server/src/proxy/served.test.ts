import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createBatcher, newInstance } from '@assay/attest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { handMadeAttester } from '../../../../tools/hand-made-attester.ts';
import { type ServedApp, serveApp } from '../service/serve-app.ts';
import { createProxyApp, type ProxyGrant } from './app.ts';
import { createQuoteLine } from './quote-line.ts';

const clock = () => new Date('2026-11-20T12:00:00Z');
const nonce = 'ab'.repeat(16);

/** A proxy as it is served: its port, and its socket; strangers have had all their statements. */
async function served(): Promise<{ readonly port: ServedApp; readonly socket: ServedApp }> {
  const source = handMadeAttester('tsm').attester;
  const evidence = { evidence: Uint8Array.of(1), tee: 'tdx' } as const;
  const attester = createQuoteLine({ ...source, evidence: async () => evidence }, { clock });
  const batcher = createBatcher(attester, { instance: newInstance(), clock });
  const granting = (grant: ProxyGrant) =>
    createProxyApp({ attester, batcher, limiter: () => 1000, bearer: () => 's3cret', grantOf: () => grant });
  const folder = await mkdtemp(join(tmpdir(), 'proxy-'));
  const common = { log: { write: () => undefined }, now: clock, newRequestId: () => 'its-id' };
  const port = await serveApp(granting('anyone'), { ...common, place: { host: '127.0.0.1', port: 0 } });
  const socket = await serveApp(granting('raw'), { ...common, place: { socket: join(folder, 'proxy.sock') } });
  onTestFinished(async () => {
    await Promise.all([port.close(), socket.close()]);
    await rm(folder, { recursive: true });
  });
  return { port, socket };
}

describe('a served proxy', () => {
  test.each([
    ['/quote', 403, 'forbidden'],
    ['/attestation', 429, 'too_many_requests'],
    ['/logs', 404, 'not_found'],
  ])('says in the problem of %s which request it was', async (path, status, code) => {
    const { port } = await served();
    const answer = await fetch(port.address + path);
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([status, 'its-id']);
    expect(await answer.json()).toMatchObject({ code, requestId: 'its-id' });
  });

  test('does not count strangers against those on its socket', async () => {
    const { port, socket } = await served();
    const path = `/attestation?nonce=${nonce}`;
    expect((await fetch(port.address + path)).status).toBe(429);
    const answer = Promise.withResolvers<readonly [number | undefined, string]>();
    request({ socketPath: socket.address, path, agent: false }, (incoming) => {
      text(incoming).then((body) => answer.resolve([incoming.statusCode, body]), answer.reject);
    })
      .on('error', answer.reject)
      .end();
    expect(await answer.promise).toEqual([200, expect.stringContaining('assay.evidence/1')]);
  });
});
