import { createHash } from 'node:crypto';
import { utf8 } from '@assay/verify/codec';

/** What a service says of itself at `/info`. */
export interface ServiceInfo {
  readonly name: string;
  readonly version: string;
  /** Default null. */
  readonly buildInfo?: string | undefined;
}

/** How `/info` is put into report data: by its SHA-256, or as the deployed oauth3 does it. */
export type InfoProfile = (typeof INFO_PROFILES)[number];

/** All of them; the first is the default. */
export const INFO_PROFILES = ['sha256-info', 'oauth3-info'] as const;

/** The body of `/info`, byte for byte as it is served and hashed. */
export function infoBytes({ name, version, buildInfo }: ServiceInfo): Uint8Array {
  return utf8(JSON.stringify({ version, name, build_info: buildInfo ?? null }));
}

/** SHA-256 of the bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

/** 64 bytes of report data that name this body of `/info`: what stands for it comes first, zeros follow. */
export function infoReportData(profile: InfoProfile, info: Uint8Array): Uint8Array {
  const plain = profile === 'oauth3-info' && info.length <= 64;
  const reportData = new Uint8Array(64);
  reportData.set(plain ? info : sha256(info));
  return reportData;
}
