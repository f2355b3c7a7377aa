import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { catalogue, checksPage } from './checks-page.ts';
import { policyDocument } from './policy-document.ts';

/** Generated pages by their name in `docs`. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  return {
    'checks.md': checksPage(await catalogue()),
    'policy.schema.json': `${JSON.stringify(policyDocument(), null, 2)}\n`,
  };
}

if (import.meta.main) {
  const folder = resolve(import.meta.dirname, '../docs');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(await generatedPages())) writeFileSync(join(folder, name), text);
}
