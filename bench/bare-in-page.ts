import { type Policy, verify } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';

/** What a page is given to judge. */
export interface PageSample {
  readonly quote: Uint8Array;
  /** Endorsements by their file names. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly policy: Policy;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** DER of a test vendor's root. */
  readonly root: Uint8Array | undefined;
}

/** Milliseconds of one cold verification by the bare library, in the page that imports this. Throws unless it is trusted. */
export async function judgeBare({ quote, files, policy, now, root }: PageSample): Promise<number> {
  const start = performance.now();
  const verdict = await verify(quote, {
    tees: [sgx, tdx],
    now: new Date(now),
    policy,
    endorsements: endorsementsFromDirectory(files),
    ...(root && { roots: [root], allowSimulated: true }),
  });
  const elapsed = performance.now() - start;
  if (!verdict.trusted) throw new Error(`refused: ${JSON.stringify(verdict.layers)}`);
  return elapsed;
}
