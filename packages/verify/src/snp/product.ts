/** Product lines that share one root key; Bergamo and Siena belong to Genoa. */
export type ProductLine = 'Milan' | 'Genoa' | 'Turin';

/** What CPUID says of the processor: family and model with their extensions added. */
export interface Cpuid {
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
}

/** The line of a processor: undefined when it is none that signs SNP reports under a known root. */
export function lineOfCpuid({ family, model }: Cpuid): ProductLine | undefined {
  if (family === 0x19) {
    if (model <= 0x0f) return 'Milan';
    if (model <= 0x1f || (model >= 0xa0 && model <= 0xaf)) return 'Genoa';
  }
  return family === 0x1a && model <= 0x11 ? 'Turin' : undefined;
}

const LINES: Readonly<Record<string, ProductLine>> = {
  Milan: 'Milan',
  Genoa: 'Genoa',
  Bergamo: 'Genoa',
  Siena: 'Genoa',
  Turin: 'Turin',
};

/** The line that a VCEK or VLEK names, with a stepping or without: `Milan-B0`, `Genoa`. Undefined when unknown. */
export function lineOfProductName(name: string): ProductLine | undefined {
  const product = /^([A-Z][a-z]{1,15})(?:-[A-Z][0-9])?$/.exec(name)?.[1] ?? '';
  return Object.hasOwn(LINES, product) ? LINES[product] : undefined;
}

/** The line of a root certificate's common name, `ARK-Milan`: undefined when it is another's. */
export function lineOfRoot(commonName: string | undefined): ProductLine | undefined {
  return (['Milan', 'Genoa', 'Turin'] as const).find((line) => commonName === `ARK-${line}`);
}
