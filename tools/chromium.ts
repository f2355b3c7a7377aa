import { existsSync } from 'node:fs';

/** The browser's executable; undefined where none is installed. */
export const chromiumPath = [process.env.CHROMIUM, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);
