import { readFileSync } from 'node:fs';
import type { TeeName } from '@assay/verify';
import { expect, test } from 'vitest';
import { ASPECT_CHECKS, ASPECT_VALUES, CLAIMED_ASPECTS, SIMULATED } from './aspects.ts';
import { EAR_PROFILE } from './issuer.ts';
import { EAR_KEY_PATHS } from './keys-app.ts';

const page = readFileSync(new URL('../../../../docs/ear.md', import.meta.url), 'utf8');
/** Rows of the table under a heading, without its first two lines: cells as texts. */
const tableUnder = (heading: string): readonly (readonly string[])[] => {
  const [, section = ''] = page.split(`## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  const rows = own.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};
const code = (text: string): string => `\`${text}\``;

test('the page has the values of each claim', () => {
  const [, , ...rows] = tableUnder('The vector: values');
  const expected = CLAIMED_ASPECTS.map((aspect) => {
    const { fail, warn, pass } = ASPECT_VALUES[aspect];
    return [code(aspect), String(fail), String(warn), String(pass)];
  });
  expect(rows).toEqual(expected);
});

test('the page has the checks of each claim, by TEE', () => {
  const [[, ...tees] = [], , ...rows] = tableUnder('The vector: checks');
  const names = Object.keys(ASPECT_CHECKS) as TeeName[];
  expect(tees).toEqual(names.map(code));
  expect(rows).toEqual(
    CLAIMED_ASPECTS.map((aspect) => [
      code(aspect),
      ...names.map((tee) => ASPECT_CHECKS[tee][aspect].map(code).join(' ')),
    ]),
  );
});

test('the page has the profile, the paths of key sets, and what simulated evidence is worth', () => {
  const said = [EAR_PROFILE, EAR_KEY_PATHS.genuine, EAR_KEY_PATHS.simulated].map((text) => page.includes(text));
  expect(said).toEqual([true, true, true]);
  const simulated = page.split('## Simulated evidence\n')[1]?.split('\n## ')[0] ?? '';
  for (const [aspect, value] of Object.entries(SIMULATED)) {
    expect(simulated.replace(/\s+/g, ' ')).toMatch(new RegExp(`\`${aspect}\` (?:is )?${value}`));
  }
});
