import type { JsonObject } from '@assay/verify/codec';
import { bytesToHex } from '@noble/hashes/utils.js';
import { entryOf } from '../event.ts';
import { appInfoOf, type Guest } from '../guest.ts';
import type { Method } from '../router.ts';

/** Whether strangers ask, from whom the app-compose file may hide documents. */
export type Audience = 'app' | 'strangers';

/** `Info` of the unversioned services. A demo certificate is asked for at the first call, and there some time later. */
export function infoMethod(guest: Guest, audience: Audience, appCertificate: () => string): Method {
  return {
    run() {
      const { identity, compose, release } = guest;
      const hides = audience === 'strangers' && !compose.publicTcbInfo;
      return {
        app_id: bytesToHex(identity.appId),
        instance_id: bytesToHex(identity.instanceId),
        app_cert: appCertificate(),
        tcb_info: hides ? '' : JSON.stringify(tcbInfo(guest), null, 2),
        app_name: compose.name,
        device_id: bytesToHex(identity.deviceId),
        ...(release.reaches('0.5.3') && {
          mr_aggregated: bytesToHex(appInfoOf(guest).mrAggregated),
          os_image_hash: bytesToHex(identity.osImageHash),
        }),
        key_provider_info: identity.keyProviderInfo,
        ...(release.reaches('0.5.3') && {
          compose_hash: bytesToHex(identity.composeHash),
          vm_config: hides ? '' : identity.vmConfig,
        }),
        ...(release.reaches('0.5.7') && MACHINE),
      };
    },
  };
}

/** `Info` of API v1: no registers, no certificate. */
export function infoV1Method(guest: Guest, audience: Audience): Method {
  return {
    run() {
      const { identity, compose } = guest;
      const shown = (document: string): string => (audience === 'strangers' && !compose.publicTcbInfo ? '' : document);
      return {
        app_id: bytesToHex(identity.appId),
        app_name: compose.name,
        compose_hash: bytesToHex(identity.composeHash),
        app_compose: shown(compose.text),
        instance_id: bytesToHex(identity.instanceId),
        device_id: bytesToHex(identity.deviceId),
        os_image_hash: bytesToHex(identity.osImageHash),
        mr_aggregated: bytesToHex(appInfoOf(guest).mrAggregated),
        vm_config: shown(identity.vmConfig),
        key_provider_info: shown(identity.keyProviderInfo),
        ...MACHINE,
      };
    },
  };
}

/** `Version` of all services; the commit is none. */
export function versionMethod({ release }: Guest): Method {
  return { run: () => ({ version: release.name, rev: 'git:0000000000000000' }) };
}

/** Vendor and product of the machine as its firmware names them. */
const MACHINE = { cloud_vendor: 'Assay', cloud_product: 'SIMULATED' };

/** `tcb_info`: registers as they are now, with the whole log that leads to them. */
function tcbInfo(guest: Guest): JsonObject {
  const { td, launch, identity, compose, log } = guest;
  const rtmrs = td.registers.map((value, index) => [`rtmr${index}`, bytesToHex(value)] as const);
  return {
    mrtd: bytesToHex(launch.mrTd),
    ...Object.fromEntries(rtmrs),
    mr_aggregated: bytesToHex(appInfoOf(guest).mrAggregated),
    os_image_hash: bytesToHex(identity.osImageHash),
    compose_hash: bytesToHex(identity.composeHash),
    device_id: bytesToHex(identity.deviceId),
    event_log: log.whole().map(entryOf),
    app_compose: compose.text,
  };
}
