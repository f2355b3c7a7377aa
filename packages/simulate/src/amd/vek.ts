import { bytesToHex } from '@noble/hashes/utils.js';
import { element, integer } from '../der.ts';
import type { Extension } from '../intel/extension.ts';
import { type AmdCertificateEdits, amdName, issueAmdCertificate } from './certificate.ts';
import { type AmdKey, createChipKey } from './key.ts';
import type { AmdProduct, AmdVendor } from './vendor.ts';

/** Component versions of a TCB; `fmc` counts on Turin only. */
export interface AmdTcb {
  readonly fmc?: number;
  readonly bootLoader?: number;
  readonly tee?: number;
  readonly snp?: number;
  readonly microcode?: number;
}

/** What a leaf is for: a chip (VCEK) or a provider (VLEK), at one TCB. */
export interface VekOptions {
  readonly kind?: 'VCEK' | 'VLEK';
  readonly tcb?: AmdTcb;
  /** VCEK: 64 bytes, 8 on Turin; default: of a chip that is like no other, or of the seed's. */
  readonly hwid?: Uint8Array;
  /** VLEK: the provider. */
  readonly cspId?: string;
  readonly productName?: string;
  readonly edits?: AmdCertificateEdits;
}

/** A chip or provider's key with its certificate. */
export interface Vek {
  readonly kind: 'VCEK' | 'VLEK';
  readonly product: AmdProduct;
  readonly key: AmdKey;
  /** DER. */
  readonly certificate: Uint8Array;
  /** 8 bytes, laid out as in reports of the line. */
  readonly tcb: Uint8Array;
  /** 64 bytes as in reports: zero for VLEK. */
  readonly chipId: Uint8Array;
}

/** A TCB that the test vendor calls current. */
export const DEFAULT_TCB = { fmc: 1, bootLoader: 4, tee: 0, snp: 24, microcode: 219 } as const satisfies AmdTcb;

const ARC = '1.3.6.1.4.1.3704.1';
const PRODUCT_NAMES: Readonly<Record<AmdProduct, string>> = { Milan: 'Milan-B0', Genoa: 'Genoa-B1', Turin: 'Turin' };
const YEAR = 365 * 86_400_000;

/** The 8 bytes of a TCB version: Turin puts the FMC first. */
export function encodeTcb(product: AmdProduct, tcb: AmdTcb): Uint8Array {
  const { fmc, bootLoader, tee, snp, microcode } = { ...DEFAULT_TCB, ...tcb };
  return product === 'Turin'
    ? Uint8Array.of(fmc, bootLoader, tee, snp, 0, 0, 0, microcode)
    : Uint8Array.of(bootLoader, tee, 0, 0, 0, 0, snp, microcode);
}

/** Issues a VCEK (7 years) or VLEK (1 year), with a fresh key unless the vendor is seeded. */
export async function issueVek(vendor: AmdVendor, options: VekOptions = {}): Promise<Vek> {
  const { product, now, authorities, organisation, entropy } = vendor;
  const { kind = 'VCEK', tcb = {}, cspId = 'CN=simulated.invalid', edits = {} } = options;
  const isVcek = kind === 'VCEK';
  const issuer = isVcek ? authorities.ask : authorities.asvk;
  const hwid = options.hwid ?? chipOf(vendor);
  // A chip has another key at every TCB, a provider too.
  const owner = isVcek ? bytesToHex(hwid) : cspId;
  const label = ['amd', kind, product, owner, bytesToHex(encodeTcb(product, tcb)), 'key'].join('/');
  const key = await createChipKey(entropy && { entropy, label });
  const extensions = [
    extension('1', integer(product === 'Turin' ? 1 : 0)),
    extension('2', ia5String(options.productName ?? (isVcek ? PRODUCT_NAMES[product] : product))),
    ...tcbExtensions(product, { ...DEFAULT_TCB, ...tcb }),
    isVcek ? extension('4', hwid) : extension('5', ia5String(cspId)),
  ];
  const fields = {
    serial: 0,
    issuer: issuer.subject,
    subject: amdName(`SEV-${kind}`, organisation),
    notBefore: new Date(now.getTime() - YEAR / 2),
    notAfter: new Date(now.getTime() + (isVcek ? 6.5 : 0.5) * YEAR),
    spki: key.spki,
    extensions,
  };
  const chipId = new Uint8Array(64);
  if (isVcek) chipId.set(hwid);
  const certificate = await issueAmdCertificate(issuer.key, fields, edits);
  return { kind, product, key, certificate, tcb: encodeTcb(product, tcb), chipId };
}

function chipOf({ product, entropy }: AmdVendor): Uint8Array {
  const length = product === 'Turin' ? 8 : 64;
  return entropy?.bytes(`amd/chip/${product}`, length) ?? crypto.getRandomValues(new Uint8Array(length));
}

function tcbExtensions(product: AmdProduct, tcb: Required<AmdTcb>): Extension[] {
  const reserved = (product === 'Turin' ? [5, 6, 7] : [4, 5, 6, 7]).map((arc) => extension(`3.${arc}`, integer(0)));
  return [
    ...(product === 'Turin' ? [extension('3.9', integer(tcb.fmc))] : []),
    extension('3.1', integer(tcb.bootLoader)),
    extension('3.2', integer(tcb.tee)),
    extension('3.3', integer(tcb.snp)),
    ...reserved,
    extension('3.8', integer(tcb.microcode)),
  ];
}

/** One of AMD's extensions by the arcs after its own. */
export function extension(arc: string, value: Uint8Array): Extension {
  return { id: `${ARC}.${arc}`, critical: false, value };
}

function ia5String(text: string): Uint8Array {
  return element(0x16, new TextEncoder().encode(text));
}
