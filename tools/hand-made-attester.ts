import type { Attester, EvidenceRequest } from '@assay/attest';
import type { Envelope } from '@assay/verify/evidence';

/** A request for evidence that the test answers when it likes. */
export interface Asked {
  readonly request: EvidenceRequest;
  readonly answer: (envelope: Envelope) => void;
  readonly fail: (reason: unknown) => void;
}

/** An attester that the test holds by the hand: what it was asked, in order. */
export function handMadeAttester(name: Attester['name'] = 'software'): {
  readonly attester: Attester;
  readonly asked: readonly Asked[];
} {
  const asked: Asked[] = [];
  const attester: Attester = {
    name,
    health: [],
    detect: async () => ({ available: true, looked: [] }),
    evidence: (request) => {
      const { promise, resolve, reject } = Promise.withResolvers<Envelope>();
      asked.push({ request, answer: resolve, fail: reject });
      return promise;
    },
  };
  return { attester, asked };
}

/** Turns of the event loop after which what has not come will not come. */
const TURNS = 10_000;

/** Lets everything go on until the condition holds: hashes may be made on other threads. Throws when it never does. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn += 1) {
    if (turn === TURNS) throw new Error(`not after ${TURNS} turns: ${holds}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
