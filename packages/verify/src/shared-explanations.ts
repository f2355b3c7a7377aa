import { bindingExplanations } from './binding/explanations.ts';
import { eventLogExplanations } from './event-log/explanations.ts';
import { evidenceExplanations } from './evidence/explanations.ts';
import { rollbackExplanations } from './memory/explanations.ts';
import { identityExplanations } from './policy/explanations.ts';
import type { Explanations } from './verdict/explain.ts';
import { trustExplanations } from './verdict/trust-explanations.ts';

/** What the checks mean that a verdict may hold besides those of its TEE. */
export const sharedExplanations: Explanations = {
  ...trustExplanations,
  ...evidenceExplanations,
  ...eventLogExplanations,
  ...rollbackExplanations,
  ...identityExplanations,
  ...bindingExplanations,
};
