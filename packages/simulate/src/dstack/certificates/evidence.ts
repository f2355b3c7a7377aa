import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Extension } from '../../intel/extension.ts';
import { type Api, encodeAttestation } from '../attestation/attestation.ts';
import { type AttestationContent, runtimeEvents } from '../attestation/content.ts';
import { entryOf } from '../event.ts';
import type { Release } from '../release.ts';
import { DSTACK_EXTENSION, dstackExtension } from './extension.ts';

/** The extensions with evidence: quote and whole event log apart until 0.5.6, then an attestation with RTMR3. */
export function evidenceExtensions(release: Release, api: Api, content: AttestationContent): readonly Extension[] {
  if (release.reaches('0.5.7')) {
    const attestation = encodeAttestation(api, { ...content, events: runtimeEvents(content.events) });
    return [dstackExtension(DSTACK_EXTENSION.attestation, attestation)];
  }
  const log = utf8ToBytes(JSON.stringify(content.events.map(entryOf)));
  return [dstackExtension(DSTACK_EXTENSION.quote, content.quote), dstackExtension(DSTACK_EXTENSION.eventLog, log)];
}
