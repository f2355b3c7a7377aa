import type { Policy, Release } from '@assay/verify';
import { type BindingProfile, MEASUREMENTS, parsePolicy } from '@assay/verify/policy';
import { usage } from './failure.ts';
import { readText } from './files.ts';
import type { Io } from './io.ts';
import { parseInteger } from './values.ts';

/** Options that make a policy. */
export interface PolicyFlags {
  readonly policy?: string;
  /** `NAME=HEX` each. */
  readonly expect?: readonly string[];
  readonly profile?: string;
  /** True when report data is given: without a profile it is compared as it stands. */
  readonly raw: boolean;
}

/** The policy of a file, completed by options. Throws `usage`, naming the key that is wrong. */
export async function policyOf({ policy, expect = [], profile, raw }: PolicyFlags, io: Io): Promise<Policy> {
  const given = policy === undefined ? {} : await readPolicy(policy, io);
  const releases = expect.length > 0 ? { releases: [...releaseOf(expect, given)] } : {};
  const binding = bindingOf(given, profile ?? (raw && !isObject(given.binding) ? 'raw' : undefined));
  return parsePolicy({ ...given, ...releases, ...binding });
}

/** A policy file, YAML or JSON (which is YAML), checked. Throws `usage`. */
export async function readPolicy(path: string, io: Io): Promise<Policy> {
  // Most calls name no policy, and the reader of YAML is slow to load.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(await readText(path, io, '--policy'), { uniqueKeys: true, merge: false });
  const [problem] = document.errors;
  if (problem) throw usage(`--policy: ${path}: ${problem.message}`, '--policy');
  try {
    // No aliases: a policy has no use for them, and they can unfold to any size.
    return parsePolicy(document.toJS({ maxAliasCount: 0 }));
  } catch (error) {
    if (error instanceof ReferenceError) throw usage(`--policy: ${path}: aliases are not allowed`, '--policy');
    throw error;
  }
}

function releaseOf(expect: readonly string[], { releases }: Policy): readonly Release[] {
  if (releases !== undefined) {
    throw usage('--expect: the policy has releases already; name reference values in one place', '--expect');
  }
  const measurements: Record<string, string> = {};
  let minIsvSvn: number | undefined;
  for (const pair of expect) {
    const [name, value] = splitPair(pair);
    if (name in measurements) throw usage(`--expect: ${name} is given twice`, '--expect');
    if (name === 'minIsvSvn') minIsvSvn = parseInteger(value, '--expect minIsvSvn', 65_535);
    else measurements[name] = value;
  }
  return [{ name: '--expect', measurements, ...(minIsvSvn !== undefined && { minIsvSvn }) }];
}

/** Names in any case are taken for what they mean; hexadecimal becomes lower case, as measurements are written. */
function splitPair(pair: string): readonly [name: string, value: string] {
  const at = pair.indexOf('=');
  if (at < 1 || at === pair.length - 1) throw usage(`--expect: expected NAME=HEX, found ${pair}`, '--expect');
  const given = pair.slice(0, at);
  const names = Object.keys(MEASUREMENTS);
  const name = names.find((known) => known.toLowerCase() === given.toLowerCase()) ?? given;
  if (!names.includes(name) && name !== 'minIsvSvn') {
    throw usage(`--expect: ${given} is no measurement; Assay knows ${names.join(', ')}`, '--expect');
  }
  const value = pair.slice(at + 1);
  return [name, /^(?:0x)?[0-9a-f]+$/i.test(value) ? value.replace(/^0x/i, '').toLowerCase() : value];
}

function bindingOf({ binding }: Policy, profile: string | undefined): { readonly binding?: Policy['binding'] } {
  if (profile === undefined) return {};
  // Whether there is such a profile is for parsePolicy to say.
  return { binding: { ...(isObject(binding) && binding), profile: profile as BindingProfile } };
}

function isObject<T>(value: T | 'any' | undefined): value is T {
  return typeof value === 'object';
}
