import { encode } from '@msgpack/msgpack';

/** What a KMS knows of an app, in the order in which certificates carry it. */
export interface AppInfo {
  /** 20 bytes. */
  readonly appId: Uint8Array;
  /** 32 bytes, like all hashes and aggregates here. */
  readonly composeHash: Uint8Array;
  /** 20 bytes, or none. */
  readonly instanceId: Uint8Array;
  readonly deviceId: Uint8Array;
  readonly mrSystem: Uint8Array;
  readonly mrAggregated: Uint8Array;
  readonly osImageHash: Uint8Array;
  /** JSON. */
  readonly keyProviderInfo: Uint8Array;
}

/** MessagePack of an app's information, as certificates carry it: a list without names. */
export function encodeAppInfo(info: AppInfo): Uint8Array {
  const { appId, composeHash, instanceId, deviceId, mrSystem, mrAggregated, osImageHash, keyProviderInfo } = info;
  return encode([appId, composeHash, instanceId, deviceId, mrSystem, mrAggregated, osImageHash, keyProviderInfo]);
}
