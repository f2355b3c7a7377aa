import { AssayError } from '@assay/verify';
import type { z } from 'zod';
import { type Given, givenFor } from './given.ts';
import { nearest } from './nearest.ts';
import { type ConfigKey, type ConfigSchema, keysOf, knownKeysAt } from './schema.ts';
import { readSecretFile, type SecretReader } from './secret-file.ts';
import { brief } from './shown.ts';
import { type ConfigFile, type FileValues, readYaml } from './yaml.ts';

/** A service's schema, and the places that its values come from: a flag counts before a variable, that before the file. */
export interface ConfigSources<S extends ConfigSchema> {
  readonly schema: S;
  /** By key; a secret only as the path of a file, under the key with `File` behind it. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigFile;
  /** Of this service's variables. Default `ASSAY_`. */
  readonly prefix?: string;
  /** Further names of variables, and the keys that they give; they count after the one with the prefix, in this order. */
  readonly aliases?: Readonly<Record<string, keyof z.output<S> & string>>;
  /** Variables with the prefix that others read. */
  readonly foreign?: readonly string[];
  /** Reads the files of secrets; default the file system. */
  readonly readFile?: SecretReader;
}

/** A configuration, and where each of its values came from. */
export interface LoadedConfig<S extends ConfigSchema> {
  readonly values: z.output<S>;
  /** `flag --port`, `variable ASSAY_PORT`, `assay.yaml line 3` or `default`, by key. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Something wrong with a configuration, and the key that it is about. */
interface Trouble {
  readonly field: string;
  readonly message: string;
}

/**
 * Reads a configuration. Secrets come from variables, the file, or files of their own (`…_FILE`, `…File`,
 * `--…-file`), never from flags. Throws one `usage` for everything that is wrong, each on a line with its place; no
 * secret is in it.
 */
export async function loadConfig<S extends ConfigSchema>(sources: ConfigSources<S>): Promise<LoadedConfig<S>> {
  const { schema, flags = {}, environment = {}, aliases = {}, readFile = readSecretFile } = sources;
  const keys = keysOf(schema);
  const file: FileValues = sources.file ? readYaml(sources.file) : { values: new Map(), place: () => '' };
  const variablesOf = ({ key, variable }: ConfigKey): readonly string[] => [
    (sources.prefix ?? 'ASSAY_') + variable,
    ...Object.entries<string>(aliases).flatMap(([name, target]) => (target === key ? [name] : [])),
  ];
  const given = new Map<string, Given>();
  for (const key of keys)
    given.set(key.key, await givenFor(key, variablesOf(key), { flags, environment, file, readFile }));
  const troubles = [
    ...unknownOf(
      sources,
      keys,
      keys.flatMap((key) => withFile(key, variablesOf(key), '_FILE')),
      file,
    ),
  ];
  for (const [field, one] of given)
    if (one !== undefined && 'trouble' in one) troubles.push({ field, message: `${field}: ${one.trouble}` });
  if (troubles.length > 0) throw refused(troubles);

  const entries = [...given].flatMap(([key, one]) => (one && 'value' in one ? [[key, one] as const] : []));
  const parsed = parse(schema, Object.fromEntries(entries.map(([key, { value }]) => [key, value])));
  const from = new Map(entries.map(([key, { source }]) => [key, source]));
  if (!parsed.success) {
    const about = (issue: z.core.$ZodIssue): Trouble => {
      const key = keys.find((one) => one.key === issue.path[0]);
      const source = from.get(String(issue.path[0]));
      const inFile = source !== undefined && source === file.place(issue.path.slice(0, 1));
      const place = inFile ? file.place(issue.path) : source;
      return key === undefined
        ? { field: 'configuration', message: issue.message }
        : { field: key.key, message: explained(issue, key, place, variablesOf(key)) };
    };
    throw refused(parsed.error.issues.map(about));
  }
  return {
    values: parsed.data,
    sources: Object.fromEntries(keys.map(({ key }) => [key, from.get(key) ?? 'default'])),
  };
}

function parse<S extends ConfigSchema>(schema: S, values: Readonly<Record<string, unknown>>) {
  try {
    return schema.safeParse(values);
  } catch {
    // What a check of the schema throws may repeat a secret.
    throw refused([{ field: 'configuration', message: 'the configuration: a check of its schema failed itself' }]);
  }
}

function explained(
  issue: z.core.$ZodIssue,
  key: ConfigKey,
  place: string | undefined,
  variables: readonly string[],
): string {
  const name = issue.path.join('.');
  if (place === undefined) {
    const ways = key.secret ? [`${key.flag}-file`, ...withFile(key, variables, '_FILE')] : [key.flag, ...variables];
    return `${name}: nothing is given, and it has no default; give one of ${ways.join(', ')}, or \`${key.key}\` in the file`;
  }
  // Messages of checks may repeat what they refuse.
  if (key.secret) return `${name}: ${place}: not as it must be (${issue.code})`;
  if (issue.code !== 'unrecognized_keys') return `${name}: ${place}: ${issue.message}`;
  const known = knownKeysAt(key.schema, issue.path.slice(1));
  return issue.keys.map((unknown) => `${name}: ${place}: ${unknownKey(unknown, known)}`).join('\n');
}

/** Names that nobody reads: whoever wrote them meant something that would not happen. */
function unknownOf(
  { flags = {}, environment = {}, prefix = 'ASSAY_', foreign = [] }: ConfigSources<ConfigSchema>,
  keys: readonly ConfigKey[],
  variables: readonly string[],
  file: FileValues,
): readonly Trouble[] {
  const known = keys.flatMap((key) => withFile(key, [key.key], 'File'));
  const among = (names: readonly string[], place: (name: string) => string, right: readonly string[]) =>
    names
      .filter((name) => !right.includes(name))
      .map((name) => ({ field: name, message: `${place(name)}: ${unknownKey(name, right)}` }));
  const set = (name: string): boolean => environment[name] !== undefined && environment[name] !== '';
  const ours = Object.keys(environment).filter((name) => name.startsWith(prefix) && !foreign.includes(name));
  return [
    ...among(
      Object.keys(flags).filter((name) => flags[name] !== undefined),
      () => 'flags',
      known,
    ),
    ...among(ours.filter(set), () => 'environment', variables),
    ...among([...file.values.keys()], (name) => file.place([name]), known),
  ];
}

function withFile({ secret }: ConfigKey, names: readonly string[], suffix: string): readonly string[] {
  return secret ? names.flatMap((name) => [name, name + suffix]) : names;
}

function unknownKey(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return `nothing reads ${brief(name)}${meant === undefined ? '' : `; the nearest name is ${meant}`}`;
}

function refused(troubles: readonly Trouble[]): AssayError {
  const field = troubles[0]?.field ?? 'configuration';
  return new AssayError('usage', troubles.map(({ message }) => message).join('\n'), { field });
}
