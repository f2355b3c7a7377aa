import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { startService } from '../../../../tools/service-in-process.ts';
import { type Simulation, startSimulation } from '../../../../tools/simulation-in-process.ts';
import { serveBroker } from './serve.ts';

let folder: Folder;
let simulation: Simulation;
beforeAll(async () => {
  folder = await makeFolder();
  simulation = await startSimulation('dstack', { directory: folder.path('dstack') });
}, 60_000);
afterAll(async () => {
  await simulation.stop();
  await folder[Symbol.asyncDispose]();
});

const serve = (flags: object, env = {}) =>
  startService((io, stop) => serveBroker({ json: true, ...flags }, io, stop), env);

const JSON_BODY = { 'content-type': 'application/json' };

const ask = (socketPath: string, path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method: 'POST', agent: false, headers: JSON_BODY }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.once('error', reject);
    asked.end('{"report_data":"aa"}');
  });

describe('a broker before the guest agent', () => {
  test('gives quotes on its socket, and no keys', async () => {
    const socket = folder.path('broker.sock');
    await using broker = await serve({ socket, upstream: folder.path('dstack/dstack.sock') });
    expect(broker.document).toMatchObject({ service: 'broker', listens: [{ name: 'broker', at: socket }] });
    expect(await ask(socket, '/GetQuote')).toBe(200);
    expect(await ask(socket, '/GetKey')).toBe(403);
  });

  test("finds the agent by its clients' variable, listens on a port, and lets through what it is told", async () => {
    const { environment } = simulation.document;
    await using broker = await serve({ port: '0', allow: ['Info', 'Version'] }, environment);
    const at = broker.at('broker');
    expect(at).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect((await fetch(`${at}/Info`)).status).toBe(200);
    expect((await fetch(`${at}/GetQuote?report_data=aa`)).status).toBe(403);
    expect(await (await fetch(broker.at('metrics'))).text()).toContain('assay_http_requests_total');
  });
});
