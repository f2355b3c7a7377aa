import { AssayError } from '@assay/verify';
import { toHex, utf8 } from '@assay/verify/codec';
import { unavailable, usage } from '../failure.ts';
import { whatHappened } from '../finding.ts';
import { troubleOf } from '../http/trouble.ts';
import type { Session } from './connection.ts';
import type { GuestAgent } from './probe.ts';
import { MAX_SMALL_ANSWER } from './rpc.ts';

/** Names of dstack's boot events: a log in which the app uses one of them is refused by every careful verifier. */
const RESERVED: ReadonlySet<string> = new Set([
  'app-id',
  'boot-mr-done',
  'ca-cert-hash',
  'compose-hash',
  'gpu-attestation',
  'gpu-policy-hash',
  'init-script-hash',
  'instance-id',
  'key-provider',
  'mr-kms',
  'os-image-hash',
  'rootfs-hash',
  'storage-fs',
  'system-preparing',
  'system-ready',
]);
const MAX_NAME = 256;
/** A log holds payloads as hexadecimal, and is bounded itself. */
const MAX_PAYLOAD = 65_536;

/** Refuses events that would spoil the log. Throws `usage`. */
export function checkEvent(event: string, payload: Uint8Array): void {
  const { length } = utf8(event);
  if (length === 0 || length > MAX_NAME || !event.isWellFormed())
    throw usage(`event: expected a name of 1 to ${MAX_NAME} bytes`, 'event');
  if (event.includes(':')) throw usage('event: a name with a colon is ambiguous in the log', 'event');
  if (RESERVED.has(event))
    throw usage(`event: ${event} is a name of the boot, which verifiers refuse of an app`, 'event');
  if (payload.length > MAX_PAYLOAD)
    throw usage(`payload: ${payload.length} bytes exceed ${MAX_PAYLOAD}; emit its hash`, 'payload');
}

/** Troubles before anything was sent: then nothing was measured. */
const NEVER_SENT: ReadonlySet<string | undefined> = new Set([
  ...['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ECONNREFUSED'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
]);

/** Extends RTMR3 by an event, once and for good. Throws `unavailable`, saying so when it may have been measured. */
export async function emit({ agent, ask }: Session, event: string, payload: Uint8Array): Promise<void> {
  // Tappd never had it. Whether another agent still has it, only its answer tells.
  if (agent.api === 'tappd') throw lacking(agent);
  try {
    await ask('/EmitEvent', { event, payload: toHex(payload) }, { maxBytes: MAX_SMALL_ANSWER, repeatable: false });
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const { field, actual = '' } = error.details;
    const refused = field === 'status' && /^[34]/.test(actual);
    if (refused && /: (EmitEvent was removed|Service not found)/.test(error.message)) throw lacking(agent, error);
    if (refused || NEVER_SENT.has(troubleOf(error))) throw error;
    // A gateway's failure, a broken connection, an answer that does not parse: all of them can come after the deed.
    throw unavailable(
      `${whatHappened(error)}: ${event} may have been measured or not`,
      'read the event log before it is emitted again',
      error,
    );
  }
}

function lacking({ shown }: GuestAgent, cause?: unknown): Error {
  return unavailable(
    `${shown} has no EmitEvent: dstack has it from 0.5.0 to 0.5.11`,
    'measure it by the app-compose file instead, or quote it as report data',
    cause,
  );
}
