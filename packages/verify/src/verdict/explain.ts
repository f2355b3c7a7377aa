import type { Check } from './check.ts';

/** What a check requires, in one sentence; what to do when it fails; Intel's name of the status, where Intel has one. */
export type Explanation = readonly [requires: string, remedy: string, intelStatus?: string];

/** Explanations by check id: `docs/checks.md` is generated from them. */
export type Explanations<Id extends string = string> = Readonly<Record<Id, Explanation>>;

/** True when a reader will ask what to do. */
export function isTroubled({ outcome }: Check): boolean {
  return outcome === 'fail' || outcome === 'warn';
}

/** The checks, those in trouble with status name and remedy, unless they name their own. */
export function explain(checks: readonly Check[], explanations: Explanations): readonly Check[] {
  return checks.map((check) => {
    const explanation = explanations[check.id];
    if (!isTroubled(check) || explanation === undefined) return check;
    const [, remedy, usual] = explanation;
    const intelStatus = check.intelStatus ?? usual;
    return { ...check, ...(intelStatus !== undefined && { intelStatus }), remedy: check.remedy ?? remedy };
  });
}
