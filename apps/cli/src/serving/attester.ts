import {
  type Attester,
  createBatcher,
  createConfidentialSpaceAttester,
  createDstackClient,
  newInstance,
} from '@assay/attest';
import {
  type AttesterConfig,
  attesterPaths,
  audiencePolicy,
  createAttesterApp,
  createBudget,
  createDocsApp,
  createEvidencesApp,
  createSeedAttestation,
  evidencesPaths,
  mounted,
  publicCors,
  rationed,
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
  const { host, port, name, version = ownVersion(), buildInfo, collateralFrom, audiences } = config;
  const report = (message: string): void => io.stderr(`assay: serve: ${message}\n`);
  const url = config.url ?? usualUrl(config);
  const isToken = attester.name === 'confidential-space';
  const budget = createBudget(TOKENS, io.now);
  const audience = audiencePolicy(audiences, url);
  const service = parsedFrom(collateralFrom);
  const names = [...new Set([bare(new URL(url).hostname), 'localhost'])];
  const identity = await tlsOf(config, io, { attester, names, report });
  const instance = newInstance();
  const common = {
    attester,
    clock: io.now,
    vmConfig: attester.name === 'dstack' ? () => vmConfigHere(io) : undefined,
  };
  const own = createAttesterApp({
    ...{ ...common, name, version, buildInfo },
    batcher: createBatcher(isToken ? rationed(attester, { budget }) : attester, { instance, clock: io.now }),
    keys: identity?.keys,
    endorsements: service && createStapler({ service, clock: io.now, report }),
    audiences,
    audience: isToken ? audience : undefined,
    seedAnswer: isToken
      ? createSeedAttestation({
          // Who reads these tokens has Google's key set.
          attester: createConfidentialSpaceAttester({ environment: io.env, tokenType: 'OIDC' }),
          ...{ instance, version, clock: io.now, audience, budget },
          publicToken: config.publicToken,
          showEnv: config.showEnv,
        })
      : undefined,
  });
  const description = 'Evidence of what runs here. Do not take its word for it: verify it with a nonce of your own.';
  const paths = identity === undefined ? attesterPaths : { ...attesterPaths, ...evidencesPaths };
  const apps = [own, createDocsApp({ title: name, version, description, paths })];
  if (identity !== undefined) {
    const [domain = 'localhost'] = names;
    apps.push(createEvidencesApp({ ...common, certificate: identity.certificate, domain }));
  }
  return {
    listening: [
      {
        name: 'attester',
        app: mounted(apps),
        outer: publicCors(),
        place: { host, port },
        tls: identity?.tls,
        field: '--port',
      },
    ],
    metrics: metricsPlace(config, port),
    close: identity?.close,
  };
}

/** How others on this machine reach it; from elsewhere only its operator knows. */
function usualUrl({ host, port, tls, tlsCertificate }: AttesterConfig): string {
  const scheme = tls === undefined && tlsCertificate === undefined ? 'http' : 'https';
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** The name of a host as certificates have it. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function parsedFrom(address: string | undefined) {
  return address === undefined ? undefined : parseEndpoint(address, '--collateral-from');
}

async function vmConfigHere({ env }: Io): Promise<string> {
  return (await createDstackClient({ environment: env }).info()).vmConfig;
}
