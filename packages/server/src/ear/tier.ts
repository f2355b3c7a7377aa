/** The trustworthiness tiers of AR4SI, in the words of EAR. */
export type Tier = 'none' | 'affirming' | 'warning' | 'contraindicated';

/** The tier of a claim's value, −128 to 127 (draft-ietf-rats-ar4si-10 section 2.3.2). */
export function tierOf(value: number): Tier {
  if (value >= 96 || value <= -97) return 'contraindicated';
  if (value >= 32 || value <= -33) return 'warning';
  return value >= 2 || value <= -2 ? 'affirming' : 'none';
}

/** The one of least trust; `none` says nothing and lowers nothing. */
export function worst(tiers: readonly Tier[]): Tier {
  return ORDER.find((tier) => tiers.includes(tier)) ?? 'none';
}

const ORDER: readonly Tier[] = ['contraindicated', 'warning', 'affirming'];
