import { z } from 'zod';
import { metrics, port, text } from '../config/listening.ts';

const url = z
  .string()
  .refine((address) => /^https?:$/.test(URL.parse(address)?.protocol ?? ''), 'expected http://… or https://…');

/** Configuration of `assay serve verifier`. */
export const verifierConfig = z
  .strictObject({
    /** Keys travel in requests: others reach it through a proxy with TLS. */
    host: text.default('127.0.0.1'),
    port: port.default(8083),
    ...metrics,
    /** Path of a SQLite file. */
    database: text.optional(),
    /** Of Postgres, which several instances may share. */
    databaseUrl: z.string().meta({ secret: true }).optional(),
    /** What SQLite's commits survive: `process` the end of this one, `full` power loss, too. */
    durability: z.enum(['process', 'full']).default('process'),
    /** Path of the file with a line for each API key; read again whenever it changes. */
    keysFile: text,
    /** Days that verdicts are kept, and answer their idempotency keys. Default: for good. */
    keepDays: z.number().int().min(1).max(36_500).optional(),
    challengeSeconds: z.number().int().min(10).max(86_400).default(300),
    /** Requests of one caller in a second, in the long run. */
    callerRate: z.number().int().min(1).max(1_000_000).default(200),
    /** Requests of one address in a second: of a proxy, if there is one before the service. */
    peerRate: z.number().int().min(1).max(1_000_000).default(1_000),
    /** A PCS or PCCS, or AMD's service, for endorsements. Default: only what comes with evidence. */
    collateralFrom: url.optional(),
    /** Path of root certificates, PEM or DER, which anchor simulated evidence. */
    rootCa: text.optional(),
    allowSimulated: z.boolean().default(false),
    /** Path of the folder with the keys that sign tokens, made if there is none; without it there are no tokens. */
    tokenKeys: text.optional(),
    /** The service's own address, which tokens name as their issuer. Default: the host and port that it listens at. */
    url: url.optional(),
    /** The stored policy whose releases are the images that `POST /verify` accepts. */
    dstackPolicy: text.optional(),
  })
  .refine(({ allowSimulated, rootCa }) => !allowSimulated || rootCa !== undefined, {
    path: ['allowSimulated'],
    message: 'expected rootCa beside it, the root of the simulation',
  })
  .refine(({ database, databaseUrl }) => (database === undefined) !== (databaseUrl === undefined), {
    path: ['database'],
    message: 'expected a file of SQLite, or databaseUrl in its place; give one of them',
  });

/** The same, read. */
export type VerifierConfig = z.output<typeof verifierConfig>;

/** There was no service of this interface before. */
export const VERIFIER_ALIASES = {} as const;
