/** Characters that are not seen, or that turn the direction of reading: with them a text could pass for another. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;

/** Somebody else's words on one line: what is not seen is written out (`⟨202E⟩`), and what is too long is cut. */
export function visible(text: string, most = 4_000): string {
  const shown = text.length > most ? `${text.slice(0, most)}…` : text;
  return shown.replace(UNSEEN, named);
}

/** The same of a document, whose lines stay. */
export function visibleLines(text: string): string {
  return text.replace(UNSEEN, (character) => (character === '\n' ? character : named(character)));
}

function named(character: string): string {
  return `⟨${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
