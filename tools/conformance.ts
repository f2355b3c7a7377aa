import { casesIn } from './conformance-cases.ts';
import { runCases } from './conformance-run.ts';
import { vectorsFolder } from './vectors.ts';

// Runs the built command against every case of the evidence files, and prints what each one was to be and was.
const folder = vectorsFolder();
const cases = folder === undefined ? [] : casesIn(folder);
const results = await runCases(cases);

const width = (values: readonly string[], most: number): number =>
  Math.min(most, Math.max(...values.map(({ length }) => length)));
const name = width(
  results.map((result) => result.name),
  40,
);
const expected = width(
  results.map((result) => result.expected),
  60,
);
const lines = results.map((result) => {
  const mark = result.problem === undefined ? 'ok  ' : 'FAIL';
  const wrong = result.problem === undefined ? '' : `\n     ${result.problem}`;
  return `${mark} ${result.name.padEnd(name)}  ${result.expected.padEnd(expected)}  ${result.got}${wrong}`;
});
const failed = results.filter(({ problem }) => problem !== undefined).length;
if (cases.length === 0) lines.push('no evidence files: set ASSAY_VECTORS to their folder');
lines.push('', `${results.length - failed} passed, ${failed} failed`);
process.stdout.write(`${lines.join('\n')}\n`);
// A run that shows nothing proves nothing.
if (failed > 0 || cases.length === 0) process.exitCode = 1;
