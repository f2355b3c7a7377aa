/** The known word that was probably meant: it goes on where `word` ends, or differs by one or two typing errors. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const plain = plainly(word);
  if (plain.length > 64) return undefined;
  const longer = plain.length < 3 ? [] : known.filter((candidate) => plainly(candidate).startsWith(plain));
  if (longer.length === 1) return longer[0];
  let best: string | undefined;
  // Short words are close to many others.
  let limit = plain.length < 4 ? 1 : 2;
  for (const candidate of known) {
    const errors = typingErrors(plain, plainly(candidate));
    if (errors > limit || (errors === limit && best !== undefined)) continue;
    limit = errors;
    best = candidate;
  }
  return best;
}

function plainly(word: string): string {
  return word.replace(/[-_]/g, '').toLowerCase();
}

/** Characters to add, drop, replace or swap with their neighbour to get from one word to the other. */
function typingErrors(a: string, b: string): number {
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const at = (cells: readonly number[], index: number) => cells[index] ?? Number.POSITIVE_INFINITY;
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let errors = Math.min(at(above, column - 1) + same, at(above, column) + 1, at(line, column - 1) + 1);
      const swapped = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) errors = Math.min(errors, at(before, column - 2) + 1);
      line.push(errors);
    }
    before = above;
    above = line;
  }
  return above[b.length] ?? Number.POSITIVE_INFINITY;
}
