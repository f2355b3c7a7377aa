import { z } from 'zod';
import { metrics, port, text } from '../config/listening.ts';

/** Configuration of `assay serve collateral`. */
export const collateralConfig = z
  .strictObject({
    host: text.default('127.0.0.1'),
    port: port.default(8084),
    ...metrics,
    /** Intel's PCS v4 or a PCCS; `off` for none. */
    pcs: text.default('https://api.trustedservices.intel.com'),
    /** Where the root's revocation list is, when that is on another host. */
    rootCrl: text.optional(),
    /** AMD's key distribution service; `off` for none. */
    kds: text.default('https://kdsintf.amd.com'),
    /** Path of roots of your own, PEM: of a simulation, for example. */
    rootCa: text.optional(),
    /** Path of a SQLite file. */
    database: text.optional(),
    /** Of Postgres, which several instances may share. */
    databaseUrl: z.string().meta({ secret: true }).optional(),
    /** What SQLite's commits survive: `process` the end of this one, `full` power loss, too. */
    durability: z.enum(['process', 'full']).default('process'),
    /** Documents kept at most. */
    maxDocuments: z.int().min(10).max(100_000).default(2_000),
    /** How often callers together make it ask a vendor for what it does not have, each minute. */
    missesPerMinute: z.int().min(1).max(10_000).default(60),
    /** Path of an exported set that is taken in before it serves. */
    import: text.optional(),
    /** Path of the token whose bearer may export all that is kept. */
    tokenFile: text.optional(),
  })
  .refine(({ database, databaseUrl }) => (database === undefined) !== (databaseUrl === undefined), {
    path: ['database'],
    message: 'expected it or databaseUrl: give one of them',
  });

/** The same, read. */
export type CollateralConfig = z.output<typeof collateralConfig>;

/** There was no service of this interface before. */
export const COLLATERAL_ALIASES = {} as const;
