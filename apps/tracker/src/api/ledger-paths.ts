import { type ApiPaths, jsonAnswer as json, problemAnswers as problems } from '@assay/server';
import { z } from 'zod';
import { envelope } from './documents.ts';
import * as documents from './ledger-documents.ts';

const number = z.string().regex(/^\d+$/);

/** The paths by which others hold the tracker to its word. */
export const ledgerPaths: ApiPaths = {
  '/attestation': {
    get: {
      id: 'attestation',
      summary: 'Evidence of this tracker itself',
      description: 'Instance id, key of the ledger, configuration and ledger, as its TEE vouches for them.',
      parameters: [
        { name: 'nonce', description: '16 to 64 random bytes of your own.', schema: z.string(), required: true },
        { name: 'aud', description: 'Whom it is for.', schema: z.string() },
      ],
      answers: {
        200: json('Evidence. Do not take its word for it: verify it.', [envelope]),
        ...problems('bad_request', 'not_in_tee'),
      },
    },
  },
  '/ledger/checkpoint': {
    get: {
      id: 'checkpoint',
      summary: 'The ledger as it is now, signed',
      answers: { 200: json('A checkpoint.', [documents.checkpoint]), ...problems() },
    },
  },
  '/ledger/proofs': {
    get: {
      id: 'proofs',
      summary: 'Entries, and their way to the root of a size',
      parameters: [
        { name: 'sequences', description: 'Numbers with commas.', schema: z.string(), required: true },
        { name: 'size', description: 'Of a checkpoint.', schema: number, required: true },
      ],
      answers: { 200: json('The proofs.', [documents.proofs]), ...problems('bad_request', 'not_found') },
    },
  },
  '/ledger/consistency': {
    get: {
      id: 'consistency',
      summary: 'The way from one size’s root to another’s',
      parameters: [
        { name: 'from', description: 'Of the earlier checkpoint.', schema: number, required: true },
        { name: 'to', description: 'Of the later one.', schema: number, required: true },
      ],
      answers: { 200: json('The way.', [documents.consistency]), ...problems('bad_request', 'not_found') },
    },
  },
};
