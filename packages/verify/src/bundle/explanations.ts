import type { Explanations } from '../verdict/explain.ts';
import type { bundleChecks } from './checks.ts';

/** What the checks of bundles, which warn and never fail, mean and ask for. */
export const bundleExplanations = {
  'bundle.time': [
    'A time-stamp or a countersignature that the caller trusts shows that the bundle existed at the time judged.',
    'Name the key of a verifier that countersigned the bundle, or the certificate of a time-stamping authority (RFC 3161).',
  ],
  'bundle.recorded': [
    'Policy, nonce, time and roots are those of the caller.',
    "This only shows whether the record reproduces. Verify the bundle with your own policy to trust what's in it.",
  ],
} as const satisfies Explanations<keyof typeof bundleChecks>;
