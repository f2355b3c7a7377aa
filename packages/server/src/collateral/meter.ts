import { Counter, Gauge } from 'prom-client';
import type { ServiceMetrics } from '../service/metrics.ts';
import type { CollateralEvent } from './failures.ts';
import type { CollateralService } from './service.ts';

/** Counts what happens to documents in a service's metrics; give it each event. */
export function collateralMeter(
  { registry }: Pick<ServiceMetrics, 'registry'>,
  { sizes }: Pick<CollateralService, 'sizes'>,
): (event: CollateralEvent) => void {
  const registers = [registry];
  const events = new Counter({
    name: 'assay_collateral_events_total',
    help: 'Documents fetched from vendors, refused, and not had',
    labelNames: ['event', 'reason'] as const,
    registers,
  });
  new Gauge({
    name: 'assay_collateral_documents',
    help: 'Documents kept',
    registers,
    collect() {
      this.set(sizes().documents);
    },
  });
  // What a vendor's service said is not one of few words.
  return (one) => events.inc({ event: one.event, reason: one.event === 'refused' ? one.reason : '' });
}
