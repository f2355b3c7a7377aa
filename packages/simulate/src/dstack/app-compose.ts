import { fromUtf8, type JsonObject, parseJsonObject } from '@assay/verify/codec';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** The app-compose file that is simulated unless another is given. */
export const DEFAULT_APP_COMPOSE = `${JSON.stringify(
  {
    manifest_version: 2,
    name: 'simulated',
    runner: 'docker-compose',
    docker_compose_file: 'services:\n  app:\n    image: example.invalid/app:1\n    restart: always\n',
    kms_enabled: true,
    public_logs: true,
    public_sysinfo: true,
    public_tcbinfo: true,
    no_instance_id: false,
  },
  null,
  2,
)}\n`;

/** What an app-compose file says to the guest; all of it is measured by the hash of its bytes. */
export interface AppCompose {
  /** The file, verbatim. */
  readonly text: string;
  /** SHA-256 of its bytes. */
  readonly hash: Uint8Array;
  readonly name: string;
  /** Whether strangers may read measurements and configuration. Default: they may. */
  readonly publicTcbInfo: boolean;
  /** Whether the instance has no id of its own. */
  readonly noInstanceId: boolean;
  /** How runtime events are hashed; releases before 0.6 know only 1. */
  readonly eventLogVersion: 1 | 2;
}

/** Reads an app-compose file. Throws when it is no JSON object in UTF-8: no guest boots with such a file. */
export function readAppCompose(file: Uint8Array | string): AppCompose {
  const bytes = typeof file === 'string' ? utf8ToBytes(file) : file;
  const text = fromUtf8(bytes, 'app-compose');
  const members = parseJsonObject(text, 'app-compose');
  const version = members.event_log_version ?? 1;
  if (version !== 1 && version !== 2) throw new Error('app-compose: event_log_version: expected 1 or 2');
  return {
    text,
    hash: sha256(bytes),
    name: typeof members.name === 'string' ? members.name : '',
    publicTcbInfo: flagOf(members, 'public_tcbinfo', true),
    noInstanceId: flagOf(members, 'no_instance_id', false),
    eventLogVersion: version,
  };
}

function flagOf(members: JsonObject, name: string, fallback: boolean): boolean {
  const value = members[name] ?? fallback;
  if (typeof value !== 'boolean') throw new Error(`app-compose: ${name}: expected true or false`);
  return value;
}
