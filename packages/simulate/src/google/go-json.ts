/** A JSON value as Go's decoder sees it: members in order, repeated ones too; what a number or boolean says counts nowhere. */
export type GoJson =
  | { readonly kind: 'null' | 'bool' | 'number' }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: GoJson[] }
  | { readonly kind: 'object'; readonly members: (readonly [key: string, value: GoJson])[] };

/** The first value of a text, or what Go's decoder says of it. */
export type GoJsonResult = { readonly value: GoJson } | { readonly error: string };

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

const MAX_DEPTH = 10_000;
const LITERALS = { n: ['null', 'null'], t: ['true', 'bool'], f: ['false', 'bool'] } as const;

/** Reads the first value of a text as Go's `json.Decoder` does: what follows it is nobody's concern. Never throws. */
export function readGoJson(bytes: Uint8Array): GoJsonResult {
  const cursor: Cursor = { bytes, at: 0 };
  try {
    return { value: readValue(cursor) };
  } catch (error) {
    if (error instanceof SyntaxError) return { error: error.message };
    throw error;
  }
}

/** Keeps its own stack: depth is the sender's choice. */
function readValue(cursor: Cursor): GoJson {
  const open: Extract<GoJson, { kind: 'array' | 'object' }>[] = [];
  const keys: string[] = [];
  for (;;) {
    let value = beginValue(cursor);
    if (value.kind === 'array' || value.kind === 'object') {
      open.push(value);
      if (open.length > MAX_DEPTH) throw new SyntaxError('exceeded max depth');
      if (peek(cursor) !== (value.kind === 'array' ? ']' : '}')) {
        if (value.kind === 'object') keys.push(readKey(cursor));
        continue;
      }
      cursor.at += 1;
      open.pop();
    }
    for (;;) {
      const parent = open.at(-1);
      if (parent === undefined) return value;
      if (parent.kind === 'array') parent.items.push(value);
      else parent.members.push([keys.pop() ?? '', value]);
      const next = peek(cursor);
      if (next === ',') break;
      if (next !== (parent.kind === 'array' ? ']' : '}'))
        throw unexpected(cursor, parent.kind === 'array' ? 'after array element' : 'after object key:value pair');
      cursor.at += 1;
      open.pop();
      value = parent;
    }
    cursor.at += 1;
    if (open.at(-1)?.kind === 'object') keys.push(readKey(cursor));
  }
}

/** A whole scalar, or an object or array that has just begun. */
function beginValue(cursor: Cursor): GoJson {
  const first = peek(cursor);
  if (first === '"') return { kind: 'string', value: readString(cursor) };
  if (first === '-' || isDigit(first)) return readNumber(cursor);
  if (first === 'n' || first === 't' || first === 'f') {
    const [word, kind] = LITERALS[first];
    for (const letter of word) {
      if (charAt(cursor) !== letter) throw unexpected(cursor, `in literal ${word} (expecting '${letter}')`);
      cursor.at += 1;
    }
    return { kind };
  }
  if (first !== '{' && first !== '[') throw unexpected(cursor, 'looking for beginning of value');
  cursor.at += 1;
  return first === '{' ? { kind: 'object', members: [] } : { kind: 'array', items: [] };
}

function readKey(cursor: Cursor): string {
  if (peek(cursor) !== '"') throw unexpected(cursor, 'looking for beginning of object key string');
  const key = readString(cursor);
  if (peek(cursor) !== ':') throw unexpected(cursor, 'after object key');
  cursor.at += 1;
  return key;
}

function readString(cursor: Cursor): string {
  const start = cursor.at;
  cursor.at += 1;
  for (;;) {
    const char = charAt(cursor);
    if (char === '"') break;
    if (char < ' ') throw unexpected(cursor, 'in string literal');
    cursor.at += 1;
    if (char === '\\') skipEscape(cursor);
  }
  cursor.at += 1;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(cursor.bytes.subarray(start, cursor.at));
  const value: unknown = JSON.parse(text);
  return String(value).toWellFormed();
}

function skipEscape(cursor: Cursor): void {
  const char = charAt(cursor);
  if (!'"\\/bfnrtu'.includes(char)) throw unexpected(cursor, 'in string escape code');
  cursor.at += 1;
  if (char !== 'u') return;
  for (let digit = 0; digit < 4; digit += 1) {
    if (!/[0-9a-fA-F]/.test(charAt(cursor))) throw unexpected(cursor, 'in \\u hexadecimal character escape');
    cursor.at += 1;
  }
}

function readNumber(cursor: Cursor): GoJson {
  if (charAt(cursor) === '-') cursor.at += 1;
  if (charAt(cursor) === '0') cursor.at += 1;
  else skipDigits(cursor, 'in numeric literal');
  if (current(cursor) === '.') {
    cursor.at += 1;
    skipDigits(cursor, 'after decimal point in numeric literal');
  }
  if (/[eE]/.test(current(cursor) ?? '')) {
    cursor.at += 1;
    if (/[+-]/.test(charAt(cursor))) cursor.at += 1;
    skipDigits(cursor, 'in exponent of numeric literal');
  }
  return { kind: 'number' };
}

function skipDigits(cursor: Cursor, context: string): void {
  if (!isDigit(charAt(cursor))) throw unexpected(cursor, context);
  while (isDigit(current(cursor))) cursor.at += 1;
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

/** The byte here as a character, undefined at the end. */
function current({ bytes, at }: Cursor): string | undefined {
  const byte = bytes[at];
  return byte === undefined ? undefined : String.fromCharCode(byte);
}

function charAt(cursor: Cursor): string {
  const char = current(cursor);
  if (char !== undefined) return char;
  const blank = cursor.bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
  throw new SyntaxError(blank ? 'EOF' : 'unexpected EOF');
}

/** The next character that is no space. */
function peek(cursor: Cursor): string {
  while (/[ \t\r\n]/.test(charAt(cursor))) cursor.at += 1;
  return charAt(cursor);
}

function unexpected(cursor: Cursor, context: string): SyntaxError {
  const char = charAt(cursor);
  const shown = char === "'" ? "\\'" : char === '"' ? '"' : goQuote(char).slice(1, -1);
  return new SyntaxError(`invalid character '${shown}' ${context}`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** A string in quotes, as Go's `%q` shows it. */
export function goQuote(text: string): string {
  const shown = Array.from(text, (char) => {
    const short = ESCAPES[char];
    if (short !== undefined) return short;
    const code = char.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, '0')}`;
    if (char === ' ' || !/[\p{C}\p{Z}]/u.test(char)) return char;
    return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
  });
  return `"${shown.join('')}"`;
}
