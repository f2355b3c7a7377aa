import { concatBytes, equalBytes } from '../codec/bytes.ts';
import { childrenOf, contentsOf, type Der, expectTag, readWholeDer, TAG } from '../codec/der.ts';
import { booleanOf, octetsOf, oidOf, smallIntegerOf } from '../codec/der-values.ts';
import type { Extensions } from '../codec/extensions.ts';
import { fromHex } from '../codec/hex.ts';
import { malformed } from '../errors.ts';

/** OID of the SGX extension of PCK certificates (Intel SGX PCK Certificate and CRL Profile Specification). */
export const SGX_EXTENSION = '1.2.840.113741.1.13.1';

/** Contents of that OID: those of its entries begin with it. */
const PREFIX = fromHex('2a864886f84d010d01');
const TCB_PREFIX = concatBytes(PREFIX, Uint8Array.of(2));
const CONFIGURATION_PREFIX = concatBytes(PREFIX, Uint8Array.of(7));

/** What a PCK certificate says of its platform. */
export interface PckPlatform {
  readonly ppid: Uint8Array;
  /** The 16 component SVNs, as in the certificate: a sound one has 0 to 255 each. */
  readonly componentSvns: readonly number[];
  readonly pceSvn: number;
  /** Opaque; never compared component by component. */
  readonly cpuSvn: Uint8Array;
  readonly pceId: Uint8Array;
  readonly fmspc: Uint8Array;
  /** 0 standard, 1 scalable, 2 scalable with integrity. */
  readonly sgxType: number;
  /** Platform CA only. */
  readonly platformInstanceId: Uint8Array | null;
  readonly configuration: {
    readonly dynamicPlatform: boolean;
    readonly cachedKeys: boolean;
    readonly smtEnabled: boolean;
  } | null;
}

/** Parses the SGX extension: exactly 5 entries (Processor CA) or 7 (Platform CA), none twice. Throws `malformed`. */
export function parsePckExtension(extensions: Extensions, kind: 'Processor' | 'Platform'): PckPlatform {
  const extension = extensions.get(SGX_EXTENSION);
  if (extension === undefined) throw malformed('SGX extension: missing');
  const count = kind === 'Processor' ? 5 : 7;
  const entries = entriesOf(readWholeDer(extension.value, 'SGX extension'), PREFIX, count);
  const tcb = entriesOf(entries.get(2), TCB_PREFIX, 18);
  const componentSvns = Array.from({ length: 16 }, (_, index) =>
    smallIntegerOf(tcb.get(index + 1), `component SVN ${index + 1}`),
  );
  const pceSvn = smallIntegerOf(tcb.get(17), 'PCESVN');
  if (pceSvn > 65_535) throw malformed(`PCESVN: ${pceSvn} exceeds 65535`);
  const platform = kind === 'Platform';
  return {
    ppid: sized(entries.get(1), 16, 'PPID'),
    componentSvns,
    pceSvn,
    cpuSvn: sized(tcb.get(18), 16, 'CPUSVN'),
    pceId: sized(entries.get(3), 2, 'PCEID'),
    fmspc: sized(entries.get(4), 6, 'FMSPC'),
    sgxType: sgxTypeOf(entries.get(5)),
    platformInstanceId: platform ? sized(entries.get(6), 16, 'platform instance id') : null,
    configuration: platform ? configurationOf(entries.get(7)) : null,
  };
}

/** The pairs (OID, value) of a SEQUENCE by the last arc of their OID. Exactly `count` of them, none twice. */
function entriesOf(sequence: Der | undefined, prefix: Uint8Array, count: number): Map<number, Der> {
  const pairs = childrenOf(expectTag(sequence, TAG.sequence, 'SGX extension'), 18);
  if (pairs.length !== count) throw malformed(`SGX extension: ${pairs.length} entries, expected ${count}`);
  const entries = new Map<number, Der>();
  for (const pair of pairs) {
    const [type, value, ...rest] = childrenOf(expectTag(pair, TAG.sequence, 'SGX extension'), 3);
    const oid = contentsOf(expectTag(type, TAG.oid, 'SGX extension'));
    // All arcs below the extension's OID are single bytes.
    const arc = oid[prefix.length] ?? 0x80;
    const ours = oid.length === prefix.length + 1 && arc < 0x80 && equalBytes(oid.subarray(0, -1), prefix);
    if (value === undefined || rest.length > 0 || !ours || entries.has(arc)) {
      throw malformed(`SGX extension: unexpected entry ${oidOf(type, 'SGX extension')}`);
    }
    entries.set(arc, value);
  }
  return entries;
}

function sized(element: Der | undefined, size: number, what: string): Uint8Array {
  const bytes = octetsOf(element, what);
  if (bytes.length !== size) throw malformed(`${what}: ${bytes.length} bytes, expected ${size}`);
  return bytes;
}

function sgxTypeOf(element: Der | undefined): number {
  const type = smallIntegerOf(element, 'SGX type', TAG.enumerated);
  if (type > 2) throw malformed(`SGX type: ${type} is not one of 0 to 2`);
  return type;
}

function configurationOf(element: Der | undefined): PckPlatform['configuration'] {
  const flags = entriesOf(element, CONFIGURATION_PREFIX, 3);
  return {
    dynamicPlatform: booleanOf(flags.get(1), 'dynamicPlatform'),
    cachedKeys: booleanOf(flags.get(2), 'cachedKeys'),
    smtEnabled: booleanOf(flags.get(3), 'smtEnabled'),
  };
}
