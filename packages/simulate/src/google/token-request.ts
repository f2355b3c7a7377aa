import { type GoJson, goQuote, readGoJson } from './go-json.ts';

/** What a workload asks for with POST. */
export interface TokenRequest {
  readonly audience: string;
  readonly nonces: readonly string[];
  readonly tokenType: string;
}

/** A request, or what the launcher's decoder says of it. */
export type TokenRequestResult = { readonly request: TokenRequest } | { readonly error: string };

type Shape = 'string' | '[]string' | Struct;
interface Struct {
  readonly name: string;
  readonly fields: Readonly<Record<string, Shape>>;
}

const SIGNATURES: Struct = { name: 'ContainerImageSignatures', fields: { key_ids: '[]string' } };
const TAGS: Struct = { name: 'AllowedPrincipalTags', fields: { container_image_signatures: SIGNATURES } };
const TAG_OPTIONS: Struct = { name: 'AWSPrincipalTagsOptions', fields: { allowed_principal_tags: TAGS } };
const TOKEN_OPTIONS: Struct = {
  name: 'TokenOptions',
  fields: { audience: 'string', nonces: '[]string', token_type: 'string', aws_principal_tag_options: TAG_OPTIONS },
};

/** Decodes a body as Go does without unknown fields: keys in any case, the last of a kind counts, the first error is told. */
export function decodeTokenRequest(body: Uint8Array): TokenRequestResult {
  const read = readGoJson(body);
  if ('error' in read) return read;
  const errors: string[] = [];
  const strings = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  decode(read.value, TOKEN_OPTIONS, { errors, strings, lists, struct: undefined, path: [] });
  const [error] = errors;
  if (error !== undefined) return { error };
  return {
    request: {
      audience: strings.get('audience') ?? '',
      nonces: lists.get('nonces') ?? [],
      tokenType: strings.get('token_type') ?? '',
    },
  };
}

/** Where decoding is, and what it found: errors in order, values by path. */
interface Place {
  readonly errors: string[];
  readonly strings: Map<string, string>;
  readonly lists: Map<string, readonly string[]>;
  readonly struct: Struct | undefined;
  readonly path: readonly string[];
}

function decode(value: GoJson, shape: Shape, place: Place): void {
  const name = place.path.join('.');
  if (value.kind === 'null') {
    // Go leaves a string as it is, and empties a list.
    if (shape === '[]string') place.lists.delete(name);
  } else if (shape === 'string') {
    if (value.kind === 'string') place.strings.set(name, value.value);
    else mismatch(value, shape, place);
  } else if (shape === '[]string') {
    if (value.kind === 'array')
      place.lists.set(
        name,
        value.items.map((item) => element(item, place)),
      );
    else mismatch(value, shape, place);
  } else if (value.kind === 'object') {
    for (const [key, member] of value.members) {
      const field = fieldOf(shape, key);
      const inner = field === undefined ? undefined : shape.fields[field];
      if (field === undefined || inner === undefined) place.errors.push(`json: unknown field ${goQuote(key)}`);
      else decode(member, inner, { ...place, struct: shape, path: [...place.path, field] });
    }
  } else {
    mismatch(value, `models.${shape.name}`, place);
  }
}

function element(item: GoJson, place: Place): string {
  if (item.kind === 'string') return item.value;
  if (item.kind !== 'null') mismatch(item, 'string', place);
  return '';
}

function mismatch({ kind }: GoJson, type: string, { errors, struct, path }: Place): void {
  const where = struct === undefined ? 'Go value' : `Go struct field ${struct.name}.${path.join('.')}`;
  errors.push(`json: cannot unmarshal ${kind} into ${where} of type ${type}`);
}

function fieldOf({ fields }: Struct, key: string): string | undefined {
  return Object.keys(fields).find((field) => field === fold(key));
}

/** Simple case folding, character by character: the long s and the Kelvin sign are letters of keys, too. */
function fold(key: string): string {
  return Array.from(key, (char) => (char === 'ſ' ? 's' : char.toLowerCase())).join('');
}
