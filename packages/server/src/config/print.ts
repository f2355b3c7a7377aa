import type { LoadedConfig } from './load.ts';
import { type ConfigSchema, keysOf } from './schema.ts';
import { MASK, shown } from './shown.ts';

/**
 * A configuration as YAML, a key on each line with the place that its value came from. Secrets are masked, and in
 * comments: read again, the file must not make the mask a secret.
 */
export function printConfig<S extends ConfigSchema>({ values, sources }: LoadedConfig<S>, schema: S): string {
  const all: Readonly<Record<string, unknown>> = values;
  const lines = keysOf(schema).map(({ key, secret }) => {
    const value = all[key];
    if (value === undefined) return `# ${key}: not given`;
    return `${secret ? `# ${key}: ${MASK}` : `${key}: ${shown(value)}`} # ${sources[key] ?? 'default'}`;
  });
  return `${lines.join('\n')}\n`;
}
