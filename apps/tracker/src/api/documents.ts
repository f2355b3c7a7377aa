import { z } from 'zod';

const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);
/** 32 bytes in lower-case hexadecimal. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const base64 = z.string().regex(/^[A-Za-z0-9+/]+=*$/);
const bytes = z.int().min(0);
const milliseconds = z.number().min(0);
const teeMode = z.enum(['disabled', 'enabled', 'benchmark']);
const success = z.literal(true);
const ratio = z.number().min(0).nullable().meta({ description: 'Credit by debit; null while nothing was received.' });
const instanceId = z.string();

/** What each signed document has. */
export const signed = {
  signature: base64.meta({ description: 'Ed25519 by the key that GET /attestation names.' }),
} as const;
/** What documents about the ledger say. */
export const state = { tracker: instanceId, head: sha256, issuedAt: z.int() } as const;

const totals = { total_uploaded: bytes, total_downloaded: bytes, ratio } as const;

/** Answer of `POST /register`. */
export const registered = z
  .strictObject({
    success,
    instance_id: instanceId,
    message: z.string(),
    attested: z.boolean().meta({ description: 'Whether an attestation came, and proved what it must.' }),
    passkey: z.string().meta({ description: 'Secret: it is in your announce address, and told this once.' }),
    announce: z.string().meta({ description: 'The path to announce to.' }),
    sequence: z.int().meta({ description: 'Number of the entry in the ledger.' }),
  })
  .meta({ title: 'Registered' });

const verdictOnReceipt = z
  .looseObject({
    group: z.int(),
    receipt: z.int(),
    outcome: z.enum(['counted', 'duplicate', 'uncounted', 'refused']),
  })
  .meta({ title: 'ReceiptVerdict', description: 'What became of one receipt; one that is bad spoils no others.' });

const promise = z
  .strictObject({
    content: z.strictObject({
      schema: z.literal('assay.tracker-promise/1'),
      ...state,
      receipts: z.array(z.strictObject({ id: sha256, sequence: z.int() })),
      sequence: z.int(),
    }),
    ...signed,
  })
  .meta({ title: 'Promise', description: 'Keep it: `assay tracker audit` holds the tracker to it.' });

/** Answer of `POST /report`. */
export const reported = z
  .strictObject({
    success,
    ...totals,
    verified_receipts: z.int().meta({ description: 'Receipts of this report that count.' }),
    warning: z.string().optional(),
    verdicts: z.array(verdictOnReceipt),
    promise: promise.nullable(),
  })
  .meta({ title: 'Reported' });

/** Answer of `GET /user/{id}`. */
export const user = z
  .strictObject({
    user_id: z.string(),
    public_key: base64,
    ...totals,
    granted: bytes,
    imported: bytes,
    exported: bytes,
    registered_at: z.int(),
  })
  .meta({ title: 'User' });

/** Answer of `GET /stats`. */
export const stats = z
  .strictObject({
    instance_id: instanceId,
    total_torrents: z.int(),
    total_peers: z.int(),
    total_seeds: z.int(),
    total_users: z.int(),
    min_ratio: z.number(),
    ledger_entries: z.int(),
    started_at: z.int().meta({ description: 'Unix seconds; what follows is counted by this process since.' }),
    announces: z.int().meta({ description: 'Those that were admitted.' }),
    receipts_counted: z.int(),
    bytes_counted: bytes.meta({ description: 'Moved from receivers to senders by these receipts.' }),
  })
  .meta({ title: 'Stats' });

/** Answer of `GET /health`. */
export const health = z
  .strictObject({ status: z.literal('healthy'), instance_id: instanceId, signature_verification: z.literal(true) })
  .meta({ title: 'Health' });

const keyPair = {
  success,
  private_key: base64.meta({ description: '32 bytes, big endian. Secret.' }),
  public_key: base64.meta({ description: '48 bytes, compressed.' }),
  private_key_size: z.literal(32),
  public_key_size: z.literal(48),
  warning: z.string(),
} as const;

/** Answer of `POST /keygen`. */
export const plainKey = z.strictObject({ ...keyPair, key_type: z.literal('BLS12-381') }).meta({ title: 'KeyPair' });

/** Answer of `POST /keygen-tee`. */
export const teeKey = z
  .strictObject({
    ...keyPair,
    key_type: z.literal('BLS12-381 (TEE-derived)'),
    tee_derived: z.literal(true),
    derivation_time_ms: milliseconds,
    salt: z.string().meta({ description: 'The same salt gives the same user the same key.' }),
    simulated: z.boolean().meta({ description: 'Whether the TEE is none.' }),
    instance_id: instanceId,
  })
  .meta({ title: 'TeeKeyPair' });

/** Answer of `POST /attest`. */
export const httpReceipt = z
  .strictObject({ success, receipt: base64, timestamp: z.int(), message: z.string() })
  .meta({ title: 'HttpReceipt' });

/** Answer of `POST /verify-receipt`. */
export const httpReceiptVerdict = z
  .strictObject({ success, valid: z.boolean(), message: z.string() })
  .meta({ title: 'HttpReceiptVerdict' });

/** Answer of `POST /generate-attestation`. */
export const attestationReport = z
  .strictObject({
    success,
    quote: hex,
    generation_time_ms: milliseconds,
    payload: z.string(),
    quote_size_bytes: z.int().meta({ description: 'Bytes, of which each is two digits of `quote`.' }),
    simulated: z.boolean(),
    event_log: z.string().optional().meta({ description: 'What explains the registers, where there is one.' }),
    warning: z.string().optional(),
  })
  .meta({ title: 'AttestationReport' });

const verdict = z
  .looseObject({
    schema: z.literal('assay.verdict/1'),
    outcome: z.enum(['affirming', 'warning', 'contraindicated']),
    trusted: z.boolean(),
    simulated: z.boolean(),
    layers: z.record(z.string(), z.enum(['pass', 'fail', 'unchecked', 'waived'])),
    checks: z.array(z.looseObject({ id: z.string(), outcome: z.enum(['pass', 'fail', 'warn', 'skip']) })),
  })
  .meta({ title: 'Verdict', description: '`assay.verdict/1`: every check that ran, with reason and remedy.' });

/** Answer of `POST /verify-attestation`. */
export const attestationVerdict = z
  .strictObject({
    success,
    is_valid: z.boolean().meta({ description: 'The same as `verdict.trusted`.' }),
    verification_time_ms: milliseconds,
    tcb_status: z.string().nullable().meta({ description: "In Intel's words; null where it cannot be told." }),
    verdict,
  })
  .meta({ title: 'AttestationVerdict' });

/** Answer of `GET /tee/status`. */
export const teeStatus = z
  .strictObject({
    tee_available: z.boolean(),
    tee_mode: teeMode,
    attester: z.string().nullable(),
    simulated: z.boolean().nullable().meta({ description: 'Null without evidence.' }),
    statistics: z.strictObject({
      key_generations: z.int(),
      attestations_generated: z.int(),
      total_key_gen_time_ms: milliseconds,
      total_attestation_time_ms: milliseconds,
      avg_key_gen_time_ms: milliseconds,
      avg_attestation_time_ms: milliseconds,
    }),
  })
  .meta({ title: 'TeeStatus' });

/** Answer of `GET /config`. */
export const configuration = z
  .strictObject({
    instance_id: instanceId,
    verify_signatures: z.literal(true),
    receipt_window: z.int().meta({ description: 'Seconds: receipts count in their epoch and in the next one.' }),
    epoch_seconds: z.int(),
    min_ratio: z.number(),
    max_peers: z.int(),
    used_receipts_count: z.int().meta({ description: 'Entries of the ledger.' }),
    tee_available: z.boolean(),
    tee_mode: teeMode,
    ledger_key: base64.meta({ description: 'DER SubjectPublicKeyInfo of the key that signs the ledger.' }),
    configuration_sha256: sha256,
  })
  .meta({ title: 'Configuration' });

/** Answer of `POST /config`. */
export const configured = z
  .strictObject({ success, message: z.string(), tee_mode: teeMode })
  .meta({ title: 'Configured' });

/** Answer of `GET /attestation`. */
export const envelope = z
  .strictObject({
    schema: z.literal('assay.evidence/1'),
    tee: z.string(),
    evidence: base64,
    statement: base64.meta({ description: 'Of the type `checkpoint`.' }),
    proof: z.strictObject({ index: z.int(), size: z.int(), salt: base64, path: z.array(base64) }),
    eventLog: base64.optional(),
    appCompose: base64.optional(),
  })
  .meta({ title: 'Envelope', description: '`assay.evidence/1`, profile `assay/1-batch`.' });
