import { copyFileSync, mkdirSync } from 'node:fs';

/**
 * What `/docs` serves, with the licences that go with it. It is copied and not depended on: an installation of Swagger
 * UI brings a package along that reports installations.
 */
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'LICENSE', 'NOTICE'];

/** Where the server looks for them. */
const BUILT = new URL('../packages/server/dist/swagger-ui/', import.meta.url);

mkdirSync(BUILT, { recursive: true });
for (const name of FILES) copyFileSync(new URL(import.meta.resolve(`swagger-ui-dist/${name}`)), new URL(name, BUILT));
