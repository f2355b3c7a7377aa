import {
  CODE_MEASUREMENTS,
  KERNEL_SET,
  MEASUREMENTS,
  PLATFORM_IDS,
  RUN_TIME_MEASUREMENTS,
  type ValueForm,
  WHOLE_MEASUREMENTS,
} from './measurements.ts';
import type { Policy, Release } from './policy.ts';
import { confidentialSpaceShape, snpShape, tdxShape } from './schema-vendors.ts';
import {
  either,
  formed,
  integer,
  list,
  object,
  pattern,
  record,
  type Shape,
  type TypeOf,
  text,
  word,
} from './shape.ts';

const MAX_DAYS = 3650;
const MAX_SECONDS = 366 * 86_400;

/** Members by the names of a table, each made from its form. */
function membersOf<N extends string, T>(
  table: Readonly<Record<N, ValueForm>>,
  make: (form: ValueForm) => Shape<T>,
): { readonly [K in N]: Shape<T> } {
  const entries = Object.entries<ValueForm>(table).map(([name, form]) => [name, make(form)]);
  return Object.fromEntries(entries);
}

const status = word(
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'TDRelaunchAdvised',
  'TDRelaunchAdvisedConfigurationNeeded',
);

const advisory = pattern('^INTEL-SA-[0-9]{5,6}$', 'an advisory like INTEL-SA-00837');

const tcb = object({
  accept: list(status),
  graceDays: integer(0, MAX_DAYS),
  minEvaluationDataNumber: integer(0, 65_535),
  maxCollateralAgeDays: integer(1, MAX_DAYS),
  // An empty allow list means something: no advisory may apply.
  advisories: object({ allow: list(advisory, 0), deny: list(advisory) }),
});

const measurements = object(membersOf(MEASUREMENTS, (form) => either(formed(form), list(formed(form)))));

const release = object(
  { name: text(), measurements, minIsvSvn: integer(0, 65_535) },
  {
    required: ['name', 'measurements'],
    rule: (one) => bootProblem(one) ?? codeProblem(one) ?? enclaveProblem(one),
  },
);

/**
 * Each stage of a boot measures the next: firmware (`mrtd`) the kernel (`rtmr1`, `rtmr2`), the kernel what runs (`rtmr3`).
 * Anyone's TD, with a stage of his own, can set any value of a later one.
 */
function bootProblem({ name, measurements: given }: Release): string | undefined {
  const named = RUN_TIME_MEASUREMENTS.filter((one) => given[one] !== undefined);
  if (named.length === 0 || WHOLE_MEASUREMENTS.some((one) => given[one] !== undefined)) return undefined;
  const whole = `(or ${WHOLE_MEASUREMENTS.join(' or ')})`;
  if (given.mrtd === undefined)
    return `release ${name} names ${named.join(', ')}, which any firmware can set: add mrtd ${whole}`;
  const byKernel = named.filter((one) => KERNEL_SET.includes(one));
  if (byKernel.length === 0 || (given.rtmr1 !== undefined && given.rtmr2 !== undefined)) return undefined;
  return `release ${name} names ${byKernel.join(', ')}, which any kernel can set: add rtmr1 and rtmr2 ${whole}`;
}

function codeProblem({ measurements: given }: Release): string | undefined {
  return CODE_MEASUREMENTS.some((name) => given[name] !== undefined)
    ? undefined
    : `names no measurement of code; one of ${CODE_MEASUREMENTS.join(', ')} is needed`;
}

/** Whoever holds the signing key may sign anything: the product and its lowest version must be named too. */
function enclaveProblem({ measurements: given, minIsvSvn }: Release): string | undefined {
  const byCode = given.mrenclave !== undefined;
  const bySigner = given.mrsigner !== undefined;
  if (minIsvSvn !== undefined && !byCode && !bySigner) return 'minIsvSvn needs mrenclave or mrsigner';
  const versioned = minIsvSvn !== undefined || given.isvSvn !== undefined;
  if (!bySigner || byCode || (given.isvProdId !== undefined && versioned)) return undefined;
  return 'mrsigner without mrenclave needs measurements.isvProdId and minIsvSvn';
}

const binding = object(
  {
    profile: word(
      'assay/1',
      'assay/1-batch',
      'raw',
      'oauth3-info',
      'sha256-info',
      'tappd',
      'ratls-cert',
      'ingress-evidence',
      'dip1',
      'pbts-payload',
      'pbts-payload/1',
      'pbts-register/1',
      'teekit',
    ),
    type: word('attestation', 'session', 'response', 'checkpoint'),
    audience: text(),
    claims: record(either(text(0), integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER))),
  },
  {
    required: ['profile'],
    rule: ({ profile, type }) =>
      type !== undefined && !profile.startsWith('assay/')
        ? `profile ${profile} has no statements, so no \`type\``
        : undefined,
  },
);

const freshness = object({ maxAgeSeconds: integer(1, MAX_SECONDS) }, { required: ['maxAgeSeconds'] });

const shape = object(
  {
    schema: word('assay.policy/1'),
    tcb,
    debug: word('refuse', 'allow'),
    tdx: tdxShape,
    snp: snpShape,
    confidentialSpace: confidentialSpaceShape,
    platforms: object(membersOf(PLATFORM_IDS, (form) => list(formed(form)))),
    releases: list(release),
    identity: word('any'),
    freshness: either(word('any'), freshness),
    binding: either(word('any'), binding),
  },
  { mayBeEmpty: true, rule: (policy) => twiceNamed(policy) ?? contradiction(policy) },
);

function twiceNamed({ releases = [] }: Policy): string | undefined {
  const seen = new Set<string>();
  const twice = releases.find(({ name }) => seen.size === seen.add(name).size)?.name;
  return twice === undefined ? undefined : `two releases are named ${twice}`;
}

function contradiction({ debug, identity, releases, confidentialSpace = {} }: Policy): string | undefined {
  const { profile, signatureKeyIds } = confidentialSpace;
  const contradicts = (one: string, other: string): string => `\`${one}\` contradicts \`${other}\`: give one of them`;
  if (profile === 'debug' && debug !== 'allow') return '`confidentialSpace.profile: debug` needs `debug: allow`';
  if (identity === undefined) return undefined;
  if (releases !== undefined) return contradicts('identity: any', 'releases');
  return signatureKeyIds && contradicts('identity: any', 'confidentialSpace.signatureKeyIds');
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
// The interface, which carries the documentation, and the shape, which judges, cannot drift apart.
true satisfies Same<TypeOf<typeof shape>, Policy>;

/** The shape of a policy. Use `parsePolicy`. */
export const policyShape: Shape<Policy> = shape;
