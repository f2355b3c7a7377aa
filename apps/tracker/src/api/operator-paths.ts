import { type ApiPaths, jsonAnswer as json, problemAnswers as problems } from '@assay/server';
import { z } from 'zod';
import { booked } from './ledger-documents.ts';

const id = { name: 'id', description: 'Of the user.', schema: z.string() } as const;
const GUARDED = ['unauthorized', 'forbidden', 'not_found'] as const;
const success = z.literal(true);

/** The paths by which the operator looks after users. */
export const operatorPaths: ApiPaths = {
  '/user/{id}/passkey': {
    post: {
      id: 'rotatePasskey',
      summary: 'A new passkey; the old one is good no more',
      bearer: true,
      parameters: [id],
      answers: {
        200: json('Told this once.', [
          z.strictObject({ success, passkey: z.string(), announce: z.string() }).meta({ title: 'Passkey' }),
        ]),
        ...problems(...GUARDED),
      },
    },
    delete: {
      id: 'revokePasskey',
      summary: 'Lets a user announce no more',
      bearer: true,
      parameters: [id],
      answers: {
        200: json('His passkey is good no more.', [z.strictObject({ success }).meta({ title: 'Revoked' })]),
        ...problems(...GUARDED),
      },
    },
  },
  '/user/{id}/credit': {
    post: {
      id: 'credit',
      summary: 'Gives a user credit, against the account of grants',
      bearer: true,
      parameters: [id],
      body: {
        description: 'How much.',
        schemas: [z.strictObject({ bytes: z.int() }).meta({ title: 'Credit' })],
      },
      answers: {
        200: json('It is booked.', [booked]),
        ...problems('bad_request', ...GUARDED, 'body_too_large', 'unsupported_media_type'),
      },
    },
  },
};
