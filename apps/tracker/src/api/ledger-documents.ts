import { z } from 'zod';
import { sha256, signed, state } from './documents.ts';

/** Answer of `GET /ledger/checkpoint`. */
export const checkpoint = z
  .strictObject({
    content: z.strictObject({
      schema: z.literal('assay.tracker-checkpoint/1'),
      ...state,
      size: z.int(),
      root: sha256,
    }),
    ...signed,
  })
  .meta({ title: 'Checkpoint' });

const proof = z.strictObject({ sequence: z.int(), entry: z.string(), path: z.array(sha256) });

/** Answer of `GET /ledger/proofs`. */
export const proofs = z
  .strictObject({
    proofs: z.array(proof),
  })
  .meta({ title: 'Proofs' });

/** Answer of `GET /ledger/consistency`. */
export const consistency = z.strictObject({ path: z.array(sha256) }).meta({ title: 'Consistency' });

/** Answer of what is booked: `POST /export`, `POST /user/{id}/credit`. */
export const booked = z.strictObject({ success: z.literal(true), sequence: z.int() }).meta({ title: 'Booked' });

/** Answer of `GET /export/{sequence}`. */
export const exportDocument = z
  .strictObject({
    schema: z.literal('assay.tracker-export/1'),
    proof,
    checkpoint,
    since: z.strictObject({ size: z.int(), path: z.array(sha256) }).nullable(),
  })
  .meta({ title: 'Export', description: 'Hand it to the importing tracker as it is.' });

/** Answer of `POST /import`. */
export const imported = z
  .strictObject({ success: z.literal(true), user_id: z.string(), bytes: z.int(), sequence: z.int() })
  .meta({ title: 'Imported' });

/** Answer of `GET /import/{tracker}`. */
export const lastSeen = z.strictObject({ last_seen: z.int().nullable() }).meta({ title: 'LastSeen' });
