import { usage } from '../failure.ts';

/** Longest key and longest part of it between slashes, in characters: what every file system takes. */
const MAX_KEY = 512;
const MAX_PART = 200;

const EXPECTED = 'parts of A-Z a-z 0-9 . _ - that do not begin with a dot, with / between them';

/** Refuses keys that a folder or S3 would read in another way: `..`, empty parts, characters to be encoded. */
export function checkKey(key: string): void {
  const parts = key.split('/');
  if (
    key.length <= MAX_KEY &&
    parts.every((part) => part.length <= MAX_PART && /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part))
  ) {
    return;
  }
  const shown = JSON.stringify(key.slice(0, 80));
  const message = `the object key ${shown} is not allowed; expected at most ${MAX_KEY} characters: ${EXPECTED}`;
  throw usage(message, { field: 'key', expected: EXPECTED });
}

/** Whether a store's own listing names one of our objects. */
export function isKey(text: string): boolean {
  try {
    checkKey(text);
    return true;
  } catch {
    return false;
  }
}

/** Refuses a prefix that no key can begin with. */
export function checkPrefix(prefix: string): void {
  checkKey(`${prefix}x`);
}
