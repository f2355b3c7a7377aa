import { type Peers, WORD } from './peers.ts';

/** The peers of a swarm that use one version of IP: seeds first, in no order else. */
export interface Group {
  readonly slots: number[];
  seeds: number;
}

/** Puts a peer into a group. */
export function joinGroup(peers: Peers, group: Group, slot: number, seed: boolean): void {
  group.slots.push(slot);
  place(peers, group, slot, group.slots.length - 1);
  if (seed) becomeSeed(peers, group, slot);
}

/** Takes a peer out of its group. */
export function leaveGroup(peers: Peers, group: Group, slot: number): void {
  stopSeeding(peers, group, slot);
  const last = group.slots.pop() ?? 0;
  if (last !== slot) place(peers, group, last, positionOf(peers, slot));
}

/** Moves a peer to the seeds; nothing when it is one. */
export function becomeSeed(peers: Peers, group: Group, slot: number): void {
  if (positionOf(peers, slot) < group.seeds) return;
  swap(peers, group, slot, group.seeds);
  group.seeds += 1;
  peers.seeds += 1;
}

/** Moves a peer away from the seeds; nothing when it is none. */
export function stopSeeding(peers: Peers, group: Group, slot: number): void {
  if (positionOf(peers, slot) >= group.seeds) return;
  group.seeds -= 1;
  peers.seeds -= 1;
  swap(peers, group, slot, group.seeds);
}

/** Index of a peer in its group. */
export function positionOf({ words }: Peers, slot: number): number {
  return words[slot * WORD.length + WORD.position] ?? 0;
}

function swap(peers: Peers, group: Group, slot: number, position: number): void {
  const other = group.slots[position] ?? slot;
  place(peers, group, other, positionOf(peers, slot));
  place(peers, group, slot, position);
}

function place(peers: Peers, group: Group, slot: number, position: number): void {
  group.slots[position] = slot;
  peers.words[slot * WORD.length + WORD.position] = position;
}
