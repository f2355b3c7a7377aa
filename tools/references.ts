import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { ReferenceVerdict } from './reference-verdicts.ts';

/** Gives tests in every runtime the verdicts that plain Node comes to, outside of the test runner. */
export default function setup(project: TestProject): void {
  const script = join(import.meta.dirname, 'reference-verdicts.ts');
  const output = execFileSync(process.execPath, ['--conditions=@assay/source', script], { maxBuffer: 64_000_000 });
  project.provide('references', JSON.parse(output.toString('utf8')) as readonly ReferenceVerdict[]);
}
