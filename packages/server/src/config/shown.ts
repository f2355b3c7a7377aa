/** The longest value that a message repeats, in characters. */
const MAX_SHOWN = 60;

/** What stands for a secret; its length says nothing. */
export const MASK = '********';

/** A value as JSON on one line, without the user and password of addresses in it. */
export function shown(value: unknown): string {
  const plain = (_key: string, part: unknown): unknown => (typeof part === 'bigint' ? String(part) : part);
  const json = JSON.stringify(value, plain);
  return json.replace(/:\/\/[^\s"]*@/g, `://${MASK}@`);
}

/** The same, cut short for a message. */
export function brief(value: unknown): string {
  const text = shown(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
