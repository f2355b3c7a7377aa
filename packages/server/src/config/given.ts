import type { ConfigKey } from './schema.ts';
import { type SecretReader, secretIn } from './secret-file.ts';
import { brief } from './shown.ts';
import { fromText } from './text.ts';
import type { FileValues } from './yaml.ts';

/** Where values come from. */
export interface Places {
  /** By key, and by key with `File` behind it for secrets; what is undefined was not given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: FileValues;
  readonly readFile: SecretReader;
}

/** A value, and where it came from; or what is wrong there. Undefined where nothing was given. */
export type Given = { readonly value: unknown; readonly source: string } | { readonly trouble: string } | undefined;

/** A place that has something for a key: the value itself, or the path of a file that has it. */
interface Found {
  readonly source: string;
  readonly value: unknown;
  readonly kind: 'value' | 'path';
}

/** The value of a key: of its flag, else of the first of its variables, else of the file. */
export async function givenFor(key: ConfigKey, variables: readonly string[], places: Places): Promise<Given> {
  const levels = [onCommandLine(key, places), inEnvironment(key, variables, places), inFile(key, places)];
  const found = levels.find((level) => level.length > 0) ?? [];
  const [first] = found;
  if (first === undefined) return undefined;
  const other = found.find(({ kind }) => kind !== first.kind);
  if (other !== undefined)
    return { trouble: `${first.source} and ${other.source}: the secret is given twice; leave one out` };
  if (first.kind === 'path') return secretOf(key, first, places.readFile);
  if (key.secret && found === levels[0])
    return { trouble: `${first.source}: all can read it in the list of processes; give ${key.flag}-file PATH instead` };
  if (typeof first.value !== 'string' || found === levels[2]) return listed(key, first);
  return read(key, first.value, first.source);
}

function onCommandLine({ key, flag, secret }: ConfigKey, { flags }: Places): readonly Found[] {
  const value: Found = { source: `flag ${flag}`, value: own(flags, key), kind: 'value' };
  const path: Found = {
    source: `flag ${flag}-file`,
    value: secret ? own(flags, `${key}File`) : undefined,
    kind: 'path',
  };
  return [value, path].filter((found) => found.value !== undefined);
}

/** An empty variable counts as none. */
function inEnvironment({ secret }: ConfigKey, variables: readonly string[], { environment }: Places): readonly Found[] {
  const found = variables.flatMap((name): readonly Found[] => [
    { source: `variable ${name}`, value: own(environment, name), kind: 'value' },
    ...(secret
      ? [{ source: `variable ${name}_FILE`, value: own(environment, `${name}_FILE`), kind: 'path' } as const]
      : []),
  ]);
  return found.filter(({ value }) => value !== undefined && value !== '');
}

function inFile({ key, secret }: ConfigKey, { file }: Places): readonly Found[] {
  const names = secret
    ? ([
        [key, 'value'],
        [`${key}File`, 'path'],
      ] as const)
    : ([[key, 'value']] as const);
  return names
    .filter(([name]) => file.values.has(name))
    .map(([name, kind]) => ({ source: file.place([name]), value: file.values.get(name), kind }));
}

async function secretOf(key: ConfigKey, { source, value }: Found, readFile: SecretReader): Promise<Given> {
  if (typeof value !== 'string' || value === '') return { trouble: `${source}: expected the path of a file` };
  const secret = await secretIn(value, readFile);
  if ('trouble' in secret) return { trouble: `${source}: ${secret.trouble}` };
  return read(key, secret.text, `${source}: ${JSON.stringify(value)}`);
}

/** Flags that may be given several times come as lists of texts; all else is what it is. */
function listed(key: ConfigKey, { source, value }: Found): Given {
  const texts = Array.isArray(value) && source.startsWith('flag ') && value.every((item) => typeof item === 'string');
  return texts ? read(key, value.join(','), source) : { value, source };
}

function read(key: ConfigKey, text: string, source: string): Given {
  const reading = fromText(key.schema, text);
  if ('value' in reading) return { value: reading.value, source };
  return { trouble: `${source}: expected ${reading.expected}${key.secret ? '' : `, found ${brief(text)}`}` };
}

function own(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
