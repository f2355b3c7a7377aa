import type { Catalogue, Check, CheckDefinition, CheckDetail, CheckOutcome } from './check.ts';

/** Records the checks of one appraisal in the order in which they ran. Ids that no catalogue names are a bug and throw. */
export class Checklist {
  readonly #catalogue: Catalogue;
  readonly #checks: Check[] = [];
  readonly #failed = new Set<string>();

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  get checks(): readonly Check[] {
    return this.#checks;
  }

  get failures(): number {
    return this.#failed.size;
  }

  /** True when this check ran here and failed. */
  hasFailed(id: string): boolean {
    return this.#failed.has(id);
  }

  /** Records `pass` or `fail`; returns the condition, so that callers can branch on it. */
  test(id: string, holds: boolean, detail?: CheckDetail): boolean {
    this.#record(id, holds ? 'pass' : 'fail', detail);
    return holds;
  }

  pass(id: string, detail?: CheckDetail): void {
    this.#record(id, 'pass', detail);
  }

  fail(id: string, detail?: CheckDetail): void {
    this.#record(id, 'fail', detail);
  }

  warn(id: string, detail?: CheckDetail): void {
    this.#record(id, 'warn', detail);
  }

  /** The check could not run: say in `actual` which input was missing. */
  skip(id: string, reason: string): void {
    this.#record(id, 'skip', { actual: reason });
  }

  /** Takes over checks that ran before, for example those of an endorsements handle. */
  replay(checks: readonly Check[]): void {
    for (const check of checks) {
      if (check.outcome === 'fail') this.#failed.add(check.id);
      this.#checks.push(check);
    }
  }

  #record(id: string, outcome: CheckOutcome, detail: CheckDetail = {}): void {
    const definition = this.#catalogue[id];
    if (definition === undefined) throw new Error(`check ${id} is in no catalogue`);
    if (outcome === 'fail') this.#failed.add(id);
    this.#checks.push(checkOf(id, outcome, definition, detail));
  }
}

function checkOf(id: string, outcome: CheckOutcome, definition: CheckDefinition, detail: CheckDetail): Check {
  const troubled = outcome === 'fail' || outcome === 'warn';
  const authority = detail.authority ?? definition.authority;
  // Members in the order in which a verdict shows them.
  const check: { -readonly [K in keyof Check]: Check[K] } = { id, layer: definition.layer, outcome };
  if (detail.expected !== undefined) check.expected = detail.expected;
  if (detail.actual !== undefined) check.actual = detail.actual;
  if (authority !== undefined) check.authority = authority;
  if (troubled && detail.intelStatus !== undefined) check.intelStatus = detail.intelStatus;
  if (troubled && detail.remedy !== undefined) check.remedy = detail.remedy;
  return check;
}
