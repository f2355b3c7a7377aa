import type { Catalogue } from '../verdict/check.ts';

/** Checks of what evidence is wrapped in. */
export const evidenceChecks = {
  'evidence.form': {
    layer: 'authentic',
    requires: 'The envelope, bundle, certificate or reply around the evidence is well-formed.',
    remedy: 'Get the evidence again from where it was made, and pass it on unchanged.',
  },
} as const satisfies Catalogue;
