import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, assay } from '../../../tools/assay-process.ts';
import { type ExhibitFolder, exhibitFolder, NOW } from '../../../tools/demo-folder.ts';
import { missingCommand, shell } from '../../../tools/shell.ts';

// What scripts rely on, asked of the command as it is installed: the built one, in a process of its own.

const ROOT = join(import.meta.dirname, '../../..');

let folder: ExhibitFolder;
let file: string;
beforeAll(async () => {
  folder = await exhibitFolder({ quote: { body: 'td10' } });
  file = folder.path('quote.bin');
  await folder.write({
    'any.yaml': 'identity: any\nfreshness: any\nbinding: any\n',
    'log.json': '[{"imr":0,"event_type":1}]',
    'text.txt': 'hello',
    'bad.yaml': 'identiy: any\n',
  });
});
afterAll(() => folder[Symbol.asyncDispose]());

/** The one JSON document on standard output. */
function documentOf({ output }: Answer): { readonly schema: string; readonly [member: string]: unknown } {
  expect(output.endsWith('}\n')).toBe(true);
  return JSON.parse(output);
}

test('0: trusted', async () => {
  const trusted = await assay(['verify', file, ...folder.trust, '--policy', folder.path('any.yaml'), '--json']);
  expect([trusted.exit, trusted.log]).toEqual([0, '']);
  expect(documentOf(trusted)).toMatchObject({ schema: 'assay.verdict/1', trusted: true });
});

test('1: refused', async () => {
  const refused = await assay(['verify', file, '--at', NOW, '--json']);
  expect([refused.exit, refused.log]).toEqual([1, '']);
  expect(documentOf(refused)).toMatchObject({ schema: 'assay.verdict/1', trusted: false });
});

/** The policy of demonstrations: it waives what these options ask for. */
const WAIVED = ['verify', 'FILE', '--policy', 'ANY'];

describe('2: usage, or no kind of evidence recognised', () => {
  test.each([
    ['an unknown option', ['verify', 'FILE', '--nonsense'], 'usage', 'unknown option'],
    ['an unknown command', ['verifi', 'FILE'], 'usage', 'Did you mean verify?'],
    ['no command', [], 'usage', ''],
    ['no file', ['verify'], 'usage', 'missing required argument'],
    ['two files', ['verify', 'FILE', 'FILE'], 'usage', 'too many arguments'],
    ['a file that is not there', ['verify', '/no/such/file'], 'usage', 'no such file'],
    ['a directory', ['inspect', '/'], 'usage', 'is a directory'],
    ['no such collateral', ['verify', 'FILE', '--collateral', '/no/such'], 'usage', '--collateral'],
    ['a time without offset', ['verify', 'FILE', '--at', '2026-01-01T00:00:00'], 'usage', '--at'],
    ['a time that is none', ['verify', 'FILE', '--at', 'NaN'], 'usage', '--at'],
    ['a time out of range', ['verify', 'FILE', '--at', '1969-12-31'], 'usage', 'now'],
    ['simulated, but by whom?', ['verify', 'FILE', '--allow-simulated'], 'usage', '--root-ca'],
    ['a root that is none', ['verify', 'FILE', '--root-ca', 'TEXT'], 'usage', '--root-ca'],
    ['a nonce that is none', ['verify', 'FILE', '--nonce', 'xyz'], 'usage', '--nonce'],
    ['a nonce that the policy waives', [...WAIVED, '--nonce', '00'.repeat(16)], 'usage', '--nonce'],
    ['a key that the policy waives', [...WAIVED, '--peer-key', '00'.repeat(32)], 'usage', '--peer-key'],
    ['a payload that the policy waives', [...WAIVED, '--payload', 'TEXT'], 'usage', '--payload'],
    ['a misspelt policy key', ['verify', 'FILE', '--policy', 'BAD'], 'usage', 'identiy'],
    ['an unknown profile', ['verify', 'FILE', '--profile', 'best'], 'usage', 'profile'],
    ['a record of no bundle', ['verify', 'FILE', '--as-recorded'], 'usage', '--as-recorded'],
    ['text', ['verify', 'TEXT'], 'unrecognised', 'no kind of evidence'],
    ['text to inspect', ['inspect', 'TEXT'], 'unrecognised', 'no kind of evidence'],
    ['an event log alone', ['verify', 'LOG'], 'unrecognised', '--event-log'],
    ['a fetch from nowhere', ['collateral', 'fetch', 'FILE', '-o', 'OUT'], 'usage', '--from'],
    ['a port that is none', ['serve', '--port', '65536'], 'usage', 'port: flag --port'],
    ['a misspelt option of a service', ['serve', '--prot', '1'], 'usage', '--prot'],
    ['an unknown service', ['serve', 'attestre'], 'usage', 'too many arguments'],
    ['metrics beyond the last port', ['serve', '--tls', 'self-made', '--port', '65000'], 'usage', '--metrics-port'],
    ['an unknown attester', ['serve', '--from', 'nitro'], 'usage', 'from: flag --from'],
    ['a certificate without its key', ['serve', '--tls-certificate', 'TEXT'], 'usage', 'give both or none'],
    ['a configuration that is not there', ['serve', '--config', '/no/such'], 'usage', '--config'],
    ['a misspelt key of a configuration', ['proxy', '--config', 'BAD'], 'usage', 'identiy'],
    ['a token that is not there', ['proxy', '--token-file', '/no/such'], 'usage', 'openssl rand -hex 32'],
    ['a group that is not there', ['proxy', '--raw-group', 'no-such-group'], 'usage', 'groupadd'],
    ['a fetch over http', ['collateral', 'fetch', 'FILE', '--from', 'http://h', '-o', 'OUT'], 'usage', '--from'],
  ])('%s', async (_what, given, code, reason) => {
    const paths: Record<string, string> = {
      FILE: file,
      TEXT: folder.path('text.txt'),
      BAD: folder.path('bad.yaml'),
      ANY: folder.path('any.yaml'),
      LOG: folder.path('log.json'),
      OUT: folder.path('out'),
    };
    const args = given.map((arg) => paths[arg] ?? arg);
    const [plain, json] = await Promise.all([assay(args), assay([...args, '--json'])]);
    expect([plain.exit, plain.output]).toEqual([2, '']);
    expect(plain.log).toContain(reason);
    expect(plain.log).not.toContain('    at ');
    expect(json.exit).toBe(2);
    expect(documentOf(json)).toMatchObject({ schema: 'assay.error/1', code, message: expect.any(String) });
  });
});

test('3: an endorsement could not be had', async () => {
  // The discard service's port: nobody listens there.
  const args = ['collateral', 'fetch', file, '--from', 'http://127.0.0.1:9', '-o', folder.path('none'), '--json'];
  const answer = await assay(args);
  expect(answer.exit).toBe(3);
  expect(documentOf(answer)).toMatchObject({ schema: 'assay.error/1', code: 'unavailable', field: '--from' });
  expect(answer.log).toContain('attempt 2 of 4');
}, 120_000);

test('--help and --version answer on standard output', async () => {
  for (const args of [
    ['--help'],
    ['verify', '--help'],
    ['collateral', 'fetch', '--help'],
    ['serve', '--help'],
    ['--version'],
  ]) {
    const { exit, output, log } = await assay(args);
    expect([exit, log]).toEqual([0, '']);
    expect(output.length).toBeGreaterThan(4);
  }
  expect((await assay(['--help'])).output).toContain('Exit codes: 0 trusted');
});

test('standard input is a file', async () => {
  const { evidence } = folder.exhibit;
  const args = ['verify', '-', ...folder.trust, '--policy', folder.path('any.yaml')];
  const hex = Buffer.from(Buffer.from(evidence).toString('hex'));
  for (const stdin of [evidence, hex]) {
    const { exit, output } = await assay(args, { stdin });
    expect([exit, output.includes('standard input')]).toEqual([0, true]);
  }
  expect((await assay(['inspect', '-', '--json'], { stdin: Buffer.alloc(0) })).exit).toBe(2);
  expect((await assay(['inspect', '-', '--json'], { stdin: Buffer.alloc(20_000_000) })).exit).toBe(2);
});

test('text for people has no escape sequences in a pipe', async () => {
  const { output } = await assay(['verify', file, ...folder.trust], { env: { FORCE_COLOR: '1' } });
  expect(output).toContain('NOT TRUSTED');
  expect(output).not.toContain('\u001b');
});

test('a reader that goes away is no fault', async () => {
  const command = join(import.meta.dirname, '../bin/assay.js');
  const line = `"${process.execPath}" "${command}" inspect "${file}" --json | head -c 1; echo " \${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line]);
  expect([stdout.trim(), stderr]).toEqual(['{ 0', '']);
});

test('npm start serves evidence, and the commands that it prints verify it', async (context) => {
  const missing = missingCommand('bash', 'curl');
  if (missing !== undefined) context.skip(missing);
  const demo = join(import.meta.dirname, '../dist/demo.js');
  const env = { ...process.env, TMPDIR: folder.path('.'), PORT: '0' };
  const child = spawn(process.execPath, [demo], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let said = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (said.includes('Ctrl-C')) break;
  }
  expect(said).toMatch(/^! SIMULATED {2}Open http:\/\/localhost:\d+:/);
  const [url = ''] = /http:\/\/localhost:\d+/.exec(said) ?? [];
  const page = await fetch(url, { headers: { accept: 'text/html' }, redirect: 'manual' });
  expect(page.headers.get('location')).toBe('/explorer/');
  const commands = said.split('\n').filter((line) => /^ {2}(curl|npx assay verify) /.test(line));
  expect(commands).toHaveLength(2);
  expect(await shell(commands.join('\n'), ROOT)).toContain('✓ TRUSTED  SIMULATED Intel TDX evidence');
  const directory = dirname(/ (\S+)\/evidence\.json/.exec(said)?.[0].trim() ?? '');
  expect(existsSync(directory)).toBe(true);
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(existsSync(directory)).toBe(false);
});
