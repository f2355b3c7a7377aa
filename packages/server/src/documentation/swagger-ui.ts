import { readFile } from 'node:fs/promises';
import { Problem } from '../problem/problem.ts';

/** Files of Swagger UI that the page loads. */
export const SWAGGER_UI = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
} as const;

/** The name of one of them. */
export type SwaggerUiFile = keyof typeof SWAGGER_UI;

/** Where the build puts them: the same place seen from `src` and from `dist`. */
const BUILT = new URL('../../dist/swagger-ui/', import.meta.url);

/** Reads the files, each once. Throws the problem `not_found` while one is missing, and looks again the next time. */
export function swaggerUi(folder = BUILT): (name: SwaggerUiFile) => Promise<Uint8Array<ArrayBuffer>> {
  const read = new Map<SwaggerUiFile, Uint8Array<ArrayBuffer>>();
  return async (name) => {
    const known = read.get(name);
    if (known !== undefined) return known;
    try {
      const bytes = new Uint8Array(await readFile(new URL(name, folder)));
      read.set(name, bytes);
      return bytes;
    } catch (cause) {
      throw new Problem(
        'not_found',
        `docs: ${name} of Swagger UI was not built into this service; /openapi.json has the same description, and ` +
          '`npm run build` in a checkout builds the page',
        { cause },
      );
    }
  };
}
