import { hexToBytes } from '@noble/hashes/utils.js';
import { boolean, enumerated, integer, objectIdentifier, octetString, sequence } from '../der.ts';
import { EXTENSION_IDS, type Extension } from './extension.ts';
import type { Platform } from './platform.ts';

/** Entries of the SGX extension: DER values by the last arcs of their OID below 1.2.840.113741.1.13.1. */
export type SgxEntries = Readonly<Record<string, Uint8Array>>;

/** The SGX extension of a platform's PCK certificate: 5 entries from the Processor CA, 7 from the Platform CA. */
export function sgxExtension(
  platform: Platform,
  edit: (entries: SgxEntries) => SgxEntries = (same) => same,
): Extension {
  const { configuration } = platform;
  const entries: SgxEntries = {
    '1': octetString(platform.ppid),
    '2': encodeEntries('2', tcbEntries(platform)),
    '3': octetString(hexToBytes(platform.pceId)),
    '4': octetString(hexToBytes(platform.fmspc)),
    '5': enumerated(platform.sgxType),
    ...(platform.ca === 'platform' && {
      '6': octetString(platform.platformInstanceId),
      '7': encodeEntries('7', {
        '1': boolean(configuration.dynamicPlatform),
        '2': boolean(configuration.cachedKeys),
        '3': boolean(configuration.smtEnabled),
      }),
    }),
  };
  return { id: EXTENSION_IDS.sgx, critical: false, value: encodeEntries('', edit(entries)) };
}

/** Entries of the TCB sequence: .1 to .16 component SVNs, .17 PCESVN, .18 CPUSVN. */
export function tcbEntries({ components, pceSvn, cpuSvn }: Platform): SgxEntries {
  return {
    ...Object.fromEntries(components.map((svn, index) => [String(index + 1), integer(svn)])),
    '17': integer(pceSvn),
    '18': octetString(cpuSvn),
  };
}

/** A sequence of (OID, value) pairs below the SGX arc; `parent` is the arc they stand under, empty at the top. */
export function encodeEntries(parent: string, entries: SgxEntries): Uint8Array {
  const prefix = parent === '' ? EXTENSION_IDS.sgx : `${EXTENSION_IDS.sgx}.${parent}`;
  return sequence(
    ...Object.entries(entries).map(([arc, value]) => sequence(objectIdentifier(`${prefix}.${arc}`), value)),
  );
}
