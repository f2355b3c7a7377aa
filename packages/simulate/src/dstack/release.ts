/** A release of dstack, whose guest agents differ in their methods and in what they measure. */
export interface Release {
  /** Like `0.5.11`. */
  readonly name: string;
  /** True for the release of this name and all later ones. */
  reaches(name: ReleaseName): boolean;
}

/** Major, minor and patch number. */
export type ReleaseName = `${number}.${number}.${number}`;

/** The release that simulated guest agents are of unless told: the last one with EmitEvent. */
export const DEFAULT_RELEASE = '0.5.11';

/** The first release with a guest agent, and the first one that is not known here. */
const KNOWN = ['0.4.2', '0.7.0'] as const;

/** Reads a release's name. Throws for one that is not known. */
export function parseRelease(name: string): Release {
  const rank = rankOf(name);
  if (Number.isNaN(rank) || rank < rankOf(KNOWN[0]) || rank >= rankOf(KNOWN[1])) {
    throw new Error(`dstack version: expected ${KNOWN[0]} to 0.6.x, like ${DEFAULT_RELEASE}, found ${name}`);
  }
  return { name, reaches: (other) => rank >= rankOf(other) };
}

/** One number that orders releases; NaN for what is none. */
function rankOf(name: string): number {
  const [, major, minor, patch] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name) ?? [];
  return (Number(major) * 1000 + Number(minor)) * 1000 + Number(patch);
}
