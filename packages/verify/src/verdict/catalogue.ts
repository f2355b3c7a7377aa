import type { Catalogue, Layer } from './check.ts';

/** Ids of a catalogue without those that only apply at times: what a layer cannot pass without. */
export function requiredIds(catalogue: Catalogue, layer: Layer, optional: readonly string[]): readonly string[] {
  return Object.entries(catalogue).flatMap(([id, definition]) =>
    definition.layer === layer && !optional.includes(id) ? [id] : [],
  );
}
