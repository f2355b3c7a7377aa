import type { HealthFinding } from './health.ts';

/** What a look found: what it returns, or the error that it throws, whose message ends with the remedy (`unavailable`). */
export async function findingOf(look: () => Promise<string>): Promise<HealthFinding> {
  try {
    return { outcome: 'pass', found: await look() };
  } catch (error) {
    return failureOf(error);
  }
}

/** The finding that an error is. */
export function failureOf(error: unknown): HealthFinding {
  const message = messageOf(error);
  const found = whatHappened(error);
  return { outcome: 'fail', found, ...(found !== message && { remedy: message.slice(found.length + 2) }) };
}

/** What a look found that says nothing unless something else holds; `otherwise` names what does not. */
export async function findingAfter(
  first: () => Promise<unknown>,
  otherwise: string,
  look: () => Promise<string>,
): Promise<HealthFinding> {
  try {
    await first();
  } catch {
    return { outcome: 'skip', found: otherwise };
  }
  return findingOf(look);
}

/** What happened, without the remedy. */
export function whatHappened(error: unknown): string {
  const [what = ''] = messageOf(error).split('; ', 1);
  return what;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
