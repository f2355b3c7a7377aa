import { startAmd } from './amd.ts';
import { type DstackWish, startDstack } from './dstack.ts';
import { startGoogle } from './google.ts';
import { startGramine } from './gramine.ts';
import type { Ground } from './ground.ts';
import { startIntel } from './intel.ts';
import { type Part, part } from './part.ts';
import { startProxy } from './proxy.ts';
import { bootTd, startTsm } from './tsm.ts';

/** What can be simulated: a vendor with what it vouches for, one of these alone, or everything. */
export const WORLDS = ['intel', 'amd', 'google', 'dstack', 'tsm', 'all'] as const;

/** One of them. */
export type World = (typeof WORLDS)[number];

/** What stands on Intel's vendor: all of it is one machine. */
type OnIntel = 'dstack' | 'proxy' | 'tsm' | 'gramine';
const ON_INTEL: Readonly<Record<World, readonly OnIntel[]>> = {
  intel: ['proxy', 'tsm', 'gramine'],
  amd: [],
  google: [],
  dstack: ['dstack'],
  tsm: ['tsm'],
  all: ['dstack', 'proxy', 'tsm', 'gramine'],
};

/** Whether a guest of dstack boots there. */
export function hasDstack(world: World): boolean {
  return ON_INTEL[world].includes('dstack');
}

/** Starts a world on a ground, part by part; stops early, with what runs by then, when the signal aborts. */
export async function startWorld(
  world: World,
  ground: Ground,
  options: { readonly dstack: DstackWish; readonly report: (message: string) => void; readonly stop: AbortSignal },
): Promise<Part> {
  const starts: (() => Promise<Part>)[] = [];
  const inside = ON_INTEL[world];
  if (inside.length > 0) starts.push(() => startIntelWorld(inside, ground, options.dstack));
  if (world === 'amd' || world === 'all') starts.push(() => startAmd(ground));
  if (world === 'google' || world === 'all') starts.push(() => startGoogle(ground, options.report));
  const parts: Part[] = [];
  for (const start of starts) if (!options.stop.aborted) parts.push(await start());
  return joined(parts);
}

async function startIntelWorld(inside: readonly OnIntel[], ground: Ground, dstack: DstackWish): Promise<Part> {
  const intel = await startIntel(ground);
  const guest = await bootTd(ground, intel);
  const starts: Readonly<Record<OnIntel, () => Promise<Part>>> = {
    dstack: () => startDstack(ground, intel, dstack),
    proxy: () => startProxy(ground, intel, guest),
    tsm: () => startTsm(ground, intel, guest),
    gramine: () => startGramine(ground, intel),
  };
  const parts: Part[] = [intel];
  for (const name of inside) parts.push(await starts[name]());
  return joined(parts);
}

/** Where two parts set one variable, the first one's stays: trials of the other name it themselves. */
function joined(parts: readonly Part[]): Part {
  const variables = parts.flatMap(({ environment }) => Object.entries(environment));
  const first = variables.filter(([name], index) => variables.findIndex(([other]) => other === name) === index);
  return part({
    services: parts.flatMap(({ services }) => services),
    environment: Object.fromEntries(first),
    trials: parts.flatMap(({ trials }) => trials),
    absent: parts.flatMap(({ absent }) => absent),
  });
}
