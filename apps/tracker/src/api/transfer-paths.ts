import { type ApiPaths, jsonAnswer as json, problemAnswers as problems } from '@assay/server';
import { z } from 'zod';
import * as documents from './ledger-documents.ts';

const BODY = ['body_too_large', 'unsupported_media_type'] as const;

/** The paths by which credit goes from tracker to tracker. */
export const transferPaths: ApiPaths = {
  '/export': {
    post: {
      id: 'export',
      summary: 'Books credit as taken to another tracker',
      description: 'The user signs for both trackers, the bytes, and all that he exported before.',
      body: {
        description: 'His wish.',
        schemas: [
          z
            .strictObject({
              user_id: z.string(),
              importer: z.string(),
              bytes: z.int(),
              exported_before: z.int(),
              signature: z.string(),
            })
            .meta({ title: 'ExportWish' }),
        ],
      },
      answers: {
        200: json('It is booked.', [documents.booked]),
        ...problems('bad_request', 'signature_refused', 'forbidden', 'not_found', ...BODY),
      },
    },
  },
  '/export/{sequence}': {
    get: {
      id: 'exportDocument',
      summary: 'The document of an export',
      parameters: [
        { name: 'sequence', description: 'Of the answer of `POST /export`.', schema: z.string() },
        {
          name: 'since',
          description: 'The size of the ledger that the importing tracker saw last.',
          schema: z.string(),
        },
      ],
      answers: {
        200: json('For the importing tracker.', [documents.exportDocument]),
        ...problems('bad_request', 'not_found'),
      },
    },
  },
  '/import': {
    post: {
      id: 'import',
      summary: 'Takes credit from another tracker',
      description:
        'Of trackers on the list only, with their attestation, once, and for the user who has the same key here.',
      body: {
        description: 'The document, and the answer of that tracker’s `GET /attestation`.',
        schemas: [z.strictObject({ document: z.unknown(), evidence: z.unknown() }).meta({ title: 'ImportWish' })],
      },
      answers: {
        200: json('It is booked.', [documents.imported]),
        ...problems('bad_request', 'attestation_refused', 'forbidden', 'not_found', 'already_registered', ...BODY),
      },
    },
  },
  '/import/{tracker}': {
    get: {
      id: 'lastSeen',
      summary: 'How much of another tracker’s ledger was seen here',
      parameters: [{ name: 'tracker', description: 'Its id.', schema: z.string() }],
      answers: { 200: json('Ask that tracker for an export since this size.', [documents.lastSeen]), ...problems() },
    },
  },
};
