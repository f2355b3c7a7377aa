import { BYTE, ENDPOINT_4, endpointLength, type Peers } from '../swarm/peers.ts';
import { addressText } from './address.ts';
import type { Answer } from './announce.ts';
import type { AnnounceLimits } from './limits.ts';
import type { PeersForm } from './query.ts';

/** What goes with an answer over HTTP. */
export interface AnswerFrame {
  readonly form: PeersForm;
  /** 4 or 16 bytes: where the client is seen (BEP 24). */
  readonly address: Uint8Array;
  readonly limits: AnnounceLimits;
  readonly trackerId: string | undefined;
}

const END = Buffer.from('e');

/** The answer to an announce over HTTP (BEP 3, 7, 23, 24). */
export function announceAnswer(
  answer: Answer,
  peers: Peers,
  { form, address, limits, trackerId }: AnswerFrame,
): Buffer {
  const { complete, incomplete, downloaded, warning, picked } = answer;
  // In the order of the keys.
  const head =
    `d8:completei${complete}e10:downloadedi${downloaded}e11:external ip${address.length}:${latin1(address)}` +
    `10:incompletei${incomplete}e8:intervali${limits.interval}e12:min intervali${limits.minInterval}e`;
  const parts = [Buffer.from(head, 'latin1')];
  if (form === 'compact') compactPeers(parts, peers, picked);
  else parts.push(peerDictionaries(peers, picked, form === 'dictionaries'));
  if (trackerId !== undefined) parts.push(member('tracker id', trackerId));
  if (warning !== undefined) parts.push(member('warning message', warning));
  parts.push(END);
  return Buffer.concat(parts);
}

/** The endpoints of the peers that use one version of IP, one after the other. */
export function compactEndpoints(peers: Peers, picked: readonly number[], length: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.allocUnsafe(picked.length * length);
  let filled = 0;
  for (const slot of picked) {
    if (endpointLength(peers, slot) !== length) continue;
    const start = slot * BYTE.length + BYTE.endpoint;
    for (let i = 0; i < length; i += 1) bytes[filled + i] = peers.bytes[start + i] ?? 0;
    filled += length;
  }
  return bytes.subarray(0, filled);
}

/** A refusal over HTTP (BEP 3). */
export function failureAnswer(failure: string): Buffer {
  return Buffer.concat([Buffer.from('d'), member('failure reason', failure), END]);
}

function compactPeers(parts: Buffer[], peers: Peers, picked: readonly number[]): void {
  const four = compactEndpoints(peers, picked, 6);
  parts.push(Buffer.from(`5:peers${four.length}:`), four);
  if (four.length === picked.length * ENDPOINT_4) return;
  const six = compactEndpoints(peers, picked, 18);
  parts.push(Buffer.from(`6:peers6${six.length}:`), six);
}

function peerDictionaries(peers: Peers, picked: readonly number[], ids: boolean): Buffer<ArrayBuffer> {
  const text = picked.map((slot) => {
    const at = slot * BYTE.length;
    const length = endpointLength(peers, slot);
    const endpoint = peers.bytes.subarray(at + BYTE.endpoint, at + BYTE.endpoint + length);
    const ip = addressText(endpoint.subarray(0, -2));
    const port = ((endpoint[length - 2] ?? 0) << 8) | (endpoint[length - 1] ?? 0);
    const id = ids ? `7:peer id20:${latin1(peers.bytes.subarray(at + BYTE.peerId, at + BYTE.peerId + 20))}` : '';
    return `d2:ip${ip.length}:${ip}${id}4:porti${port}ee`;
  });
  return Buffer.from(`5:peersl${text.join('')}e`, 'latin1');
}

function member(key: string, value: string): Buffer<ArrayBuffer> {
  return Buffer.from(`${key.length}:${key}${Buffer.byteLength(value)}:${value}`);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
