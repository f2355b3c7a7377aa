import { Gauge } from 'prom-client';
import type { ServiceMetrics } from './metrics.ts';

/** A number that is looked at whenever metrics are asked for. */
export interface GaugeOptions {
  readonly name: `assay_${string}`;
  readonly help: string;
  readonly value: () => number;
}

/** Adds gauges to a service's metrics. */
export function addGauges({ registry }: Pick<ServiceMetrics, 'registry'>, gauges: readonly GaugeOptions[]): void {
  for (const { name, help, value } of gauges) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  }
}
