import { BLS_LENGTHS } from '../bls/ciphersuite.ts';
import { base64Of, bodyOf, integerOf, textOf } from './body.ts';
import { numberOf } from './ledger.ts';
import { type Api, type ApiParts, UNKEPT } from './parts.ts';
import { unlessRefused } from './refusals.ts';

const MOST = Number.MAX_SAFE_INTEGER;

/** `POST /export`, `GET /export/{sequence}`, `POST /import`, `GET /import/{tracker}`: credit that goes from tracker to tracker. */
export function serveTransfers(app: Api, { accounting }: ApiParts): void {
  app.post('/export', async (c) => {
    const body = await bodyOf(c.req.raw, ['user_id', 'importer', 'bytes', 'exported_before', 'signature']);
    const wish = {
      userId: textOf(body, 'user_id', 64),
      importer: textOf(body, 'importer', 128),
      bytes: integerOf(body, 'bytes', MOST),
      exportedBefore: integerOf(body, 'exported_before', MOST),
      signature: base64Of(body, 'signature', BLS_LENGTHS.signature),
    };
    const { sequence } = unlessRefused(await accounting.exportCredit(wish));
    return c.json({ success: true, sequence }, 200, UNKEPT);
  });
  app.get('/export/:sequence', async (c) => {
    const since = c.req.query('since');
    const seen = since === undefined ? null : numberOf(since, 'since');
    const sequence = numberOf(c.req.param('sequence'), 'sequence');
    return c.json(unlessRefused(await accounting.exportDocument(sequence, seen)), 200, UNKEPT);
  });
  app.post('/import', async (c) => {
    const { document, evidence } = await bodyOf(c.req.raw, ['document', 'evidence']);
    const { userId, bytes, sequence } = unlessRefused(await accounting.importCredit(document, evidence));
    return c.json({ success: true, user_id: userId, bytes, sequence }, 200, UNKEPT);
  });
  app.get('/import/:tracker', async (c) =>
    c.json({ last_seen: await accounting.lastSeen(c.req.param('tracker')) }, 200, UNKEPT),
  );
}
