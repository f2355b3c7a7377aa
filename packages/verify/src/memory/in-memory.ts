import type { UnixSeconds } from '../codec/time.ts';
import { usage } from '../errors.ts';
import type { RollbackMemory } from './rollback.ts';

/** Options of `createMemory`. */
export interface MemoryOptions {
  /** The most keys remembered; the one unused for longest is forgotten first. Default 10,000. */
  readonly maxKeys?: number | undefined;
}

/**
 * A rollback memory that lives as long as the process.
 *
 * @throws AssayError `usage` when `maxKeys` is no positive integer.
 * @example const memory = createMemory(() => new Date());
 */
export function createMemory(now: () => Date, { maxKeys = 10_000 }: MemoryOptions = {}): RollbackMemory {
  if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
    throw usage('maxKeys: expected a positive integer', { field: 'maxKeys' });
  }
  // A map keeps its keys in the order of insertion: whatever is used goes to the end.
  const dates = new Map<string, UnixSeconds>();
  const use = (key: string, issued: UnixSeconds): void => {
    dates.delete(key);
    dates.set(key, issued);
    const [oldest] = dates.keys();
    if (dates.size > maxKeys && oldest !== undefined) dates.delete(oldest);
  };
  return {
    now,
    newest(key) {
      const issued = dates.get(key);
      if (issued !== undefined) use(key, issued);
      return issued;
    },
    remember(key, issued) {
      use(key, Math.max(issued, dates.get(key) ?? issued));
    },
  };
}
