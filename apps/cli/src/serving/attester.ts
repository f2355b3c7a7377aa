import { type Attester, createBatcher, createDstackClient, newInstance } from '@assay/attest';
import {
  type AttesterConfig,
  audiencePolicy,
  createAttesterApp,
  createBudget,
  createSeedAttestation,
} from '@assay/server';
import { parseEndpoint } from '../collateral/endpoint.ts';
import { createStapler } from '../collateral/stapled.ts';
import type { Io } from '../io.ts';
import { version as ownVersion } from '../version.ts';
import { metricsPlace, type Service } from './service.ts';
import { tlsOf } from './tls.ts';

/** Tokens that Google gives one project in a region, each second. */
const TOKENS = 5;

/** The attester service of this machine. Throws `usage` for files and addresses that are none. */
export async function attesterService(config: AttesterConfig, attester: Attester, io: Io): Promise<Service> {
  const { host, port, name, version = ownVersion(), buildInfo, collateralFrom } = config;
  const instance = newInstance();
  const identity = await tlsOf(config, io);
  const url = config.url ?? usualUrl(config, identity === undefined ? 'http' : 'https');
  const report = (message: string): void => io.stderr(`assay: serve: ${message}\n`);
  const isToken = attester.name === 'confidential-space';
  const app = createAttesterApp({
    ...{ attester, name, version, buildInfo, clock: io.now },
    batcher: createBatcher(attester, { instance, clock: io.now }),
    keys: () => (identity === undefined ? [] : [identity.key]),
    endorsements:
      collateralFrom === undefined
        ? undefined
        : createStapler({ service: parseEndpoint(collateralFrom, '--collateral-from'), clock: io.now, report }),
    vmConfig: attester.name === 'dstack' ? () => vmConfigHere(io) : undefined,
    audiences: config.audiences ?? (isToken ? [url] : undefined),
    seedAnswer: isToken
      ? createSeedAttestation({
          ...{ attester, instance, version, clock: io.now },
          audience: audiencePolicy(config.audiences, url),
          budget: createBudget(TOKENS, io.now),
          publicToken: config.publicToken,
          showEnv: config.showEnv,
        })
      : undefined,
  });
  return {
    listening: [{ name: 'attester', app, place: { host, port }, tls: identity?.tls, field: '--port' }],
    metrics: metricsPlace(config, port),
  };
}

/** How others on this machine reach it; from elsewhere only its operator knows. */
function usualUrl({ host, port }: AttesterConfig, scheme: 'http' | 'https'): string {
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

async function vmConfigHere({ env }: Io): Promise<string> {
  return (await createDstackClient({ environment: env }).info()).vmConfig;
}
