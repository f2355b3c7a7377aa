import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { createIntelVendor, createSoftwareTd, issuePck } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { Hono } from 'hono';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { until } from '../../../../tools/hand-made-attester.ts';
import { serveApp, type Timer } from '../service/serve-app.ts';
import { type RaTls, startRaTls } from './renewal.ts';

const start = new Date('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;
let attester: ReturnType<typeof createSoftwareAttester>;
beforeAll(async () => {
  const vendor = await createIntelVendor({ seed: 'renewal', now: start });
  attester = createSoftwareAttester(createSoftwareTd(vendor, { pck: await issuePck(vendor) }));
});

let now: Date;
let waits: { readonly milliseconds: number; readonly act: () => void; off: boolean }[];
let failures: unknown[];
beforeEach(() => {
  now = start;
  waits = [];
  failures = [];
});
const timer: Timer = (act, milliseconds) => {
  const wait = { milliseconds, act, off: false };
  waits.push(wait);
  return () => {
    wait.off = true;
  };
};

async function started(from: Pick<typeof attester, 'evidence'> = attester): Promise<RaTls> {
  const raTls = await startRaTls({
    attester: { ...attester, ...from },
    clock: () => now,
    names: ['localhost'],
    timer,
    onFailure: (error) => failures.push(error),
  });
  onTestFinished(() => raTls[Symbol.dispose]());
  return raTls;
}

/** Lets the time of the last wait pass, and what follows happen. */
async function pass(): Promise<void> {
  const count = waits.length;
  const wait = waits.at(-1);
  now = new Date(now.getTime() + (wait?.milliseconds ?? 0));
  wait?.act();
  await until(() => waits.length > count);
}

test('each half day there is a new key and a certificate of it', async () => {
  const raTls = await started();
  const first = raTls.current();
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([12 * HOUR]);
  await pass();
  const second = raTls.current();
  expect(second.spkiSha256).not.toBe(first.spkiSha256);
  expect(second.notAfter).toEqual(new Date('2026-11-22T00:00:00Z'));
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([12 * HOUR, 12 * HOUR]);
});

test('statements name the key before, too, until its certificate expires', async () => {
  const raTls = await started();
  const first = { use: 'tls', spkiSha256: raTls.current().spkiSha256 };
  expect(raTls.keys()).toEqual([first]);
  await pass();
  const second = { use: 'tls', spkiSha256: raTls.current().spkiSha256 };
  expect(raTls.keys()).toEqual([second, first]);
  now = new Date(start.getTime() + 24 * HOUR);
  expect(raTls.keys()).toEqual([second]);
});

test('connections go on with the certificate that they began with; new ones see the new one', async () => {
  const raTls = await started();
  const app = new Hono();
  app.get('/', (c) => c.text('here'));
  const service = await serveApp(app, {
    place: { host: '127.0.0.1', port: 0 },
    log: { write: () => undefined },
    tls: { ...raTls.current(), renewals: raTls.renewals },
  });
  onTestFinished(() => service.close());
  const connected = async (): Promise<TLSSocket> => {
    const port = Number(new URL(service.address).port);
    // The simulated day may be another one than this machine's; the certificate is compared, not trusted.
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  };
  const shown = (socket: TLSSocket): string => pemOf(socket.getPeerCertificate().raw);
  const answered = async (socket: TLSSocket): Promise<string> => {
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const [bytes] = await once(socket, 'data');
    return String(bytes).split('\r\n')[0] ?? '';
  };

  const before = await connected();
  const first = raTls.current().certificate;
  expect(await answered(before)).toBe('HTTP/1.1 200 OK');
  await pass();
  expect(await answered(before)).toBe('HTTP/1.1 200 OK');
  const after = await connected();
  expect(await answered(after)).toBe('HTTP/1.1 200 OK');
  expect([shown(before), shown(after)]).toEqual([bare(first), bare(raTls.current().certificate)]);
  expect(shown(after)).not.toBe(shown(before));
});

const pemOf = (der: Uint8Array): string => Buffer.from(der).toString('base64');
const bare = (pem: string): string => pem.replace(/-----[A-Z ]+-----|\s/g, '');

test('a renewal that fails is told and tried again a minute later; the certificate stays', async () => {
  const outage: Error[] = [];
  const raTls = await started({
    evidence: (request) => (outage.length > 0 ? Promise.reject(outage[0]) : attester.evidence(request)),
  });
  const first = raTls.current();
  outage.push(new Error('no quote'));
  await pass();
  expect([failures, raTls.current()]).toEqual([[new Error('no quote')], first]);
  expect(waits.at(-1)?.milliseconds).toBe(60_000);
  outage.pop();
  await pass();
  expect(raTls.current().spkiSha256).not.toBe(first.spkiSha256);
});

test('whoever disposes of it ends renewal, also one that is under way', async () => {
  const platform = { asked: 0, calledOff: 0 };
  const raTls = await started({
    evidence: async (request) => {
      platform.asked += 1;
      if (platform.asked === 1) return attester.evidence(request);
      await once(request.signal ?? new EventTarget(), 'abort');
      platform.calledOff += 1;
      throw request.signal?.reason;
    },
  });
  const first = raTls.current();
  waits[0]?.act();
  await until(() => platform.asked === 2);
  raTls[Symbol.dispose]();
  await until(() => platform.calledOff === 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect([waits.length, waits[0]?.off, failures, raTls.current()]).toEqual([1, true, [], first]);
});
