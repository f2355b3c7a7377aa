import { metricsKeys, portNumber, someText } from '@assay/server';
import { z } from 'zod';
import { TEEMode } from './tee/mode.ts';

/** Intel's Provisioning Certification Service. */
export const INTEL_PCS = 'https://api.trustedservices.intel.com';

const register = z.string().regex(/^[0-9a-f]{96}$/, 'expected 48 bytes of lower-case hexadecimal');
const url = z
  .string()
  .refine((address) => /^https?:$/.test(URL.parse(address)?.protocol ?? ''), 'expected http://… or https://…');

/** Configuration of `assay tracker`. */
export const trackerConfig = z
  .strictObject({
    host: someText.default('0.0.0.0'),
    port: portNumber.default(8000),
    /** Default: the same number as over HTTP. */
    udpPort: z.union([portNumber, z.literal('off')]).optional(),
    ...metricsKeys,
    /** In registrations and receipts; default a name that the ledger's key gives. */
    instanceId: z
      .string()
      .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'expected 1 to 128 of A-Z a-z 0-9 . _ : -')
      .optional(),
    /** Path of a SQLite file. */
    database: someText.default('tracker.db'),
    /** Of Postgres, in its place. */
    databaseUrl: z.string().meta({ secret: true }).optional(),
    durability: z.enum(['process', 'full']).default('process'),
    /** Path of the secret that keys come from where no TEE gives them; made if there is none. */
    keyFile: someText.default('tracker.key'),
    /** Path of a folder with the .torrent files that are tracked. */
    torrents: someText.optional(),
    /** Addresses and networks of proxies whose word about a client's address counts. */
    trustedProxies: z.array(someText).default([]),
    epochSeconds: z.number().int().min(60).max(86_400).default(3_600),
    minRatio: z.number().min(0).max(1_000).default(0.5),
    maxPeers: z.number().int().min(1).max(1_000).default(50),
    /** What each new user is given, in bytes. */
    grant: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    /** Anybody may register, and each user is kept for good: some 1.5 kB of memory. */
    maxUsers: z.number().int().min(1).max(100_000_000).default(1_000_000),
    /** Requests of one address in a second; announces are not counted. */
    peerRate: z.number().int().min(1).max(1_000_000).default(100),
    adminToken: z.string().min(16).meta({ secret: true }).optional(),
    /** Whether programs of this machine may do what needs the token. */
    dev: z.boolean().default(false),
    teeMode: z.enum(Object.values(TEEMode)).default(TEEMode.DISABLED),
    /** Where evidence comes from; default the first attester that works. */
    from: z.enum(['gramine', 'confidential-space', 'dstack', 'proxy', 'tsm']).optional(),
    /** Path of a policy for quotes. */
    policy: someText.optional(),
    expectedMrtd: register.optional(),
    expectedRtmr1: register.optional(),
    expectedRtmr2: register.optional(),
    expectedRtmr3: register.optional(),
    /** Services that endorsements may come from; the first is the usual one. */
    pccsUrls: z.array(url).min(1).default([INTEL_PCS]),
    /** Path of root certificates, PEM or DER, which anchor simulated evidence. */
    rootCa: someText.optional(),
    allowSimulated: z.boolean().default(false),
    /** Trackers by id whose credit is taken, and the keys of their ledgers: DER SubjectPublicKeyInfo in base64. */
    imports: z.record(someText, z.strictObject({ key: z.base64() })).default({}),
  })
  .refine(({ allowSimulated, rootCa }) => !allowSimulated || rootCa !== undefined, {
    path: ['allowSimulated'],
    message: 'expected rootCa beside it, the root of the simulation',
  });

/** The same, read. */
export type TrackerConfig = z.output<typeof trackerConfig>;

/** Variables of the first tracker of this interface, and the keys that they give. */
export const TRACKER_ALIASES = {
  PORT: 'port',
  MIN_RATIO: 'minRatio',
  MAX_PEERS: 'maxPeers',
  TEE_MODE: 'teeMode',
  EXPECTED_MRTD: 'expectedMrtd',
  EXPECTED_RTMR_1: 'expectedRtmr1',
  EXPECTED_RTMR_2: 'expectedRtmr2',
  EXPECTED_RTMR_3: 'expectedRtmr3',
} as const satisfies Readonly<Record<string, keyof TrackerConfig>>;
