import type { Explanations } from './explain.ts';
import type { trustChecks } from './trust-checks.ts';

/** What the checks of `verify` itself mean, and what to do when they fail. */
export const trustExplanations = {
  'evidence.recognised': [
    'The bytes are evidence of one of the TEEs that the caller passed in.',
    'Pass a quote, report or token; and pass its TEE to `verify`.',
  ],
  'endorsements.family': [
    'The endorsements are of the vendor of this TEE.',
    'Pass endorsements of the vendor whose TEE made the evidence.',
  ],
  'trust.simulated': [
    "The anchor is the vendor's own, unless the caller allows simulated evidence.",
    'This is simulated evidence: it proves nothing about hardware. For tests, allow it (`--allow-simulated`).',
  ],
} as const satisfies Explanations<keyof typeof trustChecks>;
