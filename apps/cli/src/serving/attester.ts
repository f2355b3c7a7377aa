import {
  type Attester,
  type Batcher,
  createBatcher,
  createConfidentialSpaceAttester,
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
  type Hono,
  mounted,
  parseEndpoint,
  publicCors,
  rationed,
} from '@assay/server';
import { createStapler } from '../collateral/stapled.ts';
import type { Io } from '../io.ts';
import { printable } from '../table/style.ts';
import { version as ownVersion } from '../version.ts';
import { EXPLORER, withExplorer } from './explorer.ts';
import { metricsPlace, type Service } from './service.ts';
import { type TlsIdentity, tlsOf } from './tls.ts';
import { vmConfigOf } from './vm-config.ts';

/** Tokens that Google gives one project in a region, each second. */
const TOKENS = 5;
const ABOUT = 'Evidence of what runs here. Do not take its word for it: verify it with a nonce of your own.';

const DOCUMENTATION = { '/docs': 'how all of it is used', '/openapi.json': 'the same for programs' } as const;
const EVIDENCES = { '/evidences/': 'evidence of the certificate of this connection' } as const;

/** The attester service of this machine. Throws `usage` for files and addresses that are none. */
export async function attesterService(config: AttesterConfig, attester: Attester, io: Io): Promise<Service> {
  const { host, port } = config;
  const metrics = metricsPlace(config, port);
  const report = (message: string): void => io.stderr(`assay: serve: ${printable(message)}\n`);
  const surroundings = { attester, io, report, url: config.url ?? usualUrl(config) };
  const names = [...new Set([bare(new URL(surroundings.url).hostname), 'localhost'])];
  const identity = await tlsOf(config, io, { attester, names, report });
  try {
    const app = mounted(appsOf(config, surroundings, identity && { ...identity, domain: names[0] ?? 'localhost' }));
    const where = { place: { host, port }, field: '--port', tls: identity?.tls, outer: publicCors() };
    return withExplorer({ listening: [{ name: 'attester', app, ...where }], metrics, close: identity?.close });
  } catch (error) {
    identity?.close();
    throw error;
  }
}

interface AppSurroundings {
  readonly attester: Attester;
  readonly io: Io;
  readonly report: (message: string) => void;
  /** Of the service itself. */
  readonly url: string;
}

/** The service, its documentation, and where it has a certificate the evidence of that. */
function appsOf(
  config: AttesterConfig,
  { attester, io, report, url }: AppSurroundings,
  identity: (TlsIdentity & { readonly domain: string }) | undefined,
): readonly Hono[] {
  const { name, version = ownVersion(), buildInfo, collateralFrom, audiences } = config;
  const isToken = attester.name === 'confidential-space';
  const budget = createBudget(TOKENS, io.now);
  const audience = audiencePolicy(audiences, url);
  const service = collateralFrom === undefined ? undefined : parseEndpoint(collateralFrom, '--collateral-from');
  const speaker = { instance: newInstance(), clock: io.now };
  const common = { attester, clock: io.now, vmConfig: vmConfigOf(attester, io) };
  const own = createAttesterApp({
    ...{ ...common, name, version, buildInfo },
    batcher: neighbour(attester) ?? createBatcher(isToken ? rationed(attester, { budget }) : attester, speaker),
    keys: identity?.keys,
    more: { ...EXPLORER, ...DOCUMENTATION, ...(identity && EVIDENCES) },
    endorsements: service && createStapler({ service, clock: io.now, report }),
    audiences,
    audience: isToken ? audience : undefined,
    seedAnswer: isToken
      ? createSeedAttestation({
          // Who reads these tokens has Google's key set.
          attester: createConfidentialSpaceAttester({ environment: io.env, tokenType: 'OIDC' }),
          ...{ ...speaker, version, audience, budget },
          publicToken: config.publicToken,
          showEnv: config.showEnv,
        })
      : undefined,
  });
  const paths = { ...attesterPaths, ...(identity && evidencesPaths) };
  const docs = createDocsApp({ title: name, version, description: ABOUT, paths });
  return identity === undefined ? [own, docs] : [own, docs, createEvidencesApp({ ...common, ...identity })];
}

/** An attestation proxy makes the statements of its bearers itself, and batches them. */
function neighbour({ statement }: Attester): Batcher | undefined {
  if (statement === undefined) return undefined;
  return {
    issue: ({ nonce, aud, keys }, signal) => statement({ nonce, aud, keys, signal }),
    close: async () => undefined,
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
