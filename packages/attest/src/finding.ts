import type { HealthFinding } from './health.ts';

/** What a look found: what it returns, or the error that it throws, whose message ends with the remedy (`unavailable`). */
export async function findingOf(look: () => Promise<string>): Promise<HealthFinding> {
  try {
    return { outcome: 'pass', found: await look() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = message.indexOf('; ');
    if (at < 0) return { outcome: 'fail', found: message };
    return { outcome: 'fail', found: message.slice(0, at), remedy: message.slice(at + 2) };
  }
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
  return (error instanceof Error ? error.message : String(error)).replace(/; .*/s, '');
}
