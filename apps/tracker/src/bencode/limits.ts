/** How deep lists and dictionaries may nest: an announce has 3 levels, a v2 file tree as many as its folders. */
export const MAX_DEPTH = 64;
/** Strings, numbers, lists and dictionaries of one value together. */
export const MAX_VALUES = 1_000_000;
