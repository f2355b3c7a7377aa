import { AssayError } from '@assay/verify';
import { type Json, parseJsonObject } from '@assay/verify/codec';

/** What a tracker says of itself at `GET /stats`. */
export interface Statistics {
  readonly instanceId: string;
  readonly peers: number;
  readonly seeds: number;
  readonly swarms: number;
  readonly users: number;
  readonly minRatio: number;
  readonly ledgerEntries: number;
  /** Unix seconds; what follows is counted since. */
  readonly startedAt: number;
  readonly announces: number;
  readonly receipts: number;
  readonly bytes: number;
}

/** What it says of its TEE at `GET /tee/status`. */
export interface TeeStatus {
  readonly mode: 'disabled' | 'enabled' | 'benchmark';
  /** Null outside of a TEE. */
  readonly attester: string | null;
  /** Null where nothing says so. */
  readonly simulated: boolean | null;
}

const NAME = /^[\w.:-]{1,128}$/;
/** The last second that dates have four digits for. */
const LAST = 253_402_300_799;

/** Reads `GET /stats`. Throws `malformed`, naming the member. */
export function readStatistics(text: string): Statistics {
  const members = parseJsonObject(text, '/stats');
  const count = (name: string, most = Number.MAX_SAFE_INTEGER): number => {
    const value = members[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
    throw wrong('/stats', name, 'a count', value);
  };
  const { instance_id: instanceId, min_ratio: minRatio } = members;
  if (typeof instanceId !== 'string' || !NAME.test(instanceId)) {
    throw wrong('/stats', 'instance_id', 'a name', instanceId);
  }
  if (typeof minRatio !== 'number' || minRatio < 0) throw wrong('/stats', 'min_ratio', 'a ratio', minRatio);
  return {
    ...{ instanceId, minRatio, startedAt: count('started_at', LAST), ledgerEntries: count('ledger_entries') },
    ...{ peers: count('total_peers'), seeds: count('total_seeds'), swarms: count('total_torrents') },
    ...{ users: count('total_users'), announces: count('announces') },
    ...{ receipts: count('receipts_counted'), bytes: count('bytes_counted') },
  };
}

/** Reads `GET /tee/status`. Throws `malformed`, naming the member. */
export function readTeeStatus(text: string): TeeStatus {
  const { tee_mode: mode, attester, simulated, tee_available: available } = parseJsonObject(text, '/tee/status');
  if (mode !== 'disabled' && mode !== 'enabled' && mode !== 'benchmark') {
    throw wrong('/tee/status', 'tee_mode', 'a mode', mode);
  }
  if (attester !== null && (typeof attester !== 'string' || !NAME.test(attester))) {
    throw wrong('/tee/status', 'attester', 'a name or null', attester);
  }
  if (simulated !== null && typeof simulated !== 'boolean') {
    throw wrong('/tee/status', 'simulated', 'true, false or null', simulated);
  }
  if (available !== (attester !== null)) {
    throw wrong(
      '/tee/status',
      'tee_available',
      `${attester !== null}, as there is${attester ? '' : ' no'} attester`,
      available,
    );
  }
  return { mode, attester, simulated };
}

function wrong(document: string, member: string, expected: string, found: Json | undefined): AssayError {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 40);
  const message = `${document}: ${member}: expected ${expected}, found ${shown}; load the page again`;
  return new AssayError('malformed', message, { field: member });
}
