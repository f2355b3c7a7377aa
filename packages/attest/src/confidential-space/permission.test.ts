import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createConfidentialSpaceAttester } from './attester.ts';

// access(2) asks for the real user, which root cannot become for a while: hence a file, and so a process, of its own.
beforeAll(() => {
  if (process.getuid?.() === 0) process.setuid?.(65534);
});

test('a socket that is open for root alone: run as root', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'launcher-'));
  const socket = join(folder, 'teeserver.sock');
  const server = createServer((connection) => connection.destroy());
  await new Promise<void>((listening) => void server.listen(socket, listening));
  await chmod(socket, 0);
  const attester = createConfidentialSpaceAttester({ socket, audience: 'https://verifier.example' });
  expect(await attester.detect()).toEqual({
    available: false,
    looked: [`unix:${socket}: permission denied (EACCES)`],
  });
  await expect(attester.evidence({ reportData: new Uint8Array(64) })).rejects.toThrow(
    /EACCES\); run the container as root: leave USER out/,
  );
  const found = await Promise.all(attester.health.map(({ look }) => look()));
  expect(found.map(({ outcome }) => outcome)).toEqual(['pass', 'fail', 'skip']);
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});
