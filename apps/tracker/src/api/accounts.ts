import { Problem, wrong } from '@assay/server';
import { type JsonObject, toBase64 } from '@assay/verify/codec';
import { type Account, ratioOf } from '../users/account.ts';
import { bodyOf, integerOf, textOf } from './body.ts';
import { type Api, type ApiParts, UNKEPT } from './parts.ts';
import { unlessRefused } from './refusals.ts';

const CLAIMS = ['uploaded_delta', 'downloaded_delta'] as const;
const UNCREDITED =
  'uploaded_delta and downloaded_delta credit nobody: what counts is what receivers signed. Send receipts.';

/** `POST /report`, `GET /user/{id}`, `GET /stats`, `GET /health`. */
export function serveAccounts(app: Api, { accounting, settings, swarms, instanceId, clock }: ApiParts): void {
  const startedAt = Math.floor(clock().getTime() / 1000);
  let [receiptsCounted, bytesCounted] = [0, 0];
  app.post('/report', async (c) => {
    const body = await bodyOf(c.req.raw, ['user_id'], ['public_key', 'receipts', ...CLAIMS]);
    const { receipts = [] } = body;
    if (!Array.isArray(receipts)) throw wrong('receipts', 'expected a list');
    const claimed = CLAIMS.some(
      (name) => body[name] !== undefined && integerOf(body, name, Number.MAX_SAFE_INTEGER) > 0,
    );
    const userId = textOf(body, 'user_id', 64);
    expectKey(accounting.account(userId), body);
    const { verdicts, promise, account } = unlessRefused(await accounting.report({ userId, receipts }));
    const counted = verdicts.filter(({ outcome }) => outcome === 'counted').length;
    receiptsCounted += counted;
    bytesCounted += verdicts.reduce((sum, one) => sum + (one.outcome === 'refused' ? 0 : one.bytes), 0);
    return c.json(
      {
        success: true,
        ...totalsOf(account),
        verified_receipts: counted,
        ...(claimed && { warning: UNCREDITED }),
        verdicts,
        promise,
      },
      200,
      UNKEPT,
    );
  });
  app.get('/user/:id', (c) => {
    const account = accounting.account(c.req.param('id'));
    if (account === undefined) throw new Problem('not_found', 'id: nobody of this name is registered', { field: 'id' });
    const { userId, publicKey, registeredAt, granted, imported, exported } = account;
    const totals = { ...totalsOf(account), granted, imported, exported };
    return c.json({ user_id: userId, public_key: toBase64(publicKey), ...totals, registered_at: registeredAt });
  });
  app.get('/stats', (c) => {
    const { torrents, peers, seeds, announces } = swarms();
    const { users, entries } = accounting.statistics();
    return c.json({
      instance_id: instanceId,
      total_torrents: torrents,
      total_peers: peers,
      total_seeds: seeds,
      total_users: users,
      min_ratio: settings.minRatio,
      ledger_entries: entries,
      started_at: startedAt,
      announces,
      receipts_counted: receiptsCounted,
      bytes_counted: bytesCounted,
    });
  });
  app.get('/health', (c) => c.json({ status: 'healthy', instance_id: instanceId, signature_verification: true }));
}

function totalsOf(account: Account) {
  const { uploaded, downloaded } = account;
  return { total_uploaded: uploaded, total_downloaded: downloaded, ratio: ratioOf(account) };
}

/** Who names a key means the user who has it. */
function expectKey(account: Account | undefined, { public_key: key }: JsonObject): void {
  if (account === undefined || key === undefined || key === toBase64(account.publicKey)) return;
  throw wrong('public_key', 'not the key that this user registered');
}
