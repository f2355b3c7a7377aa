import type { Verdict } from '@assay/verify';
import { Counter } from 'prom-client';
import type { ServiceMetrics } from '../service/metrics.ts';

/** Counts verdicts in a service's metrics; give it each one that is kept. */
export function verdictMeter({ registry }: Pick<ServiceMetrics, 'registry'>): (verdict: Verdict) => void {
  const verdicts = new Counter({
    name: 'assay_verdicts_total',
    help: 'Verdicts kept',
    labelNames: ['tee', 'outcome', 'simulated'] as const,
    registers: [registry],
  });
  return ({ tee, outcome, simulated }) => verdicts.inc({ tee: tee ?? 'none', outcome, simulated: String(simulated) });
}
