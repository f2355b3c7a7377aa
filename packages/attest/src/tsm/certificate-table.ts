import type { SnpEndorsements } from '@assay/verify';

/** Bytes of an entry: GUID, offset, length. */
const ENTRY = 24;
const MAX_ENTRIES = 64;

/** What a certificate is, by its GUID (GHCB specification, section 4.1.8.1), its text as the table has it. */
const MEMBERS: ReadonlyMap<string, keyof SnpEndorsements> = new Map([
  ['63da758de6644564adc5f4b93be8accd', 'vek'],
  ['a8074bc2a25a483eaae639c045a0b8a1', 'vek'],
  ['4ab7b379bbac4fe4a02f05aef327c782', 'ask'],
  ['c0b406a4a803495297433fb6014cd0ae', 'ark'],
  ['92f81bc358114d3d97ffd19f88dc67ea', 'crl'],
]);

/**
 * The certificates of an SNP guest's `auxblob`, as the host gave them: nothing in them is trusted. Empty for no table or
 * a broken one, since a verifier can get all of them elsewhere.
 */
export function parseCertificateTable(table: Uint8Array): SnpEndorsements {
  const view = Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  const found = new Map<keyof SnpEndorsements, Uint8Array>();
  for (let index = 0; index < MAX_ENTRIES; index += 1) {
    const start = index * ENTRY;
    if (start + ENTRY > view.length) return {};
    const guid = view.toString('hex', start, start + 16);
    const offset = view.readUInt32LE(start + 16);
    const length = view.readUInt32LE(start + 20);
    if (/^0+$/.test(guid)) return Object.fromEntries(found);
    if (offset + length > view.length) return {};
    const member = MEMBERS.get(guid);
    if (member !== undefined && !found.has(member))
      found.set(member, new Uint8Array(view.subarray(offset, offset + length)));
  }
  return {};
}
