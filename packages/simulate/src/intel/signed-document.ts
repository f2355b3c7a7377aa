import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { P256Key } from '../p256-key.ts';
import type { IntelVendor } from './vendor.ts';

/** Changes to a signed document on its way out. */
export interface DocumentEdits {
  /** Replaces members of the signed object; undefined takes a member out. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Changes the text that gets signed. */
  readonly signedText?: (text: string) => string;
  /** Signs with another key than the TCB signing key. */
  readonly signer?: P256Key;
  /** Changes the whole document after it was signed. */
  readonly document?: (text: string) => string;
}

/**
 * A document as Intel's provisioning certification service answers it: compact JSON of two members, the object and the
 * signature over its text (r and s, hex).
 */
export async function signDocument(
  vendor: IntelVendor,
  member: 'tcbInfo' | 'enclaveIdentity' | 'tcbEvaluationDataNumbers',
  body: Readonly<Record<string, unknown>>,
  edits: DocumentEdits,
): Promise<string> {
  const compact = JSON.stringify({ ...body, ...edits.members });
  const text = edits.signedText?.(compact) ?? compact;
  const signer = edits.signer ?? vendor.authorities.tcbSigning.key;
  const signature = bytesToHex(await signer.sign(utf8ToBytes(text)));
  const document = `{"${member}":${text},"signature":"${signature}"}`;
  return edits.document?.(document) ?? document;
}

/** A date as Intel's documents write it: UTC, whole seconds. */
export function documentDate(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
