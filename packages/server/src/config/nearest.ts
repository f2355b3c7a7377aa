/** Of known words the one with the fewest typing errors between it and this one; case, `-` and `_` do not count. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = plainly(word);
  const ranked = known.map((candidate) => ({ candidate, errors: typingErrors(plain, plainly(candidate)) }));
  return ranked.toSorted((a, b) => a.errors - b.errors)[0]?.candidate;
}

/** No key is longer, in characters. */
const MAX_WORD = 64;

function plainly(word: string): string {
  return word.slice(0, MAX_WORD).replace(/[-_]/g, '').toLowerCase();
}

/** Characters to add, drop or replace to get from one word to the other. */
function typingErrors(a: string, b: string): number {
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const at = (cells: readonly number[], index: number): number => cells[index] ?? Number.POSITIVE_INFINITY;
      const replaced = at(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      line.push(Math.min(replaced, at(above, column) + 1, at(line, column - 1) + 1));
    }
    above = line;
  }
  return above[b.length] ?? Number.POSITIVE_INFINITY;
}
