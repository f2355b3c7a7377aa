import { AssayError } from '@assay/verify';
import { fromBase64, fromHex } from '@assay/verify/codec';
import { REPORT_LIMITS } from './limits.ts';
import type { UpstreamReceipt } from './upstream.ts';

/** A receipt's canonical bytes with its signature, or why it cannot be read. */
export type Item = { readonly bytes: Uint8Array; readonly signature: Uint8Array } | { readonly malformed: string };

/** Receipts that are checked together. */
export type Group =
  /** Signed one by one by a certified session key (Ed25519). */
  | { readonly kind: 'session'; readonly certificate: Uint8Array; readonly items: readonly Item[] }
  /** Signed one by one by long-term keys (BLS). */
  | { readonly kind: 'signed'; readonly items: readonly Item[] }
  /** One BLS signature for all: the sum of each receiver's. */
  | { readonly kind: 'aggregate'; readonly receipts: readonly Uint8Array[]; readonly signature: Uint8Array }
  /** One receipt in the older form, which mints nothing. */
  | { readonly kind: 'upstream'; readonly receipt: UpstreamReceipt }
  | { readonly kind: 'malformed'; readonly message: string; readonly count: number };

/**
 * Reads the groups of a report: `{certificate, receipts, signatures}`, `{receipts, signatures}`, `{receipts, signature}`, all
 * base64, or a receipt in the older form. What cannot be read is a group or an item that says so. Throws `malformed` only
 * where there is no list, or a limit is passed.
 */
export function parseGroups(value: unknown): readonly Group[] {
  if (!Array.isArray(value)) throw malformed('receipts: expected a list of groups');
  const entries: readonly unknown[] = value;
  if (entries.length > REPORT_LIMITS.groups) {
    throw malformed(`receipts: ${entries.length} groups; send at most ${REPORT_LIMITS.groups} at once`);
  }
  const groups = entries.map(parseGroup);
  const count = groups.reduce((sum, group) => sum + sizeOf(group), 0);
  if (count <= REPORT_LIMITS.receipts) return groups;
  throw malformed(`receipts: ${count} of them; send at most ${REPORT_LIMITS.receipts} at once`);
}

/** How many receipts a group has. */
export function sizeOf(group: Group): number {
  if (group.kind === 'malformed') return group.count;
  if (group.kind === 'upstream') return 1;
  return group.kind === 'aggregate' ? group.receipts.length : group.items.length;
}

function parseGroup(value: unknown): Group {
  const receipts: unknown = member(value, 'receipts');
  const count = Array.isArray(receipts) ? receipts.length : 1;
  try {
    return Array.isArray(receipts) ? group(value, receipts) : { kind: 'upstream', receipt: upstream(value) };
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') {
      return { kind: 'malformed', message: error.message, count };
    }
    throw error;
  }
}

function group(value: unknown, receipts: readonly unknown[]): Group {
  const signature = member(value, 'signature');
  if (signature !== undefined) {
    if (receipts.length > REPORT_LIMITS.aggregate) {
      throw malformed(`receipts: ${receipts.length} in one aggregate; at most ${REPORT_LIMITS.aggregate}`);
    }
    return {
      kind: 'aggregate',
      receipts: receipts.map((text) => base64(text, 'receipts')),
      signature: base64(signature, 'signature'),
    };
  }
  const signatures = member(value, 'signatures');
  if (!Array.isArray(signatures) || signatures.length !== receipts.length) {
    throw malformed('signatures: expected one for each of receipts');
  }
  const items = receipts.map((text, index) => item(text, signatures[index]));
  const certificate = member(value, 'certificate');
  if (certificate === undefined) return { kind: 'signed', items };
  return { kind: 'session', certificate: base64(certificate, 'certificate'), items };
}

function item(receipt: unknown, signature: unknown): Item {
  try {
    return { bytes: base64(receipt, 'receipts'), signature: base64(signature, 'signatures') };
  } catch (error) {
    if (error instanceof AssayError) return { malformed: error.message };
    throw error;
  }
}

function upstream(value: unknown): UpstreamReceipt {
  return {
    receiver: base64(member(value, 'receiver_public_key'), 'receiver_public_key'),
    sender: base64(member(value, 'sender_pk') ?? member(value, 'sender_public_key'), 'sender_pk'),
    infohash: hex(member(value, 'infohash'), 'infohash'),
    pieceHash: hex(member(value, 'piece_hash'), 'piece_hash'),
    piece: whole(member(value, 'piece_index'), 'piece_index'),
    timestamp: whole(member(value, 'timestamp'), 'timestamp'),
    signature: base64(member(value, 'signature'), 'signature'),
  };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function base64(value: unknown, field: string): Uint8Array {
  if (typeof value !== 'string') throw malformed(`${field}: expected base64`);
  // Node's own reader is ten times as fast, and overlooks faults: what it wrote back is compared.
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value ? new Uint8Array(bytes) : fromBase64(value, field);
}

function hex(value: unknown, field: string): Uint8Array {
  if (typeof value !== 'string') throw malformed(`${field}: expected hexadecimal`);
  return fromHex(value, field);
}

function whole(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed(`${field}: expected a whole number from 0`);
}

function malformed(message: string): AssayError {
  return new AssayError('malformed', message, { field: 'receipts' });
}
