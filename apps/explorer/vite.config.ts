export default {
  // Addresses within the page are relative: it works under any path.
  base: './',
  // Built from sources, it needs nothing compiled before.
  resolve: { conditions: ['@assay/source', 'module', 'browser', 'development|production'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // Data in the page's own text would need a weaker policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
};
