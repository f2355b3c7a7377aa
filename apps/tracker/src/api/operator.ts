import { bodyOf, integerOf } from './body.ts';
import { type Api, type ApiParts, UNKEPT } from './parts.ts';
import { unlessRefused } from './refusals.ts';

/** `POST` and `DELETE /user/{id}/passkey`, `POST /user/{id}/credit`: what the operator does for users, and against them. */
export function serveOperator(app: Api, { accounting, access }: ApiParts): void {
  app.post('/user/:id/passkey', async (c) => {
    access(c);
    const { passkey } = unlessRefused(await accounting.rotatePasskey(c.req.param('id')));
    return c.json({ success: true, passkey, announce: `/announce/${passkey}` }, 200, UNKEPT);
  });
  app.delete('/user/:id/passkey', async (c) => {
    access(c);
    unlessRefused((await accounting.revokePasskey(c.req.param('id'))) ?? {});
    return c.json({ success: true }, 200, UNKEPT);
  });
  app.post('/user/:id/credit', async (c) => {
    access(c);
    const body = await bodyOf(c.req.raw, ['bytes']);
    const bytes = integerOf(body, 'bytes', Number.MAX_SAFE_INTEGER);
    const { sequence } = unlessRefused(await accounting.give(c.req.param('id'), bytes));
    return c.json({ success: true, sequence }, 200, UNKEPT);
  });
}
