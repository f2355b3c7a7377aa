import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { GuestIdentity } from './identity.ts';
import type { Release, ReleaseName } from './release.ts';

/** Name and payload of a runtime event. */
export type NamedPayload = readonly [name: string, payload: Uint8Array];

const NOTHING = new Uint8Array(0);

/** What a guest with a KMS measures into RTMR3 while it boots, in order, as its release does. */
export function bootEvents(identity: GuestIdentity, release: Release): readonly NamedPayload[] {
  const between = (first: ReleaseName, next: ReleaseName): boolean => release.reaches(first) && !release.reaches(next);
  return [
    ['system-preparing', NOTHING],
    ['app-id', identity.appId],
    ['compose-hash', identity.composeHash],
    ['instance-id', identity.instanceId],
    ['boot-mr-done', NOTHING],
    ...only(between('0.5.3', '0.6.0'), ['mr-kms', identity.kmsMeasurement]),
    ...only(identity.osImageHash.length > 0, ['os-image-hash', identity.osImageHash]),
    ['key-provider', utf8ToBytes(identity.keyProviderInfo)],
    ...only(release.reaches('0.5.5'), ['storage-fs', utf8ToBytes('zfs')]),
    ['system-ready', NOTHING],
  ];
}

function only(condition: boolean, event: NamedPayload): readonly NamedPayload[] {
  return condition ? [event] : [];
}
