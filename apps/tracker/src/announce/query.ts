import type { AnnounceEvent } from './gate.ts';
import { countOf, eachParameter, infohashOf, isPasskey, percentBytes } from './parameters.ts';
import { type AnnounceRequest, type Refusal, refuse } from './request.ts';

/** How a client wants its peers over HTTP: 6 or 18 bytes each (BEP 23, BEP 7), or a dictionary each. */
export type PeersForm = 'compact' | 'dictionaries' | 'dictionaries without ids';

/** An announce over HTTP. */
export interface AnnounceQuery extends AnnounceRequest {
  readonly form: PeersForm;
  /** Where the client says it is: for those whose word counts. */
  readonly ip: string | undefined;
}

const EVENTS: ReadonlyMap<string, AnnounceEvent> = new Map([
  ['started', 'started'],
  ['completed', 'completed'],
  ['stopped', 'stopped'],
  ['paused', 'paused'],
  ['', 'update'],
]);

type Fields = AnnounceQuery & { readonly compact: boolean; readonly noPeerId: boolean };
type Draft = { -readonly [Name in keyof Fields]?: Fields[Name] };
type Reader = (draft: Draft, value: string) => boolean;

/** What each parameter must be; other parameters are none of our business. */
const READERS: ReadonlyMap<string, { readonly read: Reader; readonly expected: string }> = new Map([
  ['info_hash', reader('20 bytes, percent-encoded, or 32 of version 2', infohashOf, 'infohash')],
  ['peer_id', reader('20 bytes, percent-encoded', (value) => percentBytes(value, 20), 'peerId')],
  ['port', reader('1 to 65535', portOf, 'port')],
  ['uploaded', reader('a number of bytes', countOf, 'uploaded')],
  ['downloaded', reader('a number of bytes', countOf, 'downloaded')],
  ['left', reader('a number of bytes', countOf, 'left')],
  ['event', reader('started, completed, stopped, paused or nothing', (value) => EVENTS.get(value), 'event')],
  ['numwant', { read: readWanted, expected: 'a number' }],
  ['compact', reader('0 or 1', flagOf, 'compact')],
  ['no_peer_id', reader('0 or 1', flagOf, 'noPeerId')],
  ['passkey', reader('letters, digits, - and _', (value) => (isPasskey(value) ? value : undefined), 'passkey')],
  ['ip', reader('an address', (value) => value, 'ip')],
]);

/** The announce that a raw query is; `passkey` is the one in the path. Each parameter counts once. */
export function readAnnounceQuery(query: string, passkey: string | undefined): AnnounceQuery | Refusal {
  const draft: Draft = {};
  if (passkey !== undefined) draft.passkey = passkey;
  const seen: string[] = [];
  const refusal = eachParameter(query, (name, value) => {
    const known = READERS.get(name);
    if (known === undefined) return undefined;
    if (seen.includes(name)) return refuse(`${name}: given twice`);
    seen.push(name);
    if (name === 'passkey' && passkey !== undefined) return refuse('passkey: given in the path and in the query');
    return known.read(draft, value) ? undefined : refuse(`${name}: expected ${known.expected}`);
  });
  if (refusal !== undefined) return refusal;
  const { infohash, peerId, port, uploaded, downloaded, left } = draft;
  if (infohash === undefined) return refuse('info_hash is missing');
  if (peerId === undefined) return refuse('peer_id is missing');
  if (port === undefined) return refuse('port is missing');
  // Who does not say what it lacks would pass as a seed.
  if (left === undefined) return refuse('left is missing');
  return {
    passkey: draft.passkey,
    infohash,
    peerId,
    port,
    event: draft.event ?? 'update',
    uploaded: uploaded ?? 0,
    downloaded: downloaded ?? 0,
    left,
    wanted: draft.wanted,
    form: formOf(draft),
    ip: draft.ip,
  };
}

function reader<Name extends keyof Fields>(
  expected: string,
  parse: (value: string) => Fields[Name] | undefined,
  name: Name,
): { readonly read: Reader; readonly expected: string } {
  return {
    expected,
    read(draft, value) {
      const parsed = parse(value);
      if (parsed === undefined) return false;
      draft[name] = parsed;
      return true;
    },
  };
}

function portOf(value: string): number | undefined {
  const port = countOf(value);
  return port === undefined || port === 0 || port > 0xffff ? undefined : port;
}

function readWanted(draft: Draft, value: string): boolean {
  // As over UDP (BEP 15), -1 leaves it to the tracker.
  if (value === '-1' || value === '') return true;
  const wanted = countOf(value);
  draft.wanted = wanted;
  return wanted !== undefined;
}

function flagOf(value: string): boolean | undefined {
  return value === '1' ? true : value === '0' ? false : undefined;
}

function formOf({ compact, noPeerId }: Draft): PeersForm {
  if (compact !== false) return 'compact';
  return noPeerId === true ? 'dictionaries without ids' : 'dictionaries';
}
