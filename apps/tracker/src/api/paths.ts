import { type ApiPaths, jsonAnswer as json, problemAnswers as problems } from '@assay/server';
import { z } from 'zod';
import * as documents from './documents.ts';
import { ledgerPaths } from './ledger-paths.ts';
import { operatorPaths } from './operator-paths.ts';
import { transferPaths } from './transfer-paths.ts';

const OPERATOR =
  'For the operator’s token; under `--dev` also for programs of this machine, which are neither browsers nor proxies.';
const GUARDED = ['bad_request', 'unauthorized', 'forbidden'] as const;
const BODY = ['body_too_large', 'unsupported_media_type'] as const;
const base64 = z.string();

/** The paths of `createTrackerApp`. */
export const trackerPaths: ApiPaths = {
  '/register': {
    post: {
      id: 'register',
      summary: 'Registers a user and his key',
      description:
        'The signature is the proof that he has the key: BLS over `register||USER||INSTANCE`. An attestation counts only when this tracker made it for this user and this key.',
      body: {
        description: 'User, key, signature.',
        schemas: [
          z
            .strictObject({
              user_id: z.string(),
              public_key: base64,
              signature: base64,
              attestation: z.string().optional(),
              event_log: z.string().optional(),
            })
            .meta({ title: 'Registration' }),
        ],
      },
      answers: {
        200: json('He is registered.', [documents.registered]),
        ...problems(
          'bad_request',
          'signature_refused',
          'attestation_refused',
          'forbidden',
          'already_registered',
          ...BODY,
        ),
      },
    },
  },
  '/report': {
    post: {
      id: 'report',
      summary: 'Hands in receipts',
      description: 'What a client says of itself credits nobody: what counts is what receivers signed.',
      body: {
        description: 'Groups of receipts.',
        schemas: [
          z
            .strictObject({
              user_id: z.string(),
              public_key: base64.optional(),
              uploaded_delta: z.int().optional(),
              downloaded_delta: z.int().optional(),
              receipts: z.array(z.unknown()).optional(),
            })
            .meta({ title: 'Report' }),
        ],
      },
      answers: {
        200: json('A verdict for each, and a signed promise.', [documents.reported]),
        ...problems('bad_request', 'not_found', ...BODY),
      },
    },
  },
  '/user/{id}': {
    get: {
      id: 'user',
      summary: 'What is booked for a user',
      parameters: [{ name: 'id', description: 'Of the user.', schema: z.string() }],
      answers: { 200: json('His account.', [documents.user]), ...problems('not_found') },
    },
  },
  '/stats': {
    get: {
      id: 'stats',
      summary: 'How much there is of what',
      answers: { 200: json('Counts.', [documents.stats]), ...problems() },
    },
  },
  '/health': {
    get: {
      id: 'health',
      summary: 'Whether it runs',
      answers: { 200: json('It does.', [documents.health]), ...problems() },
    },
  },
  '/keygen': {
    post: {
      id: 'keygen',
      summary: 'A key pair at random',
      description: OPERATOR,
      bearer: true,
      answers: { 200: json('The keys.', [documents.plainKey]), ...problems(...GUARDED) },
    },
  },
  '/keygen-tee': {
    post: {
      id: 'keygenTee',
      summary: 'A key pair that the TEE derives',
      description: OPERATOR,
      bearer: true,
      body: {
        description: 'May be left out.',
        schemas: [
          z
            .strictObject({ user_id: z.string().optional(), salt: z.string().optional() })
            .meta({ title: 'TeeKeyRequest' }),
        ],
      },
      answers: { 200: json('The keys.', [documents.teeKey]), ...problems(...GUARDED, ...BODY, 'unavailable') },
    },
  },
  '/attest': {
    post: {
      id: 'attest',
      summary: 'A receipt of the first form',
      description: `It credits nobody here. ${OPERATOR}`,
      bearer: true,
      body: {
        description: 'The receiver’s private key, and what he received.',
        schemas: [
          z
            .strictObject({ receiver_private_key: base64, ...pieceOf(), timestamp: z.int().optional() })
            .meta({ title: 'HttpReceiptRequest' }),
        ],
      },
      answers: { 200: json('The receipt.', [documents.httpReceipt]), ...problems(...GUARDED, ...BODY) },
    },
  },
  '/verify-receipt': {
    post: {
      id: 'verifyReceipt',
      summary: 'Whether a receipt of the first form is genuine',
      body: {
        description: 'The receipt.',
        schemas: [
          z
            .strictObject({ receiver_public_key: base64, ...pieceOf(), timestamp: z.int(), receipt: base64 })
            .meta({ title: 'HttpReceiptQuestion' }),
        ],
      },
      answers: {
        200: json('Whether the receiver signed it.', [documents.httpReceiptVerdict]),
        ...problems('bad_request', ...BODY),
      },
    },
  },
  '/generate-attestation': {
    post: {
      id: 'generateAttestation',
      summary: 'A quote of a text',
      description:
        'Report data: SHA-256("pbts-payload/1" ‖ 0 ‖ text) ‖ time ‖ 24 random bytes. With `public_key`: a quote for a registration, under `pbts-register/1`, of a key that /keygen-tee derived for that user.',
      body: {
        description: 'The text.',
        schemas: [
          z.strictObject({ payload: z.string(), public_key: base64.optional() }).meta({ title: 'AttestationRequest' }),
        ],
      },
      answers: {
        200: json('The quote.', [documents.attestationReport]),
        ...problems('bad_request', 'forbidden', ...BODY, 'too_many_requests', 'unavailable'),
      },
    },
  },
  '/verify-attestation': {
    post: {
      id: 'verifyAttestation',
      summary: 'A verdict on such a quote',
      description: 'It needs no TEE, and says the same as often as it is asked, until the quote is too old.',
      body: {
        description: 'The quote, and the text that it must be of.',
        schemas: [
          z
            .strictObject({
              quote: z.string(),
              expected_payload: z.string(),
              pccs_url: z.string().optional(),
              event_log: z.string().optional(),
            })
            .meta({ title: 'AttestationQuestion' }),
        ],
      },
      answers: {
        200: json('The verdict. Look at `is_valid`.', [documents.attestationVerdict]),
        ...problems('bad_request', 'forbidden', ...BODY),
      },
    },
  },
  '/tee/status': {
    get: {
      id: 'teeStatus',
      summary: 'Whether there is a TEE',
      answers: { 200: json('What there is, and what it did.', [documents.teeStatus]), ...problems() },
    },
  },
  '/config': {
    get: {
      id: 'config',
      summary: 'How the tracker is configured',
      answers: { 200: json('The configuration.', [documents.configuration]), ...problems() },
    },
    post: {
      id: 'configure',
      summary: 'Changes the configuration, at once',
      description: OPERATOR,
      bearer: true,
      body: {
        description: 'What is to change.',
        schemas: [
          z
            .strictObject({
              tee_mode: z.enum(['disabled', 'enabled', 'benchmark']).optional(),
              min_ratio: z.number().optional(),
              verify_signatures: z.literal(true).optional(),
              receipt_window: z.int().optional(),
            })
            .meta({ title: 'Change' }),
        ],
      },
      answers: {
        200: json('It is in effect.', [documents.configured]),
        ...problems(...GUARDED, ...BODY, 'unavailable'),
      },
    },
  },
  ...operatorPaths,
  ...ledgerPaths,
  ...transferPaths,
};

function pieceOf() {
  const hex = z.string();
  return { sender_public_key: base64, piece_hash: hex, piece_index: z.int(), infohash: hex } as const;
}
