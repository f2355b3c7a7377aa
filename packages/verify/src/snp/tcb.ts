import type { ProductLine } from './product.ts';

/** The bytes of a TCB version in the order in which they stand in a report. */
export type TcbComponent =
  | 'fmc'
  | 'bootLoader'
  | 'tee'
  | 'snp'
  | 'microcode'
  | 'reserved4'
  | 'reserved5'
  | 'reserved6'
  | 'reserved7';

/** Per line what each of the eight bytes means (AMD 56860 section 2.2): Turin puts the FMC first. */
const LAYOUTS: Readonly<Record<ProductLine, readonly TcbComponent[]>> = {
  Milan: ['bootLoader', 'tee', 'reserved4', 'reserved5', 'reserved6', 'reserved7', 'snp', 'microcode'],
  Genoa: ['bootLoader', 'tee', 'reserved4', 'reserved5', 'reserved6', 'reserved7', 'snp', 'microcode'],
  Turin: ['fmc', 'bootLoader', 'tee', 'snp', 'reserved5', 'reserved6', 'reserved7', 'microcode'],
};

/** Which component each of the line's eight bytes holds. */
export function tcbLayout(line: ProductLine): readonly TcbComponent[] {
  return LAYOUTS[line];
}

/** One component of an 8-byte TCB version: undefined when the line has none such. */
export function tcbComponent(tcb: Uint8Array, line: ProductLine, component: TcbComponent): number | undefined {
  const at = LAYOUTS[line].indexOf(component);
  return at < 0 ? undefined : tcb[at];
}

/** True when no component of `a` is above that of `b`; both are of one line. */
export function tcbAtMost(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((version, at) => version <= (b[at] ?? -1));
}

/** Components by name, without reserved ones that are zero. */
export function decodeTcb(tcb: Uint8Array, line: ProductLine): Readonly<Record<string, number>> {
  const entries = LAYOUTS[line].map((component, at) => [component, tcb[at] ?? 0] as const);
  return Object.fromEntries(entries.filter(([component, value]) => value !== 0 || !component.startsWith('reserved')));
}

/** `bootLoader 4, tee 0, snp 24, microcode 219` for people to read. */
export function showTcb(tcb: Uint8Array, line: ProductLine): string {
  return Object.entries(decodeTcb(tcb, line))
    .map(([component, value]) => `${component} ${value}`)
    .join(', ');
}
