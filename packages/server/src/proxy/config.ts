import { z } from 'zod';
import { metrics, port, text } from '../config/listening.ts';

/** Configuration of `assay proxy`. */
export const proxyConfig = z.strictObject({
  host: text.default('0.0.0.0'),
  port: port.default(8081),
  ...metrics,
  /** The Unix socket: who opens it may have raw report data quoted. */
  socket: text.default('/run/tdx-attestation-proxy.sock'),
  /** Who may open the socket besides its owner; default nobody. */
  rawGroup: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,30}$/, 'expected the name of a group')
    .optional(),
  /** Raw report data although statements name keys of the bearer. */
  allowRaw: z.boolean().default(false),
  /** Path of the file with the bearer's token; no bearer without it. Read again whenever it changes. */
  tokenFile: text.optional(),
  /** Of configfs-TSM; default the kernel's own. */
  tsmPath: text.optional(),
});

/** The same, read. */
export type ProxyConfig = z.output<typeof proxyConfig>;

/** The variable of the first proxy of this interface, and the key that it gives. */
export const PROXY_ALIASES = { TDX_PROXY_PORT: 'port' } as const;
