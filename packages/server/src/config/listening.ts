import { z } from 'zod';

/** A port; 0 takes any that is free. */
export const port = z.number().int().min(0).max(65_535);

/** A path or a name: text that is not empty. */
export const text = z.string().min(1);

/** Where metrics are to be had: never beside the service, and for this machine alone unless said otherwise. */
export const metrics = {
  metricsHost: text.default('127.0.0.1'),
  /** Default: the service's port and 1000 more; none for a service without port. */
  metricsPort: z.union([port, z.literal('off')]).optional(),
} as const;

/** Variables that attesters read (`@assay/attest`), which no service's configuration has. */
export const ATTESTER_VARIABLES = [
  'ASSAY_GRAMINE_PATH',
  'ASSAY_CONFIDENTIAL_SPACE_SOCKET',
  'ASSAY_TSM_PATH',
  'ASSAY_PROXY_TOKEN_FILE',
] as const;
