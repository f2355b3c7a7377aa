import { contentsOf, readWholeDer } from '../codec/der.ts';
import { smallIntegerOf } from '../codec/der-values.ts';
import type { Extensions } from '../codec/extensions.ts';
import { fromUtf8 } from '../codec/text.ts';
import type { Certificate } from '../codec/x509.ts';
import { malformed } from '../errors.ts';
import { lineOfProductName, type ProductLine } from './product.ts';
import { type TcbComponent, tcbLayout } from './tcb.ts';

/** What AMD's extensions say of a VCEK or VLEK certificate (AMD 57230 section 3.1). */
export interface VekExtensions {
  readonly kind: 'VCEK' | 'VLEK';
  readonly productName: string;
  readonly line: ProductLine;
  /** The TCB version the key was derived for, laid out as in a report of the line. */
  readonly tcb: Uint8Array;
  /** VCEK: 64 bytes, 8 on Turin. Null for VLEK. */
  readonly hwid: Uint8Array | null;
  /** VLEK: the cloud service provider. Null for VCEK. */
  readonly cspId: string | null;
}

const ARC = '1.3.6.1.4.1.3704.1';
const IA5_STRING = 0x16;
const OCTET_STRING = 0x04;

/** Last arc of each component's extension under `.3`. */
const COMPONENTS: Readonly<Record<TcbComponent, number>> = {
  bootLoader: 1,
  tee: 2,
  snp: 3,
  reserved4: 4,
  reserved5: 5,
  reserved6: 6,
  reserved7: 7,
  microcode: 8,
  fmc: 9,
};

/** Reads AMD's extensions of a leaf; all that its product needs must be there. Throws `malformed`, naming what is wrong. */
export function readVekExtensions({ extensions }: Certificate): VekExtensions {
  const structVersion = numberOf(extensions, '1', 'struct version');
  if (structVersion > 1) throw malformed(`struct version: expected 0 or 1, found ${structVersion}`);
  const productName = textOf(extensions, '2', 'product name');
  const line = lineOfProductName(productName);
  if (line === undefined) throw malformed(`product name: unknown product ${productName}`);
  const tcb = tcbOf(extensions, line);
  const isVcek = extensions.has(`${ARC}.4`);
  if (isVcek === extensions.has(`${ARC}.5`)) throw malformed('expected either a hardware id or a provider id');
  return isVcek
    ? { kind: 'VCEK', productName, line, tcb, hwid: hwidOf(extensions, line === 'Turin' ? 8 : 64), cspId: null }
    : { kind: 'VLEK', productName, line, tcb, hwid: null, cspId: textOf(extensions, '5', 'provider id') };
}

function tcbOf(extensions: Extensions, line: ProductLine): Uint8Array {
  const components = tcbLayout(line);
  const foreign = (['fmc', 'reserved4'] as const).find(
    (component) => !components.includes(component) && extensions.has(`${ARC}.3.${COMPONENTS[component]}`),
  );
  if (foreign !== undefined) throw malformed(`TCB component ${foreign}: not one of ${line}`);
  return Uint8Array.from(components, (component) => {
    const arc = `3.${COMPONENTS[component]}`;
    // Reserved components may go away; the others make the key what it is.
    if (component.startsWith('reserved') && !extensions.has(`${ARC}.${arc}`)) return 0;
    const value = numberOf(extensions, arc, `TCB component ${component}`);
    if (value > 255) throw malformed(`TCB component ${component}: ${value} exceeds one byte`);
    return value;
  });
}

function hwidOf(extensions: Extensions, length: number): Uint8Array {
  const value = extensionOf(extensions, '4', 'hardware id');
  // AMD puts the bytes straight into the extension; an OCTET STRING around them would be two bytes longer.
  const wrapped = value.length === length + 2 && value[0] === OCTET_STRING;
  const hwid = wrapped ? contentsOf(readWholeDer(value, 'hardware id')) : value;
  if (hwid.length !== length) throw malformed(`hardware id: expected ${length} bytes, found ${hwid.length}`);
  return hwid;
}

function numberOf(extensions: Extensions, arc: string, what: string): number {
  return smallIntegerOf(readWholeDer(extensionOf(extensions, arc, what), what), what);
}

function textOf(extensions: Extensions, arc: string, what: string): string {
  const element = readWholeDer(extensionOf(extensions, arc, what), what);
  const text = element.tag === IA5_STRING ? fromUtf8(contentsOf(element), what) : '';
  if (!/^[\x20-\x7e]{1,256}$/.test(text)) throw malformed(`${what}: not an IA5String of 1 to 256 characters`);
  return text;
}

function extensionOf(extensions: Extensions, arc: string, what: string): Uint8Array {
  const extension = extensions.get(`${ARC}.${arc}`);
  if (extension === undefined) throw malformed(`${what}: extension ${ARC}.${arc} is missing`);
  return extension.value;
}
