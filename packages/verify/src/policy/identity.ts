import type { CheckDetail } from '../verdict/check.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { Claims } from '../verdict/verdict.ts';
import type { Policy, Release } from './policy.ts';

/** Measurements or ids by name. */
type Measured = Readonly<Record<string, string | undefined>>;

/** One value of a release that does not hold. */
interface Difference {
  readonly name: string;
  readonly expected: string;
  readonly actual: string | undefined;
}

/** How far a release is from what was measured. */
interface Distance {
  readonly release: Release;
  readonly held: number;
  readonly differences: readonly Difference[];
}

/** Judges the policy's releases and platforms; an event log's measurements are among the claims'. */
export function appraiseIdentity({ measurements, platform }: Claims, policy: Policy, checks: Checklist): void {
  appraiseReleases(measurements, policy, checks);
  appraisePlatforms(platform, policy, checks);
}

/** `identity.release`: one release must hold whole, values of several never mix. */
export function appraiseReleases(measurements: Measured, { releases, identity }: Policy, checks: Checklist): void {
  if (releases === undefined) {
    if (identity === undefined) checks.skip('identity.release', 'the policy names no releases');
    return;
  }
  const distances = releases.map((release) => distanceOf(release, measurements));
  const whole = distances.find(({ differences }) => differences.length === 0);
  const closest = whole ?? distances.toSorted(byDistance)[0];
  if (closest === undefined || whole === undefined) {
    checks.fail('identity.release', closest === undefined ? { actual: 'no releases' } : explain(closest, releases));
    return;
  }
  checks.pass('identity.release', { actual: closest.release.name });
}

/** `identity.platform`: each id that the policy names is one of its list. */
export function appraisePlatforms(ids: Measured, { platforms }: Policy, checks: Checklist): void {
  if (platforms === undefined) return;
  const named = Object.entries(platforms).filter(([, allowed]) => allowed !== undefined);
  const differences = differencesOf(named, ids);
  if (differences.length > 0) checks.fail('identity.platform', show(differences));
  else checks.pass('identity.platform', { actual: named.map(([name]) => `${name}=${ids[name]}`).join(', ') });
}

function explain({ release, differences }: Distance, releases: readonly Release[]): CheckDetail {
  const { expected, actual } = show(differences);
  const which = releases.length === 1 ? 'release' : `closest of ${releases.length} releases:`;
  return { expected: `${which} ${release.name}: ${expected}`, actual };
}

function distanceOf(release: Release, measured: Measured): Distance {
  const named = Object.entries(release.measurements).filter(([, values]) => values !== undefined);
  const differences = [...differencesOf(named, measured)];
  const held = named.length - differences.length;
  const { minIsvSvn, name } = release;
  if (named.length === 0) differences.push({ name, expected: 'measurements', actual: undefined });
  const actual = measured.isvSvn;
  if (minIsvSvn !== undefined && !(actual !== undefined && /^\d+$/.test(actual) && Number(actual) >= minIsvSvn)) {
    differences.push({ name: 'isvSvn', expected: `${minIsvSvn} or more`, actual });
  }
  return { release, held, differences };
}

type Expected = readonly (readonly [name: string, values: string | readonly string[] | undefined])[];

function differencesOf(expected: Expected, measured: Measured): readonly Difference[] {
  return expected.flatMap(([name, values]) => {
    const actual = Object.hasOwn(measured, name) ? measured[name] : undefined;
    const list = typeof values === 'string' ? [values] : (values ?? []);
    return actual !== undefined && list.includes(actual) ? [] : [{ name, expected: either(list), actual }];
  });
}

/** The nearest first: one that names what this kind of evidence has, then the one with most in common. */
function byDistance(a: Distance, b: Distance): number {
  const absent = ({ differences }: Distance) => differences.filter(({ actual }) => actual === undefined).length;
  return b.held - a.held || absent(a) - absent(b) || a.differences.length - b.differences.length;
}

function show(differences: readonly Difference[]): { readonly expected: string; readonly actual: string } {
  const join = (part: (difference: Difference) => string) =>
    differences.map((difference) => `${difference.name}=${part(difference)}`).join(', ');
  return { expected: join(({ expected }) => expected), actual: join(({ actual }) => actual ?? 'none') };
}

/** At most three values: allow lists are long. */
function either(values: readonly string[]): string {
  const more = values.length > 3 ? ` or ${values.length - 3} more` : '';
  return values.slice(0, 3).join(' or ') + more;
}
