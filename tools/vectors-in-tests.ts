import { describe, inject, test } from 'vitest';

/** Evidence files, base64 by path with slashes; empty where the folder of evidence is absent. */
export const vectors: Readonly<Record<string, string>> = inject('vectors');

/** The bytes of one evidence file, a fresh copy each time. Throws when there is no such file. */
export function vector(path: string): Uint8Array<ArrayBuffer> {
  const encoded = vectors[path];
  if (encoded === undefined) throw new Error(`no evidence file ${path}`);
  return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
}

/** The text of one evidence file. Throws when there is no such file or it is no UTF-8. */
export function vectorText(path: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(vector(path));
}

/** A suite over the evidence files; where they are absent, one skipped test says so. */
export function describeWithVectors(name: string, suite: () => void): void {
  if (Object.keys(vectors).length > 0) {
    describe(name, suite);
  } else {
    test.skip(`${name}: no evidence files, set ASSAY_VECTORS to their folder`, () => undefined);
  }
}
