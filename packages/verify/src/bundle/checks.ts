import type { Catalogue } from '../verdict/check.ts';

/** Checks of bundles. They warn and never fail: what a bundle's record says is not evidence. */
export const bundleChecks = {
  'bundle.time': {
    layer: 'fresh',
    requires:
      'A time-stamp or a countersignature that the caller trusts shows that the bundle existed at the time judged.',
    remedy:
      'Name the key of a verifier that countersigned the bundle, or the certificate of a time-stamping authority (RFC 3161).',
    authority: 'caller',
  },
  'bundle.recorded': {
    layer: 'identity',
    requires: 'Policy, nonce, time and roots are those of the caller.',
    remedy:
      "This only shows whether the record reproduces. Verify the bundle with your own policy to trust what's in it.",
    authority: 'caller',
  },
} as const satisfies Catalogue;
