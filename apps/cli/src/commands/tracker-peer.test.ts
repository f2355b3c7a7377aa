import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assayHere } from '../../../../tools/assay-in-process.ts';
import { folderInTests, torrentInTests } from '../../../../tools/tracker-peers-in-tests.ts';
import { startAssay } from '../../../../tools/tracker-peers-process.ts';

const MIB = 1_048_576;

describe('assay tracker peer', () => {
  test('two processes exchange 16 MiB through a third one, the tracker, and its ledger balances', async () => {
    const file = torrentInTests(16 * MIB, 262_144);
    await using here = await folderInTests(file);
    await using there = await folderInTests();
    await using state = await folderInTests();
    const path = (name: string) => join(state.path, name);
    await mkdir(path('torrents'));
    await writeFile(path('torrents/x.torrent'), file.torrent);
    const at = ['--host', '127.0.0.1', '--port', '0'];
    const kept = ['--database', path('tracker.db'), '--key-file', path('tracker.key')];
    const tracker = ['tracker', ...at, '--udp-port', 'off', '--metrics-port', '0', ...kept];
    await using running = startAssay([...tracker, '--torrents', path('torrents'), '--grant', `${64 * MIB}`]);
    const url = await addressOf(running.line);
    const peer = (user: string, folder: string) => {
      const what = ['--torrent', path('torrents/x.torrent'), '--data', folder, '--account', path(`${user}.json`)];
      return startAssay(['tracker', 'peer', ...what, '--tracker', url, '--user', user, ...at]);
    };
    await using seed = peer('alice', here.path);
    expect(await seed.line()).toContain(': 0 bytes are missing');
    expect(await seed.line()).toBe('complete');
    await using leech = peer('bob', there.path);
    expect(await leech.line()).toContain(`: ${16 * MIB} bytes are missing`);
    expect(await leech.line()).toBe('complete');
    expect(Buffer.compare(await readFile(join(there.path, file.name)), file.data)).toBe(0);
    expect((await stat(path('alice.json'))).mode & 0o777).toBe(0o600);

    const user = async (id: string) => (await fetch(`${url}/user/${id}`)).json();
    await expect.poll(() => user('alice'), { timeout: 20_000 }).toMatchObject({ total_uploaded: 16 * MIB });
    expect(await user('bob')).toMatchObject({ total_uploaded: 0, total_downloaded: 16 * MIB });
    const told = seed.line();
    expect(await seed.stop()).toBe(0);
    expect(await told).toBe('receipts: 64 counted, 0 wait');
    expect(await leech.stop()).toBe(0);
  });

  test.each([
    ['an account that does not exist, and nobody to register', [], 'give --tracker and --user to register'],
    ['an address with a passkey', ['--tracker', 'http://x@127.0.0.1', '--user', 'alice'], '--tracker: expected http'],
    ['a user that cannot be', ['--tracker', 'http://127.0.0.1:1', '--user', 'a|b'], '--user: expected 1 to 64'],
  ])('refuses %s', async (_name, more, message) => {
    await using state = await folderInTests();
    const file = torrentInTests(16_384, 16_384);
    const torrent = join(state.path, 'x.torrent');
    await writeFile(torrent, file.torrent);
    const what = ['--torrent', torrent, '--data', state.path, '--account', join(state.path, 'account.json')];
    const answer = await assayHere(['tracker', 'peer', ...what, ...more]);
    expect(answer).toMatchObject({ exit: 2, log: expect.stringContaining(message) });
  });
});

/** The address that a service announces first. */
async function addressOf(line: () => Promise<string>): Promise<string> {
  for (;;) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(await line()) ?? [];
    if (address !== undefined) return address;
  }
}
