/** A structure of fixed size: its fields in order, each with its size in bytes. */
export type Layout = readonly (readonly [name: string, size: number])[];

/** Values of a layout's fields: bytes of the exact size, or an integer that is written little endian. */
export type FieldValues<L extends Layout> = { readonly [Name in L[number][0]]?: Uint8Array | number };

/** Size of a layout in bytes. */
export function layoutSize(layout: Layout): number {
  return layout.reduce((total, [, size]) => total + size, 0);
}

/** Writes a layout; fields without a value are zero. Throws for a value of a wrong size and for a field it lacks. */
export function encodeLayout<const L extends Layout>(layout: L, values: FieldValues<L>): Uint8Array {
  const known: Readonly<Record<string, Uint8Array | number | undefined>> = values;
  const unknown = Object.keys(values).find((key) => layout.every(([name]) => name !== key));
  if (unknown !== undefined) throw new Error(`${unknown}: this structure has no such field`);
  const bytes = new Uint8Array(layoutSize(layout));
  let offset = 0;
  for (const [name, size] of layout) {
    bytes.set(fieldBytes(name, size, known[name] ?? 0), offset);
    offset += size;
  }
  return bytes;
}

/** Where each field of a layout lies: `[offset, length]` by name. */
export function layoutFields(layout: Layout): Readonly<Record<string, readonly [offset: number, length: number]>> {
  let offset = 0;
  return Object.fromEntries(
    layout.map(([name, size]) => {
      const place = [name, [offset, size]] as const;
      offset += size;
      return place;
    }),
  );
}

function fieldBytes(name: string, size: number, value: Uint8Array | number): Uint8Array {
  if (typeof value !== 'number') {
    if (value.length !== size) throw new Error(`${name}: expected ${size} bytes, found ${value.length}`);
    return value;
  }
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
    throw new Error(`${name}: expected an integer of ${size} bytes, found ${value}`);
  }
  return littleEndian(value, size);
}

/** An unsigned integer in `size` bytes, little endian. */
export function littleEndian(value: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0, rest = value; i < size; i += 1, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}
