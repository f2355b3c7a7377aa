import { AssayError } from '@assay/verify';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ConfigSources, loadConfig } from './load.ts';

const schema = z.strictObject({
  port: z.number().int().min(1).max(65_535).default(8080),
  host: z.string().default('127.0.0.1'),
  publicToken: z.boolean().default(false),
  audiences: z.array(z.string()).default([]),
  level: z.enum(['debug', 'info']).default('info'),
  wait: z.union([z.number(), z.literal('forever')]).default('forever'),
  limits: z.strictObject({ maxBody: z.number(), idle: z.number().optional() }).optional(),
  token: z.string().min(8).meta({ secret: true }).optional(),
});
type Sources = Omit<ConfigSources<typeof schema>, 'schema'>;
const load = (sources: Sources) => loadConfig({ schema, ...sources });
const yaml = (text: string) => ({ name: 'assay.yaml', text });

const failure = async (sources: Sources): Promise<AssayError> => {
  const error: unknown = await load(sources).then(
    () => new Error('it was loaded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AssayError)) throw error;
  expect(error.code).toBe('usage');
  return error;
};

describe('a flag counts before a variable, a variable before the file, the file before the default', () => {
  const flags = { port: '1' };
  const environment = { ASSAY_PORT: '2' };
  const file = yaml('host: h\nport: 3\n');
  test.each<[Sources, number, string]>([
    [{ flags, environment, file }, 1, 'flag --port'],
    [{ flags: { port: undefined }, environment, file }, 2, 'variable ASSAY_PORT'],
    [{ environment: { ASSAY_PORT: '' }, file }, 3, 'assay.yaml line 2'],
    [{}, 8080, 'default'],
  ])('%j', async (sources, port, source) => {
    const config = await load(sources);
    expect([config.values.port, config.sources.port]).toEqual([port, source]);
  });

  test("a seed's own variable gives its key, after the one with the prefix", async () => {
    const aliases = { PORT: 'port', HTTP_PORT: 'port' } as const;
    const port = async (variables: Record<string, string>) => {
      const { values, sources } = await load({ environment: variables, aliases });
      return [values.port, sources.port];
    };
    expect(await port({ HTTP_PORT: '3' })).toEqual([3, 'variable HTTP_PORT']);
    expect(await port({ HTTP_PORT: '3', PORT: '2' })).toEqual([2, 'variable PORT']);
    expect(await port({ HTTP_PORT: '3', PORT: '2', ASSAY_PORT: '1' })).toEqual([1, 'variable ASSAY_PORT']);
  });

  test('another prefix leaves variables of other services alone', async () => {
    const environment = { ASSAY_BROKER_PORT: '1', ASSAY_PORT: '2' };
    expect((await load({ environment, prefix: 'ASSAY_BROKER_' })).values.port).toBe(1);
  });
});

describe('texts of flags and variables', () => {
  test('are read as the type of their key', async () => {
    const environment = {
      ASSAY_PUBLIC_TOKEN: '1',
      ASSAY_AUDIENCES: 'https://a, https://b',
      ASSAY_LEVEL: 'debug',
      ASSAY_WAIT: '5',
      ASSAY_HOST: '0x10',
    };
    expect((await load({ environment })).values).toMatchObject({
      publicToken: true,
      audiences: ['https://a', 'https://b'],
      level: 'debug',
      wait: 5,
      host: '0x10',
    });
    const before = z.strictObject({ count: z.preprocess((value) => value, z.number()) });
    expect((await loadConfig({ schema: before, flags: { count: '5' } })).values.count).toBe(5);
    expect((await load({ flags: { publicToken: true, audiences: ['a', 'b'], wait: 'forever' } })).values).toMatchObject(
      {
        publicToken: true,
        audiences: ['a', 'b'],
        wait: 'forever',
      },
    );
  });

  test.each([
    ['ASSAY_PORT', '0x50', 'port: variable ASSAY_PORT: expected a decimal number, found "0x50"'],
    ['ASSAY_PORT', '8080 ', 'port: variable ASSAY_PORT: expected a decimal number, found "8080 "'],
    ['ASSAY_PORT', '65536', 'port: variable ASSAY_PORT: Too big: expected number to be <=65535'],
    ['ASSAY_PORT', '1.5', 'port: variable ASSAY_PORT: Invalid input: expected int, received number'],
    [
      'ASSAY_PUBLIC_TOKEN',
      'yes',
      'publicToken: variable ASSAY_PUBLIC_TOKEN: expected true, false, 1 or 0, found "yes"',
    ],
    [
      'ASSAY_AUDIENCES',
      'a,,b',
      'audiences: variable ASSAY_AUDIENCES: expected a list with commas, and in it no empty item',
    ],
    ['ASSAY_LEVEL', 'loud', 'level: variable ASSAY_LEVEL: Invalid option: expected one of "debug"|"info"'],
    ['ASSAY_LIMITS', '{}', 'limits: variable ASSAY_LIMITS: expected it in the file'],
  ])('%s=%s is refused', async (name, value, message) => {
    expect((await failure({ environment: { [name]: value } })).message).toContain(message);
  });
});

describe('names that nothing reads are errors, with the nearest one that something reads', () => {
  test.each<[Sources, string, string]>([
    [{ file: yaml('host: h\nprot: 1') }, 'prot', 'assay.yaml line 2: nothing reads "prot"; the nearest name is port'],
    [
      { file: yaml('public_token: true') },
      'public_token',
      'nothing reads "public_token"; the nearest name is publicToken',
    ],
    [{ file: yaml('__proto__: {}') }, '__proto__', 'nothing reads "__proto__"'],
    [{ environment: { ASSAY_PROT: '1' } }, 'ASSAY_PROT', 'nothing reads "ASSAY_PROT"; the nearest name is ASSAY_PORT'],
    [{ environment: { ASSAY_TOKEN_FIEL: 'f' } }, 'ASSAY_TOKEN_FIEL', 'the nearest name is ASSAY_TOKEN_FILE'],
    [{ environment: { ASSAY_PORT_FILE: 'f' } }, 'ASSAY_PORT_FILE', 'the nearest name is ASSAY_'],
    [{ flags: { prot: 1 } }, 'prot', 'flags: nothing reads "prot"; the nearest name is port'],
    [
      { file: yaml('limits:\n  maxBody: 1\n  ilde: 2') },
      'limits',
      'limits: assay.yaml line 1: nothing reads "ilde"; the nearest name is idle',
    ],
  ])('%j', async (sources, field, message) => {
    const error = await failure(sources);
    expect(error.details.field).toBe(field);
    expect(error.message).toContain(message);
  });

  test('but not empty variables, those of others, and those without the prefix', async () => {
    const environment = { ASSAY_PROT: '', ASSAY_TSM_PATH: '/tsm', PROT: '1' };
    expect((await load({ environment, foreign: ['ASSAY_TSM_PATH'] })).values.port).toBe(8080);
  });

  test('a schema that would not notice them is a mistake of its maker', async () => {
    const loose = z.strictObject({ inner: z.object({ a: z.string() }).optional() });
    await expect(loadConfig({ schema: loose })).rejects.toThrow('an object with the keys a is not strict');
    const clash = z.strictObject({ token: z.string().meta({ secret: true }), tokenFile: z.string() });
    await expect(loadConfig({ schema: clash })).rejects.toThrow('token: the key tokenFile comes with it already');
    const lazy = z.strictObject({ later: z.lazy(() => z.string()) });
    await expect(loadConfig({ schema: lazy })).rejects.toThrow('lazy types are not taken');
  });
});

describe('errors', () => {
  test('name everything that is wrong at once', async () => {
    const error = await failure({
      environment: { ASSAY_PORT: 'a' },
      file: yaml('hots: h'),
      flags: { publicToken: 'b' },
    });
    expect(error.message.split('\n')).toHaveLength(3);
  });

  test('name the line of the file', async () => {
    const error = await failure({ file: yaml('host: h\n\nlimits:\n  maxBody: "1"\nport: "2"') });
    expect(error.message.split('\n')).toEqual([
      'port: assay.yaml line 5: Invalid input: expected number, received string',
      'limits.maxBody: assay.yaml line 4: Invalid input: expected number, received string',
    ]);
  });

  test('say how to give what has no default', async () => {
    const required = z.strictObject({ url: z.string(), secretKey: z.string().meta({ secret: true }) });
    const aliases = { SERVICE_URL: 'url' } as const;
    await expect(loadConfig({ schema: required, aliases })).rejects.toThrow(
      'url: nothing is given, and it has no default; give one of --url, ASSAY_URL, SERVICE_URL, or `url` in the file\n' +
        'secretKey: nothing is given, and it has no default; ' +
        'give one of --secret-key-file, ASSAY_SECRET_KEY, ASSAY_SECRET_KEY_FILE, or `secretKey` in the file',
    );
  });

  test('of a schema whose check fails itself repeat nothing of what it says', async () => {
    const throwing = z.strictObject({ url: z.string().transform((text) => new URL(text)) });
    const error: unknown = await loadConfig({ schema: throwing, flags: { url: 's3cret' } }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AssayError);
    expect(error).not.toHaveProperty('cause');
    expect(String(error)).toContain('a check of its schema failed itself');
  });

  test('of two keys together are those of the schema', async () => {
    const ordered = z
      .strictObject({ from: z.number(), to: z.number() })
      .refine(({ from, to }) => from <= to, { error: 'from is beyond to' });
    await expect(loadConfig({ schema: ordered, flags: { from: '2', to: '1' } })).rejects.toThrow('from is beyond to');
  });
});
