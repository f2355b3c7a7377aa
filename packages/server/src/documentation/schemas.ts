import { z } from 'zod';

const HEX_16_TO_64 = /^(?:[0-9a-f]{2}){16,64}$/;

/** Bytes in base64, with padding. */
export const base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .meta({ contentEncoding: 'base64' });

/** The challenger's nonce. */
export const nonce = z.string().regex(HEX_16_TO_64).meta({
  description: '16 to 64 random bytes of yours, never used before, in lower-case hexadecimal.',
});

/** Whom evidence is for. */
export const audience = z.string().min(1).max(512).meta({ description: 'Whom the evidence is for.' });

const proof = z.strictObject({
  index: z.int().min(0),
  size: z.int().min(2).max(65_536),
  salt: base64,
  path: z.array(base64).max(64),
});

const dcap = z.strictObject({
  tcbInfo: z.string().optional(),
  qeIdentity: z.string().optional(),
  tcbSignChain: z.string().optional(),
  qeIdentitySignChain: z.string().optional(),
  pckCrlIssuerChain: z.string().optional(),
  pckCertChain: z.string().optional(),
  rootCaCrl: base64.optional(),
  pckCrl: base64.optional(),
});

const snp = z.strictObject({
  vek: base64.optional(),
  ask: base64.optional(),
  ark: base64.optional(),
  crl: base64.optional(),
});

const endorsements = z.strictObject({
  schema: z.literal('assay.endorsements/1'),
  dcap: dcap.optional(),
  snp: snp.optional(),
  confidentialSpace: z.strictObject({ jwks: z.string().optional() }).optional(),
});

/** `assay.evidence/1` as a service issues it for a nonce. */
export const envelope = z
  .strictObject({
    schema: z.literal('assay.evidence/1'),
    tee: z.enum(['sgx', 'tdx', 'snp', 'confidential-space']).nullable().meta({
      description: 'A hint: what the evidence is, it shows itself.',
    }),
    evidence: base64.meta({ description: 'The quote, the report or the token.', contentEncoding: 'base64' }),
    statement: base64.meta({
      description: 'What the service says of itself: canonical JSON (RFC 8785) that names your nonce and its keys.',
      contentEncoding: 'base64',
    }),
    proof: proof.meta({ description: 'That the statement is one of those that the evidence was made for.' }),
    eventLog: base64.optional(),
    appCompose: base64.optional(),
    endorsements: endorsements.optional().meta({
      description: "The vendor's word on the platform, as far as the service has it.",
    }),
  })
  .meta({
    title: 'Envelope',
    description: 'Evidence that is fresh for one nonce. Verify it: nothing in it is trusted before.',
  });

/** The quote that all callers without a nonce share. */
export const infoQuote = z
  .strictObject({
    quote: base64.meta({ description: 'Its report data name the body of `/info`.', contentEncoding: 'base64' }),
    eventLog: z.string().optional().meta({ description: 'JSON as text, as the platform gave it.' }),
    vmConfig: z.string().optional().meta({ description: 'JSON as text, as the platform gave it.' }),
  })
  .meta({ title: 'InfoQuote', description: 'A quote that is bound to `/info` and fresh for nobody.' });

/** Answers with these forms, their bytes cut short. */
export const EXAMPLES = {
  envelope: {
    schema: 'assay.evidence/1',
    tee: 'tdx',
    evidence: 'BAACAIEAAAAAAAAA',
    statement: 'eyJhdWQiOm51bGws',
    proof: {
      index: 0,
      size: 2,
      salt: 'AAECAwQFBgcICQoLDA0ODw==',
      path: ['rhpcvJ1Ud5uqfkvXgR9ZLE0FQXBtVJBj4TKHrbzGHiM='],
    },
    endorsements: { schema: 'assay.endorsements/1', dcap: { tcbInfo: '{"tcbInfo":{}}', pckCrl: 'MIIB' } },
  },
  infoQuote: { quote: 'BAACAIEAAAAAAAAA', eventLog: '[]', vmConfig: '{"cpu_count":2}' },
} as const;
