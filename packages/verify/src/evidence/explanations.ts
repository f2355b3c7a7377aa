import type { Explanations } from '../verdict/explain.ts';
import type { evidenceChecks } from './checks.ts';

/** What the checks of evidence's wrapping mean, and what to do when they fail. */
export const evidenceExplanations = {
  'evidence.form': [
    'The envelope, bundle, certificate or reply around the evidence is well-formed.',
    'Get the evidence again from where it was made, and pass it on unchanged.',
  ],
} as const satisfies Explanations<keyof typeof evidenceChecks>;
