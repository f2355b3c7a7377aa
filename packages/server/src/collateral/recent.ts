/** A map that forgets what was not used for longest. */
export interface Recent<T> {
  readonly size: number;
  readonly get: (name: string) => T | undefined;
  /** Puts a value, which is no use of it; answers the name that was forgotten for it. */
  readonly set: (name: string, value: T) => string | undefined;
  readonly delete: (name: string) => void;
  readonly values: () => readonly T[];
}

/** At most `limit` values by name. */
export function createRecent<T>(limit: number): Recent<T> {
  const kept = new Map<string, T>();
  return {
    get size() {
      return kept.size;
    },
    get: (name) => {
      const value = kept.get(name);
      if (value === undefined) return undefined;
      // A map keeps its names in the order of insertion: whatever is used goes to the end.
      kept.delete(name);
      kept.set(name, value);
      return value;
    },
    set: (name, value) => {
      kept.set(name, value);
      if (kept.size <= limit) return undefined;
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
      return oldest;
    },
    delete: (name) => void kept.delete(name),
    values: () => [...kept.values()],
  };
}
