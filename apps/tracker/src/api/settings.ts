import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '@assay/verify/codec';

/** What may change while a tracker runs. */
export interface Settings {
  /** Least ratio with which one may download. */
  minRatio: number;
}

/** What a tracker was told, as far as it matters to its users. */
export interface Configured {
  readonly instanceId: string;
  readonly epochSeconds: number;
  /** Most peers in an answer. */
  readonly maxPeers: number;
  readonly minRatio: number;
  readonly teeMode: string;
}

/** SHA-256 of the configuration as canonical JSON, lower-case hex: a change of it shows in the next attestation. */
export function configurationDigest({ minRatio, ...others }: Configured): string {
  // Canonical JSON has whole numbers only.
  const document: JsonObject = { schema: 'assay.tracker-configuration/1', ...others, minRatio: String(minRatio) };
  return createHash('sha256').update(canonicalJson(document)).digest('hex');
}
