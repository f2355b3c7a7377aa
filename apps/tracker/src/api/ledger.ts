import { Problem, wrong } from '@assay/server';
import { API_LIMITS } from './limits.ts';
import { type Api, type ApiParts, UNKEPT } from './parts.ts';

const NUMBER = /^\d{1,15}$/;

/** `GET /ledger/checkpoint`, `/ledger/proofs`, `/ledger/consistency`: what `assay tracker audit` asks for. */
export function serveLedger(app: Api, { accounting }: ApiParts): void {
  app.get('/ledger/checkpoint', async (c) => c.json(await accounting.checkpoint(), 200, UNKEPT));
  app.get('/ledger/proofs', async (c) => {
    const texts = (c.req.query('sequences') ?? '').split(',');
    if (texts.length > API_LIMITS.proofs) throw wrong('sequences', `expected at most ${API_LIMITS.proofs} numbers`);
    const sequences = texts.map((text) => numberOf(text, 'sequences'));
    const proofs = await accounting.proofs(sequences, numberOf(c.req.query('size'), 'size'));
    if (proofs === undefined) throw beyond('sequences');
    return c.json({ proofs }, 200, UNKEPT);
  });
  app.get('/ledger/consistency', async (c) => {
    const [from, to] = [numberOf(c.req.query('from'), 'from'), numberOf(c.req.query('to'), 'to')];
    const path = await accounting.consistency(from, to);
    if (path === undefined) throw beyond('to');
    return c.json({ path }, 200, UNKEPT);
  });
}

/** A whole number of a query or path. Throws a `Problem`. */
export function numberOf(text: string | undefined, field: string): number {
  if (text !== undefined && NUMBER.test(text)) return Number(text);
  throw wrong(field, 'expected whole numbers from 0');
}

function beyond(field: string): Problem {
  const detail = `${field}: the ledger never had that size; ask /ledger/checkpoint for the one it has`;
  return new Problem('not_found', detail, { field });
}
