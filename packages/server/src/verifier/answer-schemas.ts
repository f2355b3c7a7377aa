import { z } from 'zod';

/** The nonce of a challenge. */
export const challengeNonce = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: '32 bytes in lower-case hexadecimal, good once.' });

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();

/** The id of a stored policy. */
export const policyId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/)
  .meta({ description: 'Of a stored policy.' });

const reference = {
  id: policyId,
  version: z.int().min(1),
  sha256: sha256.meta({ description: 'Of the policy as RFC 8785 JSON.' }),
} as const;

/** `assay.policy/1`. */
export const policyBody = z.record(z.string(), z.unknown()).meta({
  title: 'Policy',
  description: 'What is accepted: `assay.policy/1`. Everything left out has the strict default.',
});

/** A version of a stored policy. */
export const storedPolicy = z
  .strictObject({
    ...reference,
    createdAt: instant,
    createdBy: z.string(),
    withdrawnAt: instant.nullable().meta({ description: 'Null while it is in force.' }),
    policy: policyBody,
  })
  .meta({ title: 'StoredPolicy', description: 'A version of a policy: never changed, only withdrawn.' });

/** A page of them. */
export const policyPage = z
  .strictObject({
    policies: z.array(storedPolicy).max(100),
    next: policyId.nullable().meta({ description: 'Ask again with `?after=` this; null on the last page.' }),
  })
  .meta({ title: 'PolicyPage', description: 'The newest version of each policy, by id.' });

/** A challenge. */
export const challengeDocument = z
  .strictObject({ nonce: challengeNonce, expiresAt: instant, policy: z.strictObject(reference) })
  .meta({ title: 'IssuedChallenge', description: 'A nonce for you alone, and for this version of the policy.' });

const verdict = z
  .looseObject({
    schema: z.literal('assay.verdict/1'),
    outcome: z.enum(['affirming', 'warning', 'contraindicated']),
    trusted: z.boolean().meta({ description: 'True only when no layer fails and none is unchecked.' }),
    simulated: z.boolean(),
    layers: z.record(z.string(), z.enum(['pass', 'fail', 'unchecked', 'waived'])),
    checks: z.array(z.looseObject({ id: z.string(), outcome: z.enum(['pass', 'fail', 'warn', 'skip']) })),
  })
  .meta({ title: 'Verdict', description: '`assay.verdict/1`: every check that ran, with reason and remedy.' });

/** A verdict as it is kept. */
export const verification = z
  .strictObject({
    schema: z.literal('assay.verification/1'),
    id: z.uuid(),
    createdAt: instant,
    caller: z.string(),
    challenge: challengeNonce.nullable().meta({ description: 'Null under a policy of your own.' }),
    policy: z.strictObject(reference).nullable().meta({ description: 'Null under a policy of your own.' }),
    verdict,
    token: z.string().nullable().meta({ description: 'A JWT (EAR), where one was issued.' }),
    evidenceSha256: sha256
      .nullable()
      .meta({ description: 'Of the quote, report or token; null where it has no form.' }),
  })
  .meta({ title: 'Verification', description: 'A verdict, and what it was given for.' });

const hex = z.string().regex(/^[0-9a-f]*$/);
const appInfo = z.strictObject({
  app_id: hex,
  compose_hash: hex,
  instance_id: hex,
  device_id: hex,
  mr_system: hex,
  mr_aggregated: hex,
  os_image_hash: hex,
  key_provider_info: hex,
});
const bootInfo = z.strictObject({
  teeVariant: z.string().nullable(),
  mrAggregated: hex,
  osImageHash: hex,
  mrSystem: hex,
  appId: hex,
  composeHash: hex,
  instanceId: hex,
  deviceId: hex,
  keyProviderInfo: hex,
  tcbStatus: z.string().nullable(),
  advisoryIds: z.array(z.string()),
});

/** The answer of dstack-verifier, and a verdict. */
export const dstackAnswer = z
  .strictObject({
    is_valid: z.boolean(),
    reason: z.string().nullable().meta({ description: 'What failed first; null when nothing did.' }),
    details: z.strictObject({
      quote_verified: z.boolean(),
      event_log_verified: z.boolean(),
      os_image_hash_verified: z.boolean(),
      acpi_tables_verified: z.boolean(),
      os_image_is_dev: z.boolean().nullable(),
      os_image_version: z.string().nullable(),
      tee_variant: z.string().nullable(),
      report_data: hex.nullable(),
      tcb_status: z.string().nullable(),
      advisory_ids: z.array(z.string()),
      key_provider: z.unknown(),
      app_info: appInfo.nullable(),
      boot_info: bootInfo.nullable(),
    }),
    verdict,
  })
  .meta({ title: 'DstackVerification', description: 'As dstack-verifier answers, and the verdict behind it.' });
