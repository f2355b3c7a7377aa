import { z } from 'zod';
import { metrics, port, text } from '../config/listening.ts';

/** A service's own address, as others reach it. */
const url = z
  .string()
  .refine((address) => /^https?:$/.test(URL.parse(address)?.protocol ?? ''), 'expected http://… or https://…');

/** Configuration of `assay serve attester`. */
export const attesterConfig = z
  .strictObject({
    host: text.default('0.0.0.0'),
    port: port.default(8080),
    ...metrics,
    name: text.max(256).default('assay'),
    /** Default: the command's own. */
    version: text.max(256).optional(),
    buildInfo: z.string().max(4096).optional(),
    /** Where evidence comes from; default the first attester that works. */
    from: z.enum(['gramine', 'confidential-space', 'dstack', 'proxy', 'tsm']).optional(),
    url: url.optional(),
    /** Whom evidence may be for; default anybody, and on Confidential Space `url`. */
    audiences: z.array(text).min(1).optional(),
    publicToken: z.boolean().default(false),
    showEnv: z.boolean().default(false),
    /** PEM. */
    tlsKey: z.string().meta({ secret: true }).optional(),
    /** Path of the certificate with its chain, PEM. */
    tlsCertificate: text.optional(),
    tls: z.literal('self-made').optional(),
    /** A PCS or PCCS, or AMD's service, whose endorsements go with fresh evidence. */
    collateralFrom: url.optional(),
  })
  .refine(({ tlsKey, tlsCertificate }) => (tlsKey === undefined) === (tlsCertificate === undefined), {
    path: ['tlsCertificate'],
    message: 'a key and a certificate belong together: give both or none',
  })
  .refine(({ tls, tlsCertificate }) => tls === undefined || tlsCertificate === undefined, {
    path: ['tls'],
    message: 'expected nothing beside a key and a certificate of your own',
  });

/** The same, read. */
export type AttesterConfig = z.output<typeof attesterConfig>;

/** The variable of the first service of this interface, and the key that it gives. */
export const ATTESTER_ALIASES = { PORT: 'port' } as const;
