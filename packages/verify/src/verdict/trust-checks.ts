import type { Catalogue } from './check.ts';

/** Checks of what `verify` itself decides: which TEE it is, and whether a simulated anchor is welcome. */
export const trustChecks = {
  'evidence.recognised': {
    layer: 'authentic',
    requires: 'The bytes are evidence of one of the TEEs that the caller passed in.',
    remedy: 'Pass a quote, report or token; and pass its TEE to `verify`.',
  },
  'endorsements.family': {
    layer: 'authentic',
    requires: 'The endorsements are of the vendor of this TEE.',
    remedy: 'Pass endorsements of the vendor whose TEE made the evidence.',
  },
  'trust.simulated': {
    layer: 'authentic',
    authority: 'caller',
    requires: "The anchor is the vendor's own, unless the caller allows simulated evidence.",
    remedy: 'This is simulated evidence: it proves nothing about hardware. For tests, allow it (`--allow-simulated`).',
  },
} as const satisfies Catalogue;
