import type { Resource } from '../resource.ts';
import { judgeAmd } from './amd.ts';
import { judgeIntel } from './intel.ts';
import type { Judged, Received, Surroundings } from './judged.ts';

/** Authenticates a document of either vendor. Throws a refusal. */
export async function judge(resource: Resource, received: Received, around: Surroundings): Promise<Judged> {
  return resource.vendor === 'intel' ? judgeIntel(resource, received, around) : judgeAmd(resource, received, around);
}
