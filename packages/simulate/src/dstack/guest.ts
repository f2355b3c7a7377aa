import { utf8ToBytes } from '@noble/hashes/utils.js';
import { issuePck, type Pck } from '../intel/pck.ts';
import { TD_REPORT_DEFAULTS } from '../intel/report-layout.ts';
import type { IntelVendor } from '../intel/vendor.ts';
import { createSoftwareTd, type SoftwareTd } from '../software/td.ts';
import { type AppCompose, DEFAULT_APP_COMPOSE, readAppCompose } from './app-compose.ts';
import type { AppInfo } from './attestation/app-info.ts';
import type { AttestationContent } from './attestation/content.ts';
import { bootEvents } from './boot-events.ts';
import { type CertificateIssuer, createCertificateIssuer } from './certificates/issuer.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { type GuestIdentity, identityOf } from './identity.ts';
import { type AppKeys, createKms, type Kms } from './kms/kms.ts';
import { configIdOf, type LaunchMeasurements, mrAggregated, mrSystem } from './measurements.ts';
import { DEFAULT_RELEASE, parseRelease, type Release } from './release.ts';

/** What a guest is made from. */
export interface GuestOptions {
  /** The app-compose file, byte for byte. Default: a small one. */
  readonly appCompose?: Uint8Array | string;
  /** 20 bytes that were given at deployment. Default: the start of the compose hash. */
  readonly appId?: Uint8Array;
  /** Release of dstack, `0.4.2` to `0.6.x`. Default `0.5.11`. */
  readonly version?: string;
  /** The platform that signs; its TCB decides the verdict. Default: an up-to-date one. */
  readonly pck?: Pck;
  /** MRTD of the virtual firmware, 48 bytes. */
  readonly mrTd?: Uint8Array;
  /** Attributes of the TD, 8 bytes: the lowest bit is debug. */
  readonly tdAttributes?: Uint8Array;
  /**
   * Where keys and certificates come from, whatever the app-compose file says of key providers; give the same one to
   * several guests. Default: one of its own.
   */
  readonly kms?: Kms;
  /** Time of certificates. Default: the vendor's. */
  readonly clock?: () => Date;
}

/** A TD that booted dstack: what its agent's methods work with. */
export interface Guest {
  readonly release: Release;
  readonly compose: AppCompose;
  readonly identity: GuestIdentity;
  readonly launch: LaunchMeasurements;
  readonly td: SoftwareTd;
  readonly log: EventLog;
  readonly kms: Kms;
  readonly app: AppKeys;
  readonly certificates: CertificateIssuer;
}

/** Boots a guest: measures firmware, kernel, app and key provider, and gets the app's keys from the KMS. */
export async function bootGuest(vendor: IntelVendor, options: GuestOptions): Promise<Guest> {
  const { entropy } = vendor;
  const release = parseRelease(options.version ?? DEFAULT_RELEASE);
  const compose = readAppCompose(options.appCompose ?? DEFAULT_APP_COMPOSE);
  const pck = options.pck ?? (await issuePck(vendor));
  const kms = options.kms ?? (await createKms(entropy));
  const { appId } = options;
  const identity = identityOf({ entropy, pck, compose, release, kmsRootSpki: kms.rootCaSpki, appId });
  const app = await kms.issueApp(identity.appId);
  const launch = {
    mrTd: options.mrTd ?? defaultMrTd(),
    mrConfigId: release.reaches('0.5.1') ? configIdOf(identity.composeHash) : new Uint8Array(48),
  };
  const { tdAttributes } = options;
  const td = createSoftwareTd(vendor, { pck, report: { ...launch, ...(tdAttributes && { tdAttributes }) } });
  const log = createEventLog(td, release, release.reaches('0.6.0') ? compose.eventLogVersion : 1);
  for (const [name, payload] of bootEvents(identity, release)) log.append(name, payload);
  const measured = { release, compose, identity, launch, td, log, kms, app };
  const certificates = createCertificateIssuer({
    app,
    entropy,
    now: options.clock ?? (() => vendor.now),
    attest: (reportData) => attestGuest(measured, reportData),
    release,
    appInfo: () => appInfoOf(measured),
  });
  return { ...measured, certificates };
}

/** Evidence with 64 bytes of report data: the log is the one that leads to the quote's registers. */
export async function attestGuest(
  { td, log, identity }: Pick<Guest, 'td' | 'log' | 'identity'>,
  reportData: Uint8Array,
): Promise<AttestationContent> {
  // The TD reads its registers when it is asked, so the log is read in the same turn.
  const quoting = td.quote(reportData);
  const events = log.quoted();
  return { quote: await quoting, events, reportData, config: identity.vmConfig };
}

/** A guest's identity and measurements as they are now. */
export function appInfoOf({ td, launch, identity }: Pick<Guest, 'td' | 'launch' | 'identity'>): AppInfo {
  const keyProviderInfo = utf8ToBytes(identity.keyProviderInfo);
  return {
    ...identity,
    mrSystem: mrSystem(td, launch, keyProviderInfo),
    mrAggregated: mrAggregated(td, launch),
    keyProviderInfo,
  };
}

function defaultMrTd(): Uint8Array {
  const { mrTd } = TD_REPORT_DEFAULTS;
  if (!(mrTd instanceof Uint8Array)) throw new Error('MRTD: the default is no value of 48 bytes');
  return mrTd;
}
