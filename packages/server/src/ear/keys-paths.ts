import { z } from 'zod';
import { problems } from '../documentation/answers.ts';
import type { ApiOperation, ApiPaths } from '../documentation/operation.ts';
import { EAR_KEY_PATHS } from './keys-app.ts';

const base64url = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const keySet = z
  .strictObject({
    keys: z.array(
      z.strictObject({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: base64url,
        y: base64url,
        kid: base64url.meta({ description: 'RFC 7638 thumbprint.' }),
        alg: z.literal('ES256'),
        use: z.literal('sig'),
      }),
    ),
  })
  .meta({ title: 'KeySet', description: 'RFC 7517 section 5.' });

const keySetOf = (id: string, evidence: string): ApiOperation => ({
  id,
  summary: `Keys that sign tokens about ${evidence} evidence`,
  description: 'Also those that will sign soon, and those whose tokens have not all expired.',
  answers: {
    200: { description: 'Public keys.', content: { 'application/jwk-set+json': { schemas: [keySet] } } },
    ...problems('unavailable'),
  },
});

/** The paths of `createEarKeysApp`. */
export const earKeysPaths = {
  [EAR_KEY_PATHS.genuine]: { get: keySetOf('keySet', 'genuine') },
  [EAR_KEY_PATHS.simulated]: { get: keySetOf('simulatedKeySet', 'simulated') },
} satisfies ApiPaths;
