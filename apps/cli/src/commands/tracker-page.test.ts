import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PAGE_FOLDER } from '@assay/explorer';
import { blsKeyPair, parseTorrent } from '@assay/tracker';
import { toBase64, toHex, utf8 } from '@assay/verify/codec';
import { expect, test } from 'vitest';
import { axeFinds } from '../../../../tools/explorer-axe.ts';
import { describeInChromium, launchChromium, openPage } from '../../../../tools/explorer-in-tests.ts';
import { INSTANCE, startTrackerInProcess } from '../../../../tools/tracker-in-process.ts';
import { folderInTests, torrentInTests } from '../../../../tools/tracker-peers-in-tests.ts';

const built = existsSync(new URL('index.html', PAGE_FOLDER));
const { key } = blsKeyPair(new Uint8Array(32).fill(7));

/** What clients announce: bytes as they stand in addresses. */
const percent = (bytes: Uint8Array): string => toHex(bytes).replace(/../g, '%$&');

describeInChromium('the tracker in the explorer', () => {
  test.skipIf(!built)(
    `its figures follow what is announced, asking nobody else${built ? '' : ' [not built: npm run build]'}`,
    async () => {
      const { torrent } = torrentInTests(65_536, 16_384);
      await using folder = await folderInTests();
      await writeFile(join(folder.path, 'one.torrent'), torrent);
      await using tracker = await startTrackerInProcess({ torrents: folder.path });
      const origin = tracker.service.at('tracker');
      const registered = await fetch(`${origin}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          user_id: 'alice',
          public_key: toBase64(key.publicKey),
          signature: toBase64(key.sign(utf8(`register||alice||${INSTANCE}`))),
        }),
      });
      const { announce: path } = (await registered.json()) as { readonly announce: string };
      const infohash = percent(parseTorrent(torrent).infohash ?? new Uint8Array(20));
      const announce = async (peer: number, left: number): Promise<string> => {
        const peerId = percent(new Uint8Array(20).fill(peer));
        const asked = `info_hash=${infohash}&peer_id=${peerId}&port=${6_000 + peer}&uploaded=0&downloaded=0&left=${left}`;
        return (await fetch(`${origin}${path}?${asked}`)).text();
      };

      await using browser = await launchChromium();
      await using opened = await openPage(browser, origin, { viewport: { width: 1100, height: 900 } });
      const { page, outside, faults } = opened;
      await page.clock.install();
      await page.goto(`${origin}/explorer/`);
      await page.getByRole('link', { name: 'Tracker' }).click();
      const figure = (id: string): Promise<string> => page.locator(`[data-figure="${id}"]`).innerText();
      await expect.poll(() => figure('users')).toBe('1');
      expect([await figure('peers'), await figure('announces'), await figure('rate')]).toEqual(['0', '0', '–']);

      for (const peer of [1, 2, 3]) expect(await announce(peer, peer === 1 ? 0 : 9)).toContain('interval');
      await page.clock.runFor(3_000);
      await expect.poll(() => figure('announces')).toBe('3');
      const shown = await Promise.all(['peers', 'seeds', 'swarms', 'ledger'].map(figure));
      expect(shown).toEqual(['3', '1', '1', '1']);
      expect(Number(await figure('rate'))).toBeGreaterThan(0);
      expect(await page.locator('.tee').innerText()).toMatch(/^SIMULATED dstack, mode enabled/);
      expect(await page.locator('.sparkline polyline').count()).toBe(1);
      expect(await axeFinds(page)).toEqual([]);

      for (let i = 4; i < 9; i += 1) await announce(i, 9);
      await page.clock.runFor(3_000);
      await expect.poll(() => figure('peers')).toBe('8');
      await page.getByRole('link', { name: 'Evidence' }).click();
      await page.getByRole('button', { name: 'Check this server' }).waitFor();
      expect({ outside, faults }).toEqual({ outside: [], faults: [] });
    },
  );
});
