import { appOf, type BrokerConfig, createBroker } from '@assay/server';
import { metricsPlace, type Service } from './service.ts';

const SOCKET = '/run/dstack-broker.sock';
/** What guest agents take, in bytes. */
const MAX_BODY = 1_048_576;

/** An allow-list in front of a dstack guest agent. */
export function brokerService(config: BrokerConfig): Service {
  const { upstream, allow, socket = SOCKET, host = '127.0.0.1', port } = config;
  const app = appOf(createBroker({ upstream, ...(allow && { allow }) }));
  const at = port === undefined ? { place: { socket }, field: '--socket' } : { place: { host, port }, field: '--port' };
  return {
    listening: [{ name: 'broker', app, ...at }],
    limits: { bodyBytes: MAX_BODY },
    metrics: metricsPlace(config, port),
  };
}
