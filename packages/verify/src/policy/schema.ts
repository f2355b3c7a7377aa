import * as z from 'zod/mini';
import { CODE_MEASUREMENTS, MEASUREMENTS, PLATFORM_IDS, type ValueForm } from './measurements.ts';
import type { Policy, Release } from './policy.ts';
import { formed, integer, list, members, pattern, rule, strict, text, word } from './schema-parts.ts';
import { confidentialSpaceSchema, snpSchema, tdxSchema } from './schema-vendors.ts';

const MAX_DAYS = 3650;
const MAX_SECONDS = 366 * 86_400;

/** Optional members by the names of a table, each made from its form. */
function shapeOf<N extends string, T extends z.core.SomeType>(
  table: Readonly<Record<N, ValueForm>>,
  make: (form: ValueForm) => T,
): { [K in N]: z.ZodMiniOptional<T> } {
  const entries = Object.entries<ValueForm>(table).map(([name, form]) => [name, z.optional(make(form))]);
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

const tcb = strict({
  accept: z.optional(list(status)),
  graceDays: z.optional(integer(0, MAX_DAYS)),
  minEvaluationDataNumber: z.optional(integer(0, 65_535)),
  maxCollateralAgeDays: z.optional(integer(1, MAX_DAYS)),
  // An empty allow list means something: no advisory may apply.
  advisories: z.optional(strict({ allow: z.optional(z.array(advisory)), deny: z.optional(list(advisory)) })),
});

const measurements = strict(shapeOf(MEASUREMENTS, (form) => z.union([formed(form), list(formed(form))]))).check(
  rule((given) =>
    CODE_MEASUREMENTS.some((name) => given[name] !== undefined)
      ? undefined
      : `names no measurement of code; one of ${CODE_MEASUREMENTS.join(', ')} is needed`,
  ),
);

const release = strict({
  name: text(),
  measurements,
  minIsvSvn: z.optional(integer(0, 65_535)),
}).check(rule(enclaveProblem));

/** Whoever holds the signing key may sign anything: the product and its lowest version must be named too. */
function enclaveProblem({ measurements: given, minIsvSvn }: Release): string | undefined {
  const byCode = given.mrenclave !== undefined;
  const bySigner = given.mrsigner !== undefined;
  if (minIsvSvn !== undefined && !byCode && !bySigner) return 'minIsvSvn needs mrenclave or mrsigner';
  const versioned = minIsvSvn !== undefined || given.isvSvn !== undefined;
  if (!bySigner || byCode || (given.isvProdId !== undefined && versioned)) return undefined;
  return 'mrsigner without mrenclave needs measurements.isvProdId and minIsvSvn';
}

const binding = strict({
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
    'teekit',
  ),
  type: z.optional(word('attestation', 'session', 'response', 'checkpoint')),
  audience: z.optional(text()),
  claims: z.optional(members(z.union([z.string(), z.int()]))),
}).check(
  rule(({ profile, type }) =>
    type !== undefined && !profile.startsWith('assay/')
      ? `profile ${profile} has no statements, so no \`type\``
      : undefined,
  ),
);

const schema = z
  .strictObject({
    schema: z.optional(z.literal('assay.policy/1')),
    tcb: z.optional(tcb),
    debug: z.optional(word('refuse', 'allow')),
    tdx: z.optional(tdxSchema),
    snp: z.optional(snpSchema),
    confidentialSpace: z.optional(confidentialSpaceSchema),
    platforms: z.optional(strict(shapeOf(PLATFORM_IDS, (form) => list(formed(form))))),
    releases: z.optional(list(release).check(rule(twiceNamed))),
    identity: z.optional(z.literal('any')),
    freshness: z.optional(z.union([z.literal('any'), strict({ maxAgeSeconds: integer(1, MAX_SECONDS) })])),
    binding: z.optional(z.union([z.literal('any'), binding])),
  })
  .check(rule(contradiction));

function twiceNamed(releases: readonly Release[]): string | undefined {
  const seen = new Set<string>();
  const twice = releases.find(({ name }) => seen.size === seen.add(name).size)?.name;
  return twice === undefined ? undefined : `two releases are named ${twice}`;
}

function contradiction({ identity, releases, confidentialSpace }: Policy): string | undefined {
  if (identity === undefined) return undefined;
  if (releases !== undefined) return '`identity: any` contradicts `releases`: give one of them';
  if (confidentialSpace?.signatureKeyIds === undefined) return undefined;
  return '`identity: any` contradicts `confidentialSpace.signatureKeyIds`: give one of them';
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Deep<T> = T extends readonly (infer I)[]
  ? readonly Deep<I>[]
  : T extends object
    ? { readonly [K in keyof T]: Deep<T[K]> }
    : T;
// The interface, which carries the documentation, and the schema, which judges, cannot drift apart.
true satisfies Same<Deep<z.output<typeof schema>>, Policy>;

/** The schema of a policy. Use `parsePolicy`, which explains what is wrong. */
export const policySchema: z.ZodMiniType<Policy> = schema;
