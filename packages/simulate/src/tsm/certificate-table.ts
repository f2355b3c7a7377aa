import { fromHex } from '@assay/verify/codec';

/** Certificates in DER: VCEK or VLEK, its issuer, AMD's root. */
export interface TableCertificates {
  readonly vcek?: Uint8Array;
  readonly vlek?: Uint8Array;
  readonly ask?: Uint8Array;
  readonly ark?: Uint8Array;
}

/** What each is called in the table (GHCB specification, section 4.1.8.1). */
const GUIDS = {
  vcek: '63da758de6644564adc5f4b93be8accd',
  vlek: 'a8074bc2a25a483eaae639c045a0b8a1',
  ask: '4ab7b379bbac4fe4a02f05aef327c782',
  ark: 'c0b406a4a803495297433fb6014cd0ae',
} as const satisfies Record<keyof TableCertificates, string>;

const ENTRY = 24;

/** The table that an extended guest request returns: entries of GUID, offset and length, an entry of zeroes, the data. */
export function encodeCertificateTable(certificates: TableCertificates = {}): Uint8Array {
  const given = (['vcek', 'vlek', 'ask', 'ark'] as const).flatMap((name) => {
    const der = certificates[name];
    return der === undefined ? [] : [{ guid: GUIDS[name], der }];
  });
  if (given.length === 0) return new Uint8Array();
  const entries = Buffer.alloc((given.length + 1) * ENTRY);
  let offset = entries.length;
  for (const [index, { guid, der }] of given.entries()) {
    entries.set(fromHex(guid), index * ENTRY);
    entries.writeUInt32LE(offset, index * ENTRY + 16);
    entries.writeUInt32LE(der.length, index * ENTRY + 20);
    offset += der.length;
  }
  return new Uint8Array(Buffer.concat([entries, ...given.map(({ der }) => der)]));
}
