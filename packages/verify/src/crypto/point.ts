import type { KeyMaterial } from './types.ts';

/**
 * True for an EC point in the one form that vendors use, 04 ‖ x ‖ y of the curve's size, and for keys of other kinds.
 * Runtimes differ in which other forms (compressed, hybrid, infinity) they import.
 */
export function isPlainPoint(material: KeyMaterial): boolean {
  if (material.kind !== 'ec') return true;
  const { curve, point } = material;
  return point.length === (curve === 'P-256' ? 65 : 97) && point[0] === 4;
}
