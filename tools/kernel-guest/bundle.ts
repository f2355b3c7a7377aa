import { build, defaultServerConditions } from 'vite';

/** A TypeScript program with all that it imports but Node's own modules, as one module. */
export async function bundle(entry: string): Promise<string> {
  const conditions = ['@assay/source', ...defaultServerConditions];
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: entry,
      write: false,
      target: 'node24',
      minify: false,
      rolldownOptions: { output: { codeSplitting: false } },
    },
    ssr: { noExternal: true, resolve: { conditions } },
  });
  if (Array.isArray(built) || !('output' in built)) throw new Error(`${entry}: expected one bundle`);
  const [chunk, ...others] = built.output;
  if (others.length > 0) throw new Error(`${entry}: expected one file, found ${others.length + 1}`);
  return chunk.code;
}
