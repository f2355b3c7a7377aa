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

/** Such an answer. */
export const CONFIDENTIAL_SPACE_EXAMPLE = {
  status: 'running_in_confidential_space',
  syft_client_version: '1.0.0',
  attestation: {
    hardware: { hwmodel: 'GCP_INTEL_TDX', secboot: true, dbgstat: 'disabled-since-boot' },
    software: { swname: 'CONFIDENTIAL_SPACE', swversion: ['260600'] },
    container: {
      image_digest: `sha256:${'5a'.repeat(32)}`,
      image_reference: 'registry.example/shop:latest',
      restart_policy: 'Never',
    },
    gce: { project_id: 'shop', zone: 'us-west1-b', instance_id: '1234567890123456789' },
    issuer: 'https://confidentialcomputing.googleapis.com',
    subject: 'https://www.googleapis.com/compute/v1/projects/shop/zones/us-west1-b/instances/shop-1',
    issued_at: '2026-11-01T12:00:00+00:00',
    expires_at: '2026-11-01T13:00:00+00:00',
  },
  verification: { status: 'self-asserted', note: 'For display only.' },
} as const;
