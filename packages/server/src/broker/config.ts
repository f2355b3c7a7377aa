import { z } from 'zod';
import { metrics, port, text } from '../config/listening.ts';

/** Configuration of `assay serve broker`: it listens on a socket, or where a port is given on that. */
export const brokerConfig = z
  .strictObject({
    /** The guest agent: the path of its socket, or `http(s)://…`. */
    upstream: text.default('/var/run/dstack.sock'),
    /** Names of methods; default those that make quotes or say what the guest is. */
    allow: z.array(text).min(1).optional(),
    /** Default `/run/dstack-broker.sock` where no port is given. */
    socket: text.optional(),
    /** Default `127.0.0.1` where a port is given. */
    host: text.optional(),
    port: port.optional(),
    ...metrics,
  })
  .refine((config) => config.port === undefined || config.socket === undefined, {
    path: ['socket'],
    message: 'expected none beside a port: the broker listens at one place',
  })
  .refine((config) => config.host === undefined || config.port !== undefined, {
    path: ['host'],
    message: 'is that of a port: give a port, too, or leave it out',
  });

/** The same, read. */
export type BrokerConfig = z.output<typeof brokerConfig>;

/** Variables by which guest agents are found, and the key that they give. */
export const BROKER_ALIASES = {
  DSTACK_SIMULATOR_ENDPOINT: 'upstream',
  DSTACK_SOCKET: 'upstream',
  DSTACK_ENDPOINT: 'upstream',
} as const;
