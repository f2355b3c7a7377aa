import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Larger files are no evidence, and every runtime gets a copy of all of them. */
const MAX_FILE_BYTES = 2_000_000;

/** The folder of evidence files, absolute, or undefined where there is none. Throws when ASSAY_VECTORS names no folder. */
export function vectorsFolder(): string | undefined {
  const named = process.env.ASSAY_VECTORS;
  const folder = resolve(import.meta.dirname, '..', named ?? '../shared/vectors');
  if (existsSync(folder)) return folder;
  if (named !== undefined) throw new Error(`ASSAY_VECTORS: no folder at ${folder}`);
  return undefined;
}

const isEvidence = (folder: string, path: string): boolean => {
  const status = statSync(join(folder, path));
  return status.isFile() && status.size <= MAX_FILE_BYTES && !path.endsWith('.enc');
};

/** Gives tests in every runtime the evidence files, which only Node could read. */
export default function setup(project: TestProject): void {
  const folder = vectorsFolder();
  const paths = folder === undefined ? [] : globSync('**/*', { cwd: folder }).sort();
  const entries = paths
    .filter((path) => isEvidence(folder ?? '', path))
    .map((path) => [path.split(sep).join('/'), readFileSync(join(folder ?? '', path), 'base64')] as const);
  project.provide('vectors', Object.fromEntries(entries));
}
