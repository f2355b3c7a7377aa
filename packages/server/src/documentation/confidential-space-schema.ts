import { z } from 'zod';

const text = z.string().nullable();
const members = z.record(z.string(), z.unknown());

const claims = z.strictObject({
  hardware: z.strictObject({ hwmodel: text, secboot: z.boolean().nullable(), dbgstat: text }),
  software: z.strictObject({ swname: text, swversion: z.array(z.string()).nullable() }),
  container: z.strictObject({
    image_digest: text,
    image_reference: text,
    restart_policy: text,
    env: members.nullable().optional().meta({ description: 'Only where the operator shows it.' }),
  }),
  gce: z.strictObject({ project_id: text, zone: text, instance_id: text }),
  issuer: text,
  subject: text,
  issued_at: text.meta({ description: '`2026-01-31T00:00:00+00:00`' }),
  expires_at: text,
  gpu: members.optional(),
  confidential_space: members.optional(),
  eat_nonce: z.union([z.string(), z.array(z.string())]).optional(),
});

/** The claims of a token of Google's, for display. */
export const confidentialSpaceReport = z
  .strictObject({
    status: z.literal('running_in_confidential_space'),
    syft_client_version: z.string(),
    attestation: claims,
    verification: z.strictObject({ status: z.literal('self-asserted'), note: z.string() }),
    nonce_info: z.strictObject({ version: z.string(), caller_nonce: z.string() }).optional(),
    raw_token: z.string().optional().meta({ description: 'Only where the operator shows it to everybody.' }),
  })
  .meta({
    title: 'ConfidentialSpaceReport',
    description: 'What a token says, for display: nobody checked it, and it proves nothing.',
  });
