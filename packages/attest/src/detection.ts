import type { Detection } from './attester.ts';
import { whatHappened } from './finding.ts';

/** Looks whether an attester can work here: `look` says so, and tells what it saw. What it throws is a finding, too. */
export async function detection(look: (saw: (line: string) => void) => Promise<boolean>): Promise<Detection> {
  const looked: string[] = [];
  try {
    const available = await look((line) => looked.push(line));
    return { available, looked };
  } catch (error) {
    return { available: false, looked: [...looked, whatHappened(error)] };
  }
}
