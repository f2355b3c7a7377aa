import { bindingChecks } from './binding/checks.ts';
import { bundleChecks } from './bundle/checks.ts';
import { eventLogChecks } from './event-log/checks.ts';
import { evidenceChecks } from './evidence/checks.ts';
import { rollbackChecks } from './memory/checks.ts';
import { identityChecks } from './policy/checks.ts';
import type { Catalogue } from './verdict/check.ts';
import { trustChecks } from './verdict/trust-checks.ts';

/** Every check that a verdict may hold besides those of its TEE (`tee.checks`), to explain verdicts with. */
export const sharedChecks: Catalogue = {
  ...evidenceChecks,
  ...trustChecks,
  ...eventLogChecks,
  ...rollbackChecks,
  ...identityChecks,
  ...bindingChecks,
  ...bundleChecks,
};
