import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '@assay/verify';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type ConfigSources, loadConfig } from './load.ts';
import { printConfig } from './print.ts';
import { isSecret } from './schema.ts';
import { readSecretFile } from './secret-file.ts';

const schema = z.strictObject({
  token: z.string().min(8).meta({ secret: true }).optional(),
  database: z.string().default('postgres://user:hunter22@db/x'),
  port: z.number().default(8080),
});
type Sources = Omit<ConfigSources<typeof schema>, 'schema'>;
const files: Readonly<Record<string, string | Uint8Array>> = {
  '/lf': 's3cret-of-file\n',
  '/crlf': 's3cret-of-file\r\n',
  '/two': 's3cret-of-file\n\n',
  '/empty': '\n',
  '/short': 's3cret',
  '/long': new Uint8Array(65_537),
  '/binary': Uint8Array.of(0xff, 0xfe),
};
const readFile = async (path: string, limit: number): Promise<Uint8Array> => {
  const file = files[path];
  if (file === undefined) throw Object.assign(new Error('s3cret'), { code: 'ENOENT' });
  return (typeof file === 'string' ? new TextEncoder().encode(file) : file).subarray(0, limit);
};
const load = (sources: Sources) => loadConfig({ schema, readFile, aliases: { SEED_TOKEN: 'token' }, ...sources });
const failure = async (sources: Sources): Promise<string> => {
  const error: unknown = await load(sources).then(
    () => new Error('it was loaded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AssayError)) throw error;
  expect(error.message).not.toContain('s3cret');
  return error.message;
};

describe('a secret', () => {
  test.each<[Sources, string]>([
    [{ environment: { ASSAY_TOKEN_FILE: '/lf' } }, 'variable ASSAY_TOKEN_FILE: "/lf"'],
    [{ environment: { SEED_TOKEN_FILE: '/crlf' } }, 'variable SEED_TOKEN_FILE: "/crlf"'],
    [{ flags: { tokenFile: '/lf' } }, 'flag --token-file: "/lf"'],
    [{ file: { name: 'a.yaml', text: 'tokenFile: /lf' } }, 'a.yaml line 1: "/lf"'],
    [{ file: { name: 'a.yaml', text: 'token: s3cret-of-file' } }, 'a.yaml line 1'],
    [{ environment: { SEED_TOKEN: 's3cret-of-file' } }, 'variable SEED_TOKEN'],
  ])('comes from a variable, the file, or a file of its own: %j', async (sources, source) => {
    const { values, sources: from } = await load(sources);
    expect([values.token, from.token]).toEqual(['s3cret-of-file', source]);
  });

  test('loses one newline at its end, no more', async () => {
    expect((await load({ flags: { tokenFile: '/two' } })).values.token).toBe('s3cret-of-file\n');
  });

  test.each<[Sources, string]>([
    [
      { environment: { ASSAY_TOKEN: 's3cret-one', ASSAY_TOKEN_FILE: '/lf' } },
      'ASSAY_TOKEN and variable ASSAY_TOKEN_FILE',
    ],
    [
      { environment: { ASSAY_TOKEN_FILE: '/lf', SEED_TOKEN: 's3cret-one' } },
      'ASSAY_TOKEN_FILE and variable SEED_TOKEN',
    ],
    [{ file: { name: 'a.yaml', text: 'token: s3cret-one\ntokenFile: /lf' } }, 'a.yaml line 1 and a.yaml line 2'],
    [{ flags: { token: 's3cret-one', tokenFile: '/lf' } }, 'flag --token and flag --token-file'],
  ])('is not given twice: %j', async (sources, message) => {
    expect(await failure(sources)).toContain(`${message}: the secret is given twice`);
  });

  test('is never a flag, which all processes can read', async () => {
    expect(await failure({ flags: { token: 's3cret-one' } })).toContain('give --token-file PATH instead');
  });

  test.each([
    ['/none', 'cannot be read (ENOENT)'],
    ['/empty', 'is empty'],
    ['/long', 'is longer than 65536 bytes'],
    ['/binary', 'is not UTF-8'],
    ['/short', 'not as it must be (too_small)'],
  ])('of the file %s is refused', async (path, message) => {
    const error = await failure({ environment: { ASSAY_TOKEN_FILE: path } });
    expect(error).toContain(`token: variable ASSAY_TOKEN_FILE: "${path}"`);
    expect(error).toContain(message);
  });

  test('is in no message, whatever is wrong with the file around it', async () => {
    for (const text of [
      'token: *s3cret',
      'token: !s3cret x',
      'token: [s3cret',
      's3cret',
      '- s3cret',
      'token: {s3cret: 1}',
    ])
      expect(await failure({ file: { name: 'a.yaml', text } })).toContain('a.yaml');
  });

  test('stays marked within other types, and when checks are added', () => {
    const secret = z.string().meta({ secret: true });
    for (const type of [
      secret.min(3),
      secret.optional(),
      secret.default('x').readonly(),
      z.array(secret),
      z.strictObject({ a: z.record(z.string(), secret) }),
      z.union([z.number(), secret]),
      secret.transform((text) => text.length),
      z.map(z.string(), secret),
      z.tuple([z.number()], secret),
    ])
      expect(isSecret(type)).toBe(true);
    expect(isSecret(z.string().meta({ secret: false }).min(3))).toBe(false);
  });
});

describe('a printed configuration', () => {
  test('has each value with its place, and no secret', async () => {
    const config = await load({ environment: { ASSAY_TOKEN: 's3cret-one' }, flags: { port: '1' } });
    expect(printConfig(config, schema)).toBe(
      '# token: ******** # variable ASSAY_TOKEN\n' +
        'database: "postgres://********@db/x" # default\n' +
        'port: 1 # flag --port\n',
    );
    expect(printConfig(await load({}), schema)).toContain('# token: not given\n');
  });

  test('is YAML that reads back as the same values', async () => {
    const plain = z.strictObject({ text: z.string(), list: z.array(z.string()) });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), async (text, list) => {
        fc.pre(![text, ...list].some((one) => one.includes('://')));
        const file = { name: 'a.yaml', text: JSON.stringify({ text, list }) };
        const config = await loadConfig({ schema: plain, file });
        expect(parse(printConfig(config, plain))).toEqual({ text, list });
      }),
    );
  });
});

describe('the file', () => {
  test.each([
    ['port: 1\nport: 2', 'a.yaml line 2: not YAML as it is read here (DUPLICATE_KEY)'],
    ['port: 1\n---\nport: 2', 'MULTIPLE_DOCS'],
    ['port: !!js 1', 'TAG_RESOLVE_FAILED'],
    ['- port', 'a.yaml line 1: expected keys with values'],
    ['port:', 'port: a.yaml line 1: Invalid input: expected number, received null'],
  ])('is refused: %j', async (text, message) => {
    expect(await failure({ file: { name: 'a.yaml', text } })).toContain(message);
  });

  test('is refused when it is too deep or too long', async () => {
    for (const [text, message] of [
      ['['.repeat(100_000), 'a.yaml'],
      [`# ${'x'.repeat(262_144)}`, 'a.yaml: longer than 262144 characters'],
    ] as const)
      expect(await failure({ file: { name: 'a.yaml', text } })).toContain(message);
  });

  test('may be empty, or have comments only', async () => {
    for (const text of ['', '# nothing\n', '---\n'])
      expect((await load({ file: { name: 'a.yaml', text } })).values.port).toBe(8080);
  });

  test('whatever is in it is loaded or refused by an error that says so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), async (text) => {
        const loaded = load({ file: { name: 'a.yaml', text } });
        await loaded.catch((error: unknown) => expect(error).toBeInstanceOf(AssayError));
      }),
    );
  });
});

test('files of secrets are read as far as the limit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secret-'));
  await writeFile(join(folder, 'token'), 'value\n');
  expect(new TextDecoder().decode(await readSecretFile(join(folder, 'token'), 100))).toBe('value\n');
  expect(await readSecretFile('/dev/zero', 100)).toHaveLength(100);
  await expect(readSecretFile(join(folder, 'none'), 100)).rejects.toThrow('ENOENT');
  await rm(folder, { recursive: true });
});
