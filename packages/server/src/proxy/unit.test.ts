import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROXY_UNIT, proxyUnit } from './unit.ts';

const command = ['/usr/bin/assay', 'proxy'];
const line = (unit: string, name: string) => unit.split('\n').find((each) => each.startsWith(`${name}=`));

describe('the unit', () => {
  test('starts the command, and opens the socket to one group', () => {
    const unit = proxyUnit({ command: [...command, '--raw-group', 'quotes'], rawGroup: 'quotes' });
    expect(line(unit, 'ExecStart')).toBe('ExecStart=/usr/bin/assay proxy --raw-group quotes');
    expect(line(unit, 'Group')).toBe('Group=quotes');
    expect(line(proxyUnit({ command }), 'Group')).toBe('Group=root');
  });

  test('hands arguments on as they are', () => {
    const unit = proxyUnit({ command: ['/opt/a b/assay', '%h', '$HOME', 'say "\\"', ''] });
    expect(line(unit, 'ExecStart')).toBe('ExecStart="/opt/a b/assay" %%h "$$HOME" "say \\"\\\\\\"" ""');
  });

  test.each<[string, readonly string[], string]>([
    ['command', [], 'root'],
    ['command', ['assay'], 'root'],
    ['command', ['/usr/bin/assay', 'a\nUser=x'], 'root'],
    ['rawGroup', command, 'a b'],
    ['rawGroup', command, 'root\nUMask=0'],
    ['rawGroup', command, ''],
  ])('is refused for a %s of %j, %j', (field, given, rawGroup) => {
    expect(() => proxyUnit({ command: given, rawGroup })).toThrow(expect.objectContaining({ details: { field } }));
  });
});

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;
describe.skipIf(!analyze)('systemd-analyze, which has to be installed,', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unit-'));
    path = join(folder, PROXY_UNIT);
    await writeFile(path, proxyUnit({ command: ['/bin/true', '%h', '$HOME'] }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('finds an exposure below 3.0', () => {
    const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], {
      encoding: 'utf8',
    });
    const exposure = Number(/Overall exposure level for \S+: ([0-9.]+)/.exec(said)?.[1]);
    expect(exposure).toBeGreaterThan(0);
    expect(exposure).toBeLessThan(3);
  });

  test('reads every line of it', () => {
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
    expect(stderr.split('\n').filter((said) => said.includes(PROXY_UNIT))).toEqual([]);
  });
});
