import { AssayError } from '@assay/verify';
import { asObject, fromUtf8, type JsonObject, parseJson, toBase64, utf8 } from '@assay/verify/codec';
import { addressText } from '../announce/address.ts';
import type { AnnounceEvent } from '../announce/gate.ts';
import { decodeBencode } from '../bencode/decode.ts';
import type { BlsKey } from '../bls/key.ts';
import { registrationText } from '../tee/report-data.ts';
import { dictionary, text, whole } from '../torrents/fields.ts';
import { PEER_LIMITS } from './limits.ts';

/** A tracker, seen from a peer. All throw `unavailable` where it does not answer, and for what it refuses. */
export interface TrackerClient {
  readonly settings: () => Promise<TrackerSettings>;
  /** Proves with the key that it is the user's; the passkey is told here only. */
  readonly register: (userId: string, key: BlsKey) => Promise<{ readonly passkey: string }>;
  readonly announce: (announce: PeerAnnounce) => Promise<AnnounceAnswer>;
  /** The answer to a report: a verdict for each receipt. */
  readonly report: (userId: string, groups: readonly JsonObject[]) => Promise<JsonObject>;
}

/** What a tracker says of itself. */
export interface TrackerSettings {
  readonly instanceId: string;
  readonly epochSeconds: number;
}

/** What a peer says of itself. */
export interface PeerAnnounce {
  readonly passkey: string;
  readonly infohash: Uint8Array;
  readonly peerId: Uint8Array;
  readonly port: number;
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left: number;
  readonly event: AnnounceEvent;
}

/** What it is told. */
export interface AnnounceAnswer {
  /** Seconds. */
  readonly interval: number;
  readonly peers: readonly { readonly host: string; readonly port: number }[];
}

/** Talks to the tracker at an address such as `http://tracker.example:8000`. */
export function createTrackerClient(address: string, fetcher: typeof fetch = fetch): TrackerClient {
  const ask = async (path: string, body?: JsonObject): Promise<Uint8Array> => {
    const signal = AbortSignal.timeout(PEER_LIMITS.trackerMs);
    const json = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await fetcher(new URL(path, address), { signal, redirect: 'error', ...json }).catch(
      (error: unknown) => {
        throw unavailable(`it does not answer at ${address}; is it running?`, error);
      },
    );
    const bytes = await bounded(response);
    if (response.ok) return bytes;
    throw unavailable(`${response.status}: ${detailOf(bytes)}`);
  };
  const askJson = async (path: string, body?: JsonObject): Promise<JsonObject> =>
    asObject(parseJson(fromUtf8(await ask(path, body), 'answer')), 'answer');
  return {
    async settings() {
      const { instance_id: instanceId, epoch_seconds: epochSeconds } = await askJson('/config');
      if (typeof instanceId !== 'string' || typeof epochSeconds !== 'number' || !(epochSeconds >= 1)) {
        throw unavailable('it gives no instance_id and epoch_seconds at /config; is it a tracker with receipts?');
      }
      return { instanceId, epochSeconds };
    },
    async register(userId, key) {
      const { instanceId } = await this.settings();
      const signature = toBase64(key.sign(utf8(registrationText(userId, instanceId))));
      const answer = await askJson('/register', { user_id: userId, public_key: toBase64(key.publicKey), signature });
      if (typeof answer.passkey !== 'string') throw unavailable('it told no passkey');
      return { passkey: answer.passkey };
    },
    announce: async ({ passkey, ...said }) => readAnswer(await ask(`/announce/${passkey}?${queryOf(said)}`)),
    report: (userId, groups) => askJson('/report', { user_id: userId, receipts: groups }),
  };
}

function queryOf({ infohash, peerId, event, ...numbers }: Omit<PeerAnnounce, 'passkey'>): string {
  const fields: readonly (readonly [string, string])[] = [
    ['info_hash', percent(infohash)],
    ['peer_id', percent(peerId)],
    ...Object.entries(numbers).map(([name, value]) => [name, `${value}`] as const),
    ['compact', '1'],
    ...(event === 'update' ? [] : [['event', event] as const]),
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join('&');
}

function percent(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function readAnswer(bytes: Uint8Array): AnnounceAnswer {
  const answer = dictionary(decodeBencode(bytes), 'answer');
  const failure = answer.get('failure reason');
  if (failure !== undefined) throw unavailable(fromUtf8(text(failure, 'failure reason'), 'failure reason'));
  const four = endpointsOf(text(answer.get('peers'), 'peers'), 4);
  const six = answer.has('peers6') ? endpointsOf(text(answer.get('peers6'), 'peers6'), 16) : [];
  return { interval: whole(answer.get('interval'), 'interval', 1, 86_400), peers: [...four, ...six] };
}

function endpointsOf(bytes: Uint8Array, length: number): AnnounceAnswer['peers'] {
  const size = length + 2;
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => {
    const endpoint = bytes.subarray(index * size, (index + 1) * size);
    const port = ((endpoint[length] ?? 0) << 8) | (endpoint[length + 1] ?? 0);
    return { host: addressText(endpoint.subarray(0, length)), port };
  });
}

async function bounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > PEER_LIMITS.answerBytes) throw unavailable(`an answer of more than ${PEER_LIMITS.answerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function detailOf(bytes: Uint8Array): string {
  try {
    const { detail } = asObject(parseJson(fromUtf8(bytes, 'answer')), 'answer');
    if (typeof detail === 'string') return detail;
  } catch {
    // An answer of something else than a tracker: its text is as good as any.
  }
  return Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '?')
    .slice(0, 200);
}

function unavailable(message: string, cause?: unknown): AssayError {
  return new AssayError('unavailable', `tracker: ${message}`, { field: 'tracker' }, { cause });
}
