import { parseJsonObject } from '../codec/json.ts';
import { fromUtf8 } from '../codec/text.ts';
import { attempt } from '../errors.ts';
import { type LoggedEvent, shownName } from './event.ts';

/** The event that ends the boot: what follows, the app wrote. */
const READY = 'system-ready';

/** Names of dstack's boot events with the lengths of their payloads in bytes (empty list: any). Each occurs once at most. */
const ONCE: Readonly<Record<string, readonly number[]>> = {
  'system-preparing': [0],
  'rootfs-hash': [],
  'app-id': [20],
  'compose-hash': [32],
  'gpu-policy-hash': [],
  'gpu-attestation': [],
  'instance-id': [20, 0],
  'boot-mr-done': [0],
  'os-image-hash': [32, 0],
  'key-provider': [],
  'storage-fs': [],
  [READY]: [0],
};

/** Names that may repeat during boot: one event for each script, or for each KMS that was asked. */
const REPEATABLE: readonly string[] = ['ca-cert-hash', 'init-script-hash', 'mr-kms'];

/** What a dstack guest measured of itself before its app could write events. Payloads raw; undefined where not measured. */
export interface BootIdentity {
  readonly composeHash: Uint8Array | undefined;
  readonly appId: Uint8Array | undefined;
  readonly instanceId: Uint8Array | undefined;
  readonly osImageHash: Uint8Array | undefined;
  /** JSON text `{"name","id"}`. */
  readonly keyProvider: Uint8Array | undefined;
  /** True when the log reaches `system-ready`. */
  readonly booted: boolean;
  /** The app's own events, after `system-ready`. */
  readonly appEvents: readonly LoggedEvent[];
}

/** Reads the identity from RTMR3's events: the first match before `system-ready`. Or says which rule of dstack's names is broken. */
export function bootIdentityOf(events: readonly LoggedEvent[]): BootIdentity | { readonly fault: string } {
  const runtime = events.filter(({ register }) => register === 'rtmr3');
  const ready = runtime.findIndex(({ name }) => name === READY);
  const boot = ready < 0 ? runtime : runtime.slice(0, ready + 1);
  const appEvents = runtime.slice(boot.length);
  const payloads = new Map<string, Uint8Array>();
  for (const event of boot) {
    const fault = payloads.has(event.name) && Object.hasOwn(ONCE, event.name) ? 'occurs twice' : formFault(event);
    if (fault) return { fault: `${shownName(event.name)} ${fault}` };
    if (!payloads.has(event.name)) payloads.set(event.name, event.payload);
  }
  const forged = appEvents.find(({ name }) => Object.hasOwn(ONCE, name) || REPEATABLE.includes(name));
  if (forged) return { fault: `${forged.name} occurs after ${READY}` };
  const filled = (name: string): Uint8Array | undefined =>
    payloads.get(name)?.length ? payloads.get(name) : undefined;
  return {
    composeHash: filled('compose-hash'),
    appId: filled('app-id'),
    instanceId: filled('instance-id'),
    osImageHash: filled('os-image-hash'),
    keyProvider: filled('key-provider'),
    booted: ready >= 0,
    appEvents,
  };
}

function formFault({ name, payload }: LoggedEvent): string | undefined {
  // A digest of version 1 joins name and payload by a colon: with another colon in the name, two readings have one digest.
  if (name.includes(':')) return 'is ambiguous: a boot event’s name holds no colon';
  const lengths = Object.hasOwn(ONCE, name) ? (ONCE[name] ?? []) : [];
  if (lengths.length > 0 && !lengths.includes(payload.length))
    return `has ${payload.length} bytes, expected ${lengths[0]}`;
  if (name !== 'key-provider' || payload.length === 0) return undefined;
  const parsed = attempt(() => parseJsonObject(fromUtf8(payload)));
  const fits = 'value' in parsed && typeof parsed.value.name === 'string' && typeof parsed.value.id === 'string';
  return fits ? undefined : 'is not JSON with name and id';
}
