import type { QuoteSource } from '@assay/simulate';
import { Checklist } from '@assay/verify';
import { TEES } from '../tees.ts';

/** A policy in YAML that a simulated machine satisfies: it must be this release, and say so itself. */
export function policyText(
  name: string,
  measurements: Readonly<Record<string, string>>,
  binding: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {},
): string {
  const lines = (entries: typeof binding, indent: string): string =>
    Object.entries(entries)
      .map(([key, value]) => `${indent}${key}: ${JSON.stringify(value)}\n`)
      .join('');
  return `# What the simulated machine runs. It is no secret, and proves nothing.
releases:
  - name: ${JSON.stringify(`simulated ${name}`)}
    measurements:
${lines(measurements, '      ')}binding:
${lines({ profile: 'assay/1', type: 'attestation', ...binding }, '  ')}`;
}

/** What a machine in software measures itself to be, of the kinds that are named. */
export async function measurementsOf(
  source: QuoteSource,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const evidence = await source.quote(new Uint8Array(64));
  const tee = TEES.find((known) => known.recognises(evidence));
  const measurements = tee?.parse(evidence, new Checklist(tee.checks))?.claims.measurements ?? {};
  return Object.fromEntries(names.map((name) => [name, measurements[name] ?? '']));
}
