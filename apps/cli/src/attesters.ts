import { type Attester, type AttesterName, attestersOf } from '@assay/attest';
import { usage } from './failure.ts';
import type { Io } from './io.ts';

/** Names that `--from` takes, in the order in which attesters are looked for. */
export const SOURCES = [
  'gramine',
  'confidential-space',
  'dstack',
  'proxy',
  'tsm',
] as const satisfies readonly AttesterName[];

/** One of them. */
export type Source = (typeof SOURCES)[number];

/** The attesters of this machine, by its environment: all of them, or the one that was named. Throws `usage`. */
export function attestersHere(from: string | undefined, { env }: Io): readonly Attester[] {
  const all = attestersOf(env);
  if (from === undefined) return all;
  const chosen = all.filter(({ name }) => name === from);
  if (chosen.length === 0) throw usage(`--from: expected one of ${SOURCES.join(', ')}, found ${from}`, '--from');
  return chosen;
}
