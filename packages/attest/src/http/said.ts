const MAX_SHOWN = 300;

/**
 * What a service said, for a message: one line without control characters, tokens and `secret`, at most 300 characters.
 * Nor has it a semicolon, which separates what happened from the remedy.
 */
export function said(text: string, secret?: string): string {
  const safe = secret === undefined ? text : text.replaceAll(secret, '(secret)');
  const line = safe
    .replace(/\beyJ[\w.-]*/g, '(token)')
    .replace(/[\p{C}\s]+/gu, ' ')
    .replaceAll(';', ',')
    .trim();
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}
