import { z } from 'zod';
import { json, problems } from '../documentation/answers.ts';
import type { ApiPaths } from '../documentation/operation.ts';
import {
  challengeDocument,
  challengeNonce,
  dstackAnswer,
  policyBody,
  policyId,
  policyPage,
  storedPolicy,
  verification,
} from './answer-schemas.ts';

const anything = z.record(z.string(), z.unknown());
const evidence = z.union([z.string(), anything]).meta({
  description:
    '`assay.evidence/1`, the reply of a guest agent (`quote`, `event_log`), a token, or a quote or report in base64 or hexadecimal.',
});
const more = {
  evidence,
  endorsements: anything.optional().meta({ description: '`assay.endorsements/1`; before those within the evidence.' }),
  subject: anything.optional().meta({
    description: 'What you saw yourself, in hexadecimal: `{"peerKey":{"spkiSha256":…}}`, for example.',
  }),
};
const answering = z
  .strictObject({
    challenge: challengeNonce,
    ...more,
    key: anything.optional().meta({ description: 'The attested public key (JWK) that a token is to be bound to.' }),
  })
  .meta({ title: 'ChallengeAnswered' });
const ownPolicy = z.strictObject({ policy: policyBody, nonce: z.string().optional(), ...more }).meta({
  title: 'OwnPolicy',
  description: 'Under a policy, and with a nonce, of your own: a verdict, never a token.',
});
const named = {
  name: 'name',
  description: '`ID`, or `ID@VERSION`.',
  schema: z.string(),
  example: 'shop',
} as const;

/** The paths of `createVerifier`. */
export const verifierPaths: ApiPaths = {
  '/v1/challenges': {
    post: {
      id: 'challenge',
      summary: 'A nonce under a stored policy',
      bearer: 'required',
      body: {
        description: 'The policy; its newest version in force counts.',
        schemas: [z.strictObject({ policyId })],
        examples: { 'a policy': { policyId: 'shop' } },
      },
      answers: {
        201: json('A challenge: have evidence made for its nonce.', [challengeDocument]),
        ...problems(
          'bad_request',
          'unauthorized',
          'not_found',
          'body_too_large',
          'unsupported_media_type',
          'too_many_requests',
        ),
      },
    },
  },
  '/v1/verify': {
    post: {
      id: 'verify',
      summary: 'A verdict on evidence',
      description:
        'A verdict uses up the challenge, also a refusing one; a problem does not. With the header `idempotency-key`, the same body again gets the same answer, should it have been lost.',
      bearer: 'required',
      body: { description: 'Evidence, and what to judge it by.', schemas: [answering, ownPolicy] },
      answers: {
        200: json('The verdict. Look at `verdict.trusted`.', [verification]),
        ...problems(
          'bad_request',
          'unauthorized',
          'nonce_foreign',
          'nonce_unknown',
          'nonce_used',
          'idempotency_reused',
          'nonce_expired',
          'policy_gone',
          'body_too_large',
          'unsupported_media_type',
          'too_many_requests',
          'unavailable',
        ),
      },
    },
  },
  '/v1/verdicts/{id}': {
    get: {
      id: 'verdict',
      summary: 'A verdict that was given before',
      bearer: 'required',
      parameters: [{ name: 'id', description: 'Of the verification.', schema: z.string() }],
      answers: {
        200: json('The same bytes as then.', [verification]),
        ...problems('unauthorized', 'not_found', 'too_many_requests'),
      },
    },
  },
  '/v1/policies': {
    get: {
      id: 'policies',
      summary: 'The stored policies',
      bearer: 'required',
      parameters: [{ name: 'after', description: 'The id that the page begins after.', schema: z.string() }],
      answers: {
        200: json('A page of them.', [policyPage]),
        ...problems('bad_request', 'unauthorized', 'too_many_requests'),
      },
    },
  },
  '/v1/policies/{name}': {
    get: {
      id: 'policy',
      summary: 'A version of a policy, or the newest',
      bearer: 'required',
      parameters: [named],
      answers: {
        200: json('The policy.', [storedPolicy]),
        ...problems('bad_request', 'unauthorized', 'not_found', 'too_many_requests'),
      },
    },
    put: {
      id: 'putPolicy',
      summary: 'Stores a policy, as its next version',
      bearer: 'required',
      parameters: [{ ...named, description: '`ID`' }],
      body: { description: 'The policy.', schemas: [policyBody] },
      answers: {
        200: json('The newest version is the same already.', [storedPolicy]),
        201: json('The version that was made.', [storedPolicy]),
        ...problems(
          'bad_request',
          'unauthorized',
          'forbidden',
          'body_too_large',
          'unsupported_media_type',
          'too_many_requests',
        ),
      },
    },
    delete: {
      id: 'withdrawPolicy',
      summary: 'Withdraws a version for good',
      description: 'Its challenges get no verdict any more; verdicts that were given stay.',
      bearer: 'required',
      parameters: [{ ...named, description: '`ID@VERSION`' }],
      answers: {
        200: json('The version, withdrawn.', [storedPolicy]),
        ...problems('bad_request', 'unauthorized', 'forbidden', 'not_found', 'too_many_requests'),
      },
    },
  },
  '/verify': {
    post: {
      id: 'dstackVerify',
      summary: 'As dstack-verifier',
      description:
        'For its clients, without a key. It takes no nonce and keeps nothing: compare `details.report_data` and `details.tcb_status` yourself, or ask at `/v1/verify`.',
      body: {
        description: 'Names in snake case or camel case.',
        schemas: [
          z.strictObject({
            quote: z.string().optional(),
            event_log: z.string().optional(),
            vm_config: z.string().optional(),
            report_data: z.string().optional(),
            attestation: z.string().optional(),
            debug: z.boolean().optional(),
          }),
        ],
      },
      answers: {
        200: json('Whatever was found.', [dstackAnswer]),
        ...problems('bad_request', 'body_too_large', 'unsupported_media_type', 'too_many_requests', 'unavailable'),
      },
    },
  },
  '/health': {
    get: {
      id: 'health',
      summary: 'Whether this service runs',
      answers: {
        200: json('It does, in the words of dstack-verifier.', [
          z.strictObject({ status: z.literal('ok'), service: z.literal('dstack-verifier') }),
        ]),
        ...problems(),
      },
    },
  },
  '/ready': {
    get: {
      id: 'ready',
      summary: 'Whether its database answers',
      answers: {
        200: json('It does.', [z.strictObject({ status: z.literal('ready') })]),
        ...problems('unavailable'),
      },
    },
  },
};
