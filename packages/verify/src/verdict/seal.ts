import type { Check, Layer } from './check.ts';
import type { LayerOutcome, Verdict } from './verdict.ts';

const LAYERS: readonly Layer[] = ['authentic', 'platform', 'identity', 'fresh', 'bound'];

/** Everything a verdict says besides its judgement. */
export interface Findings extends Pick<Verdict, 'tee' | 'simulated' | 'tcb' | 'claims' | 'validity'> {
  readonly checks: readonly Check[];
  /** Per layer the checks without which it cannot pass: one that never ran leaves the layer unchecked. */
  readonly required: Readonly<Record<Layer, readonly string[]>>;
  /** Layers that the policy waived, with the policy's word for it. */
  readonly waived: Readonly<Partial<Record<Layer, string>>>;
}

/** Turns findings into a verdict. A layer passes only when all its required checks ran and none failed. */
export function sealVerdict(findings: Findings): Verdict {
  const { checks, required, waived, tee, simulated, tcb, claims, validity } = findings;
  const passed = new Set<string>();
  const failed = new Set<Layer>();
  for (const { id, layer, outcome } of checks) {
    if (outcome === 'pass' || outcome === 'warn') passed.add(id);
    if (outcome === 'fail') failed.add(layer);
  }
  const outcomeOf = (layer: Layer): LayerOutcome => {
    if (failed.has(layer)) return 'fail';
    if (waived[layer] !== undefined) return 'waived';
    const ids = required[layer];
    return ids.length > 0 && ids.every((id) => passed.has(id)) ? 'pass' : 'unchecked';
  };
  const layers = Object.fromEntries(LAYERS.map((layer) => [layer, outcomeOf(layer)])) as Record<Layer, LayerOutcome>;
  const outcomes = Object.values(layers);
  const outcome = outcomes.includes('fail')
    ? 'contraindicated'
    : outcomes.includes('unchecked')
      ? 'warning'
      : 'affirming';
  return {
    schema: 'assay.verdict/1',
    outcome,
    trusted: outcome === 'affirming',
    tee,
    simulated,
    waived: LAYERS.flatMap((layer) => waived[layer] ?? []),
    layers,
    tcb,
    checks,
    claims,
    validity,
  };
}
