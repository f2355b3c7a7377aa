import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AssayError } from '@assay/verify';
import type { Figure } from './figure.ts';
import type { PngWriter } from './write.ts';

const TIMEOUT = 60_000;
const PLACES = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/google-chrome'] as const;

/** Draws PNG files with the Chromium of this machine (`CHROMIUM` names another one); undefined where there is none. */
export function pngWriter(environment: Readonly<Record<string, string | undefined>>): PngWriter | undefined {
  const chromium = [environment.CHROMIUM, ...PLACES].find((path) => path !== undefined && existsSync(path));
  if (chromium === undefined) return undefined;
  return { write: (figure, path) => draw(chromium, figure, path) };
}

async function draw(chromium: string, { svg, width, height }: Figure, path: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-figure-'));
  try {
    const source = join(folder, 'figure.svg');
    await writeFile(source, svg);
    const args = [
      ...['--headless', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=2'],
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...[`--user-data-dir=${join(folder, 'profile')}`, `--window-size=${width},${height}`],
      ...[`--screenshot=${path}`, `file://${source}`],
    ];
    await promisify(execFile)(chromium, args, { timeout: TIMEOUT });
  } catch (error) {
    throw undrawn(path, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (!existsSync(path)) throw undrawn(path);
}

function undrawn(path: string, cause?: unknown): AssayError {
  const message = `${path}: Chromium did not draw it; name another one by CHROMIUM, or leave it out with --no-png`;
  return new AssayError('unavailable', message, { field: 'png' }, { cause });
}
