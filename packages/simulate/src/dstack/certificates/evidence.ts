import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Extension } from '../../intel/extension.ts';
import { type Api, encodeAttestation } from '../attestation/attestation.ts';
import type { AttestationContent } from '../attestation/content.ts';
import { measuresAcpi } from '../boot-log.ts';
import { entryOf, type TdEvent } from '../event.ts';
import type { Release } from '../release.ts';
import { DSTACK_EXTENSION, dstackExtension } from './extension.ts';

/** The extensions with evidence: quote and whole event log apart until 0.5.6, then an attestation with fewer events. */
export function evidenceExtensions(release: Release, api: Api, content: AttestationContent): readonly Extension[] {
  if (release.reaches('0.5.7')) {
    const events = content.events.filter((event) => isKept(release, event));
    const attestation = encodeAttestation(api, { ...content, events });
    return [dstackExtension(DSTACK_EXTENSION.attestation, attestation)];
  }
  const log = utf8ToBytes(JSON.stringify(content.events.map(entryOf)));
  return [dstackExtension(DSTACK_EXTENSION.quote, content.quote), dstackExtension(DSTACK_EXTENSION.eventLog, log)];
}

/** Certificates have little room: RTMR3 is kept, and since 0.6.0 what verifiers rebuild RTMR0 from. */
function isKept(release: Release, event: TdEvent): boolean {
  return event.register === 3 || (release.reaches('0.6.0') && measuresAcpi(event));
}
