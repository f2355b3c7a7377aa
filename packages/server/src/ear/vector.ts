import type { Verdict } from '@assay/verify';

/** The aspects that AR4SI knows, by their names in a vector. */
export type Aspect =
  | 'instance-identity'
  | 'configuration'
  | 'executables'
  | 'file-system'
  | 'hardware'
  | 'runtime-opaque'
  | 'storage-opaque'
  | 'sourced-data';

/** A trustworthiness vector: no member, no claim. */
export type TrustVector = Readonly<Partial<Record<Aspect, number>>>;

/** What a verdict says in the terms of AR4SI. */
export function trustVector(verdict: Verdict): TrustVector {
  return verdict.simulated ? { hardware: 97, 'runtime-opaque': 96 } : { hardware: 2 };
}
