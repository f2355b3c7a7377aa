import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Attester } from '../attester.ts';
import { createConfidentialSpaceAttester } from './attester.ts';

const reportData = new Uint8Array(64);
let folder: string;
let socket: string;
let server: Server;
let attester: Attester;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'launcher-'));
  socket = join(folder, 'teeserver.sock');
  server = createServer((connection) => connection.destroy());
  attester = createConfidentialSpaceAttester({
    socket,
    audience: 'https://verifier.example',
    sleep: async () => undefined,
  });
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});
const outcomes = async () =>
  (await Promise.all(attester.health.map(({ look }) => look()))).map(({ outcome }) => outcome);

test('without a socket it says where it would run', async () => {
  expect(await attester.detect()).toEqual({ available: false, looked: [`unix:${socket}: no such socket (ENOENT)`] });
  await expect(attester.evidence({ reportData })).rejects.toThrow(
    /no such socket \(ENOENT\); run the container on a Confidential Space image/,
  );
  expect(await outcomes()).toEqual(['fail', 'skip', 'skip']);
});

test('another file in its place is no launcher', async () => {
  await writeFile(socket, '');
  expect((await attester.detect()).looked).toEqual([`unix:${socket}: no socket, but another kind of file`]);
  expect(await outcomes()).toEqual(['fail', 'skip', 'skip']);
  await expect(attester.evidence({ reportData })).rejects.toThrow(/nobody listens there \(ECONNREFUSED\)/);
});

test('whatever the launcher answers with 200, it is a token with the report data or refused', async () => {
  let answer = '';
  server.removeAllListeners('connection');
  server.on('connection', (connection) => {
    connection.on('error', () => undefined);
    connection.once('data', () => {
      const length = Buffer.byteLength(answer);
      connection.end(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n${answer}`);
    });
  });
  await new Promise<void>((listening) => void server.listen(socket, listening));
  const part = fc.oneof(
    fc.base64String().map((text) => text.replaceAll(/[+/=]/g, '')),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
  );
  const jwts = fc.tuple(part, part, part).map((parts) => parts.join('.'));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), jwts), async (text) => {
      answer = text;
      await expect(attester.evidence({ reportData })).rejects.toMatchObject({
        name: 'AssayError',
        code: 'unavailable',
      });
    }),
    { numRuns: 50 },
  );
});

test('a launcher that breaks every connection is asked three times', async () => {
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((listening) => void server.listen(socket, listening));
  await expect(attester.evidence({ reportData })).rejects.toThrow(/the connection broke before/);
  expect(connections).toBe(3);
});

test('a socket that cannot be looked at is none that is missing', async () => {
  await symlink(socket, socket);
  const [check] = attester.health;
  expect(await check?.look()).toEqual({
    outcome: 'fail',
    found: `unix:${socket}: it cannot be looked at (ELOOP)`,
    remedy: 'see what is mounted there',
  });
});
