import { wrong } from '@assay/server';
import { type JsonObject, toBase64 } from '@assay/verify/codec';
import { teeModeOf } from '../tee/mode.ts';
import { bodyOf } from './body.ts';
import { type Api, type ApiParts, UNKEPT } from './parts.ts';
import { configurationDigest } from './settings.ts';

/** What of a configuration does not change. */
export interface FixedConfiguration {
  readonly epochSeconds: number;
  readonly maxPeers: number;
}

const MEMBERS = ['tee_mode', 'min_ratio', 'verify_signatures', 'receipt_window'] as const;

/** `GET /config`, open to all, and `POST /config`, which takes effect at once. */
export function serveConfiguration(app: Api, parts: ApiParts, fixed: FixedConfiguration): void {
  const { access, manager, settings, accounting } = parts;
  app.get('/config', (c) =>
    c.json(
      {
        instance_id: parts.instanceId,
        verify_signatures: true,
        receipt_window: windowOf(fixed),
        epoch_seconds: fixed.epochSeconds,
        min_ratio: settings.minRatio,
        max_peers: fixed.maxPeers,
        used_receipts_count: accounting.statistics().entries,
        tee_available: manager.platform.attester !== undefined,
        tee_mode: manager.mode,
        ledger_key: toBase64(accounting.publicKey),
        configuration_sha256: digestOf(parts, fixed),
      },
      200,
      UNKEPT,
    ),
  );
  app.post('/config', async (c) => {
    access(c);
    const body = await bodyOf(c.req.raw, [], MEMBERS);
    // All of it is looked at before any of it takes effect.
    const minRatio = minRatioOf(body, settings.minRatio);
    expectUnchanged(body, fixed);
    if (body.tee_mode !== undefined) manager.setMode(teeModeOf(body.tee_mode, 'tee_mode'));
    settings.minRatio = minRatio;
    const changed = Object.keys(body).join(', ') || 'nothing';
    return c.json({ success: true, message: `in effect: ${changed}`, tee_mode: manager.mode }, 200, UNKEPT);
  });
}

/** SHA-256 of the configuration as it is now. */
export function digestOf({ manager, settings, instanceId }: ApiParts, fixed: FixedConfiguration): string {
  return configurationDigest({ instanceId, ...fixed, minRatio: settings.minRatio, teeMode: manager.mode });
}

/** Seconds: receipts count in their epoch and in the next one. */
function windowOf({ epochSeconds }: FixedConfiguration): number {
  return 2 * epochSeconds;
}

function minRatioOf({ min_ratio: value }: JsonObject, now: number): number {
  if (value === undefined) return now;
  if (typeof value === 'number' && value >= 0 && value <= 1_000) return value;
  throw wrong('min_ratio', 'expected a number from 0 to 1000');
}

/** What other trackers let anybody turn off. */
function expectUnchanged(
  { verify_signatures: verifies, receipt_window: window }: JsonObject,
  fixed: FixedConfiguration,
): void {
  if (verifies !== undefined && verifies !== true) {
    throw wrong('verify_signatures', 'signatures are always verified; leave it out');
  }
  const now = windowOf(fixed);
  if (window !== undefined && window !== now) {
    throw wrong(
      'receipt_window',
      `receipts count in their epoch and the next one, ${now} s; restart with another --epoch-seconds`,
    );
  }
}
