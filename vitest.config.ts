import { existsSync } from 'node:fs';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions, type Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Export condition under which the workspace's packages are their sources, not their dist. */
const source = '@assay/source';

/** Suites that must behave the same in Node, in a browser and in workerd. */
const everywhere = ['packages/verify/src/**/*.test.ts'];

const shared = {
  // A busy machine is slow, not wrong.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  globalSetup: ['./tools/vectors.ts', './tools/references.ts'],
};

const chromium = [process.env.CHROMIUM, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

/** A project of one skipped test; the test's name is the reason. */
const skipped = (name: string, reason: string): TestProjectInlineConfiguration => ({
  test: { name, include: ['tools/missing.ts'], provide: { missing: reason } },
});

const node: TestProjectInlineConfiguration = {
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    ...shared,
    name: 'node',
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tools/*.test.ts'],
  },
};

const browser = (executablePath: string): TestProjectInlineConfiguration => ({
  resolve: { conditions: [source, ...defaultClientConditions] },
  // Found only while tests run, a dependency would be built then, and the page reloaded in mid-test.
  optimizeDeps: {
    include: ['fast-check', '@assay/verify > @noble/secp256k1', '@assay/verify > @noble/hashes/sha3.js'],
  },
  test: {
    ...shared,
    name: 'browser',
    include: everywhere,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath } }),
      instances: [{ browser: 'chromium' }],
    },
  },
});

/** Vitest adds the condition "node" to every project; workerd must get what a worker gets. */
const noNodeCondition: Plugin = {
  name: 'no-node-condition',
  enforce: 'post',
  configEnvironment(_name, { resolve }) {
    if (resolve?.conditions) resolve.conditions = resolve.conditions.filter((condition) => condition !== 'node');
  },
};

const workerd: TestProjectInlineConfiguration = {
  plugins: [cloudflareTest({ miniflare: { compatibilityDate: '2026-10-01', cf: false } }), noNodeCondition],
  ssr: { resolve: { conditions: [source, 'workerd', 'worker', 'module', 'browser'] } },
  test: { ...shared, name: 'workerd', include: everywhere },
};

export default defineConfig({
  test: {
    reporters: ['default', './tools/closing-line.ts'],
    projects: [node, workerd, chromium ? browser(chromium) : skipped('browser', 'no Chromium: npm run setup:system')],
  },
});
