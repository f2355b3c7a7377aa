import { z } from 'zod';
import { json, problems } from './answers.ts';
import type { ApiPaths } from './operation.ts';
import { audience, base64, EXAMPLES, envelope, nonce } from './schemas.ts';

const NONCE = '0f'.repeat(32);

const status = z
  .strictObject({
    available: z.boolean(),
    provider: z.enum(['tsm', 'dstack', 'gramine', 'confidential-space', 'proxy', 'software']),
    simulated: z.literal(true).optional().meta({ description: 'Evidence is made in software: it attests nothing.' }),
    looked: z.array(z.string()).meta({ description: 'One line for each place that was looked at.' }),
    tsm_path: z.string().optional(),
    tsm_available: z.boolean().optional(),
    tsm_error: z.string().optional(),
    tdx_guest_device: z.boolean().optional(),
    device: z.string().nullable().optional(),
    last_quote: z
      .strictObject({ at: z.string(), outcome: z.enum(['made', 'failed']), error: z.string().optional() })
      .nullable(),
    queue: z.strictObject({ making: z.boolean(), waiting: z.int().min(0) }),
    raw_report_data: z.enum(['allowed', 'refused']).meta({
      description: 'Whether any caller may choose report data.',
    }),
  })
  .meta({ title: 'ProxyStatus' });

const key = z.strictObject({
  use: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  spkiSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({
      description: 'SHA-256 of the DER SubjectPublicKeyInfo, lower-case hexadecimal.',
    }),
});
const asked = z
  .strictObject({
    nonce: nonce.nullable().optional(),
    aud: audience.nullable().optional(),
    keys: z.array(key).max(16).optional().meta({ description: 'Keys of the bearer; nobody else may name any.' }),
  })
  .meta({ title: 'StatementRequest', description: 'Each member here or in the query, not in both.' });

const register = z.string().regex(/^[0-9a-f]{96}$/);
const rawQuote = z
  .strictObject({
    quote: base64,
    quote_size: z.int().min(0).meta({ description: 'Bytes.' }),
    report_data: base64.meta({ description: 'All 64 bytes.', contentEncoding: 'base64' }),
    measurements: z.strictObject({
      mrtd: register,
      rtmr0: register,
      rtmr1: register,
      rtmr2: register,
      rtmr3: register,
    }),
  })
  .meta({ title: 'RawQuote' });
const rawRequest = z
  .strictObject({
    reportData: base64.optional().meta({
      description: '1 to 64 bytes, filled with zeros on the right. Default 64 zero bytes.',
      contentEncoding: 'base64',
    }),
  })
  .meta({ title: 'RawRequest' });

const parameters = [
  {
    name: 'nonce',
    description: 'Makes the statement fresh for you; only the bearer may leave it out.',
    schema: nonce,
    example: NONCE,
  },
  { name: 'aud', description: 'Goes into the statement.', schema: audience },
] as const;
const WHO = 'Anyone gets a statement of the proxy itself; the bearer of its token gets one that names keys of his own.';
const RAW =
  'Only for callers on its Unix socket, root or its group: whoever chooses report data speaks for this machine.';

/** The paths of `createProxyApp`. */
export const proxyPaths: ApiPaths = {
  '/status': {
    get: {
      id: 'status',
      summary: 'Whether quotes are made here, and what is going on',
      description: 'Never waits for a quote.',
      answers: { 200: json('The status now.', [status]), ...problems() },
    },
  },
  '/attestation': {
    get: {
      id: 'statement',
      summary: 'A statement of this proxy, in evidence for your nonce',
      description: WHO,
      bearer: true,
      parameters,
      answers: {
        200: json('The statement and its evidence.', [envelope], { 'for a nonce': EXAMPLES.envelope }),
        ...problems('bad_request', 'unauthorized', 'too_many_requests', 'unavailable'),
      },
    },
    post: {
      id: 'postStatement',
      summary: 'The same, for parameters in the body too',
      description: WHO,
      bearer: true,
      parameters,
      body: {
        description: 'What to state.',
        schemas: [asked],
        examples: {
          anyone: { nonce: NONCE },
          bearer: { nonce: NONCE, keys: [{ use: 'tls', spkiSha256: 'a1'.repeat(32) }] },
        },
      },
      answers: {
        200: json('The statement and its evidence.', [envelope], { 'for a nonce': EXAMPLES.envelope }),
        ...problems(
          'bad_request',
          'unauthorized',
          'body_too_large',
          'unsupported_media_type',
          'too_many_requests',
          'unavailable',
        ),
      },
    },
  },
  '/quote': {
    get: {
      id: 'quote',
      summary: 'A quote with report data of your choice',
      description: RAW,
      parameters: [
        {
          name: 'report_data',
          description: '64 bytes in hexadecimal. Default 64 zero bytes.',
          schema: z.string().regex(/^[0-9A-Fa-f]{128}$/),
        },
      ],
      answers: {
        200: json('The quote, and what the verifier reads in it.', [rawQuote]),
        ...problems('bad_request', 'forbidden', 'not_in_tee', 'unavailable'),
      },
    },
    post: {
      id: 'postQuote',
      summary: 'The same, for report data in base64',
      description: RAW,
      body: {
        description: 'Nothing, or report data.',
        schemas: [rawRequest],
        examples: { 'two bytes': { reportData: 'AQI=' } },
      },
      answers: {
        200: json('The quote, and what the verifier reads in it.', [rawQuote]),
        ...problems(
          'bad_request',
          'forbidden',
          'body_too_large',
          'unsupported_media_type',
          'not_in_tee',
          'unavailable',
        ),
      },
    },
  },
};
