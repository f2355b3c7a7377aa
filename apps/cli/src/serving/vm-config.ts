import { type Attester, createDstackAttester, createDstackClient } from '@assay/attest';
import type { Io } from '../io.ts';

/** How a guest of dstack was configured, as its agent says it; undefined where no guest agent is. */
export function vmConfigOf({ name }: Attester, { env }: Io): (() => Promise<string | undefined>) | undefined {
  if (name !== 'dstack') return undefined;
  const agent = createDstackAttester({ environment: env });
  const client = createDstackClient({ environment: env });
  // An attester that was found late is called so before it is known.
  return async () => ((await agent.detect()).available ? (await client.info()).vmConfig : undefined);
}
