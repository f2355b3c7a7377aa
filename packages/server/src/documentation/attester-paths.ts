import { z } from 'zod';
import { INFO_PROFILES } from '../attester/info.ts';
import { json, problems } from './answers.ts';
import { CONFIDENTIAL_SPACE_EXAMPLE, confidentialSpaceReport } from './confidential-space-schema.ts';
import type { ApiPaths } from './operation.ts';
import { audience, EXAMPLES, envelope, infoQuote, nonce } from './schemas.ts';

const WHOM =
  'Whom the evidence is for, beside a nonce. A token of Confidential Space is for this service itself when none is named.';
const NONCE = '0f'.repeat(32);

const frontPage = z
  .strictObject({
    service: z.string(),
    version: z.string(),
    endpoints: z.record(z.string(), z.string()).meta({ description: 'What is where, by path.' }),
    confidential_space_detected: z.boolean(),
  })
  .meta({ title: 'FrontPage' });
const info = z
  .strictObject({ version: z.string(), name: z.string(), build_info: z.string().nullable() })
  .meta({ title: 'Info', description: 'What evidence without a nonce is bound to: hash the bytes as they came.' });
const profile = z.enum(INFO_PROFILES);
const asked = z
  .strictObject({
    nonce: nonce.optional(),
    aud: audience.optional(),
    audience: audience.optional(),
    profile: profile.optional(),
  })
  .meta({
    title: 'Challenge',
    description: '`aud`, which may be called `audience`, needs a `nonce` beside it; `profile` goes without one.',
  });

/** The paths of `createAttesterApp`. */
export const attesterPaths: ApiPaths = {
  '/': {
    get: {
      id: 'frontPage',
      summary: 'What this service is',
      description: 'A page for browsers, JSON for programs: as `accept` says.',
      answers: {
        200: {
          description: 'What this service is, and what is where.',
          content: { 'application/json': { schemas: [frontPage] }, 'text/html': { schemas: [z.string()] } },
        },
        ...problems('not_acceptable'),
      },
    },
  },
  '/info': {
    get: {
      id: 'info',
      summary: 'Name, version and build of this service',
      answers: {
        200: json('The exact bytes that report data name.', [info], {
          'a build': { version: '1.0.0', name: 'shop', build_info: 'git 0123abc' },
        }),
        ...problems(),
      },
    },
  },
  '/attestation': {
    get: {
      id: 'attestation',
      summary: 'Evidence of what runs here',
      description:
        'With `nonce`: an `Envelope` on every platform. Without one: an `InfoQuote` where evidence is a quote, and a ' +
        '`ConfidentialSpaceReport` where it is a token of Google Confidential Space. Only an answer to your own nonce ' +
        'is fresh.',
      parameters: [
        { name: 'nonce', description: 'Makes the evidence fresh for you.', schema: nonce, example: NONCE },
        { name: 'aud', description: WHOM, schema: audience },
        {
          name: 'profile',
          description: 'How a quote without a nonce names `/info`. Default `sha256-info`.',
          schema: profile,
        },
        {
          name: 'audience',
          description: 'Another name for `aud`.',
          schema: audience,
        },
      ],
      answers: {
        200: json('Evidence; which form it has is said above.', [envelope, infoQuote, confidentialSpaceReport], {
          'for a nonce': EXAMPLES.envelope,
          'without a nonce, a quote': EXAMPLES.infoQuote,
          'without a nonce, on Confidential Space': CONFIDENTIAL_SPACE_EXAMPLE,
        }),
        ...problems('bad_request', 'forbidden', 'too_many_requests', 'not_in_tee', 'unavailable'),
      },
    },
    post: {
      id: 'postAttestation',
      summary: 'Evidence of what runs here, for parameters in the body',
      description: 'As `GET`; without a nonce only where evidence is a quote.',
      body: {
        description: 'Nothing, or the parameters. The query takes none.',
        schemas: [asked],
        examples: { 'a nonce of your own': { nonce: NONCE } },
      },
      answers: {
        200: json('An `Envelope` for a nonce, else an `InfoQuote`.', [envelope, infoQuote], {
          'for a nonce': EXAMPLES.envelope,
          'without a nonce': EXAMPLES.infoQuote,
        }),
        ...problems(
          'bad_request',
          'forbidden',
          'body_too_large',
          'unsupported_media_type',
          'too_many_requests',
          'not_in_tee',
          'unavailable',
        ),
      },
    },
  },
  '/health': {
    get: {
      id: 'health',
      summary: 'Whether this service runs',
      answers: { 200: json('It does.', [z.strictObject({ status: z.literal('ok') })]), ...problems() },
    },
  },
  '/ready': {
    get: {
      id: 'ready',
      summary: 'Whether it runs in a trusted execution environment',
      answers: {
        200: json('It does.', [z.strictObject({ status: z.literal('ready') })]),
        ...problems('not_in_tee'),
      },
    },
  },
};
