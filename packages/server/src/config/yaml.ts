import { AssayError } from '@assay/verify';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';

/** A configuration file that was read. */
export interface ConfigFile {
  /** As messages call it. */
  readonly name: string;
  /** YAML, of 256 KiB at most. */
  readonly text: string;
}

/** The values of a file, by key, and where they are. */
export interface FileValues {
  readonly values: ReadonlyMap<string, unknown>;
  /** `NAME line 3`, of the key or item at a path, else of what it would be in. */
  place(path: readonly PropertyKey[]): string;
}

/** The longest file that is read, in characters. */
const MAX_TEXT = 262_144;

/** Reads YAML 1.2 with unique keys. Throws `usage` with the line, and nothing of what is in it: it may be a secret. */
export function readYaml({ name, text }: ConfigFile): FileValues {
  if (text.length > MAX_TEXT) throw wrong(`${name}: longer than ${MAX_TEXT} characters`);
  const lines = new LineCounter();
  const placeOf = (offset: number): string => `${name} line ${lines.linePos(offset).line}`;
  const document = guarded(name, () =>
    parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: '1.2',
      uniqueKeys: true,
    }),
  );
  const [trouble] = [...document.errors, ...document.warnings];
  if (trouble !== undefined) throw wrong(`${placeOf(trouble.pos[0])}: not YAML as it is read here (${trouble.code})`);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null))
    return { values: new Map(), place: () => name };
  if (!isMap(contents)) throw wrong(`${placeOf(contents.range[0])}: expected keys with values`);
  const plain: unknown = guarded(name, () => document.toJS());
  const place = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length -= 1) {
      const parent = length === 1 ? contents : document.getIn(path.slice(0, length - 1), true);
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && key.value === path[length - 1])
        : null;
      const node = pair?.key ?? document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return placeOf(node.range[0]);
    }
    return name;
  };
  return { values: new Map(Object.entries(plain as object)), place };
}

/** Messages of the parser may repeat what is in the file. */
function guarded<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw wrong(
      `${name}: not YAML as it is read here: nested too deeply, or with aliases that lead nowhere or too far`,
    );
  }
}

function wrong(message: string): AssayError {
  return new AssayError('usage', message, { field: 'file' });
}
