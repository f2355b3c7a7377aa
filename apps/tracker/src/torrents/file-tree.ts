import type { BencodeDictionary } from '../bencode/value.ts';
import { bad, dictionary, whole } from './fields.ts';
import { MAX_FILES } from './limits.ts';

/** Lengths of the files of a version 2 tree, in order, in bytes (BEP 52); empty files have no pieces. */
export function fileSpans(tree: BencodeDictionary): readonly number[] {
  const spans: number[] = [];
  collect(tree, spans);
  if (!Number.isSafeInteger(spans.reduce((sum, span) => sum + span, 0))) {
    throw bad('info.file tree', 'a length that can be', 'more');
  }
  return spans;
}

function collect(tree: BencodeDictionary, spans: number[]): void {
  // In the order of the keys, which decoding has checked; how deep it may be, too.
  for (const [name, member] of tree) {
    const entry = dictionary(member, 'info.file tree');
    if (name !== '') {
      collect(entry, spans);
      continue;
    }
    if (spans.length === MAX_FILES) throw bad('info.file tree', `at most ${MAX_FILES} files`, 'more');
    const length = whole(entry.get('length'), 'info.file tree.length', 0, Number.MAX_SAFE_INTEGER);
    if (length > 0) spans.push(length);
  }
}
