import type { Attester } from './attester.ts';
import { unavailable } from './failure.ts';

/** What a search for an attester found. */
export interface Found {
  readonly attester: Attester;
  /** Others that could work here too. */
  readonly others: readonly Attester[];
}

/**
 * The first attester of the list that can work here. All of them are asked, so that nobody wonders which one it was.
 * Throws `unavailable`, saying what each one looked for, when there is none.
 *
 * @example
 * const { attester } = await findAttester(attestersOf(process.env));
 */
export async function findAttester(attesters: readonly Attester[], signal?: AbortSignal): Promise<Found> {
  const detections = await Promise.all(
    attesters.map(async (attester) => ({ attester, ...(await attester.detect(signal)) })),
  );
  signal?.throwIfAborted();
  const [first, ...others] = detections.filter(({ available }) => available).map(({ attester }) => attester);
  if (first !== undefined) return { attester: first, others };
  const looked = detections.map(({ attester, looked }) => `${attester.name} (${looked.join(', ')})`);
  throw unavailable(
    `no attester works here; looked for ${looked.join('; ')}`,
    'run this inside a trusted execution environment, or start `assay simulate`; `assay doctor` says what is missing',
  );
}
