import { Checklist } from '../verdict/checklist.ts';
import { explain } from '../verdict/explain.ts';
import { sealVerdict } from '../verdict/seal.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { evidenceChecks } from './checks.ts';
import { evidenceExplanations } from './explanations.ts';

/** The refusing verdict on evidence whose wrapping does not parse, such as an envelope: `reason` is the parser's message. */
export function malformedEvidence(reason: string): Verdict {
  const checks = new Checklist(evidenceChecks);
  checks.fail('evidence.form', { actual: reason });
  return sealVerdict({
    tee: null,
    simulated: false,
    tcb: null,
    claims: null,
    validity: null,
    checks: explain(checks.checks, evidenceExplanations),
    required: { authentic: ['evidence.form'], platform: [], identity: [], fresh: [], bound: [] },
    waived: {},
  });
}
