import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { CSP_META } from './src/node/policy.ts';

/** The page says its policy itself, so that it holds from any file server. */
const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: CSP_META }, injectTo: 'head-prepend' },
  ],
};

export default defineConfig({
  // Addresses within the page are relative: it works under any path.
  base: './',
  plugins: [contentSecurityPolicy],
  // Built from sources, it needs nothing compiled before.
  resolve: { conditions: ['@assay/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
