import { type Peers, WORD } from './peers.ts';

/** Peers in the order of their last announces; all live equally long, so the first to go is always the oldest. */
export interface Ages {
  oldest: number;
  newest: number;
}

/** Puts a peer at the young end. */
export function appendAge({ words }: Peers, ages: Ages, slot: number): void {
  words[slot * WORD.length + WORD.older] = ages.newest;
  words[slot * WORD.length + WORD.newer] = 0;
  if (ages.newest === 0) ages.oldest = slot;
  else words[ages.newest * WORD.length + WORD.newer] = slot;
  ages.newest = slot;
}

/** Takes a peer out of the order. */
export function removeAge({ words }: Peers, ages: Ages, slot: number): void {
  const older = words[slot * WORD.length + WORD.older] ?? 0;
  const newer = words[slot * WORD.length + WORD.newer] ?? 0;
  if (older === 0) ages.oldest = newer;
  else words[older * WORD.length + WORD.newer] = newer;
  if (newer === 0) ages.newest = older;
  else words[newer * WORD.length + WORD.older] = older;
}
