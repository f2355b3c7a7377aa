import { existsSync } from 'node:fs';
import { type Attester, createBatcher, createTsmAttester, newInstance } from '@assay/attest';
import {
  createBudget,
  createDocsApp,
  createProxyApp,
  createQuoteLine,
  mounted,
  type ProxyConfig,
  type ProxyGrant,
  proxyPaths,
} from '@assay/server';
import type { Io } from '../io.ts';
import { version } from '../version.ts';
import { groupId } from './group.ts';
import { metricsPlace, type Service } from './service.ts';
import { bearerOf } from './token-file.ts';

/** Statements that strangers get in a second, all of them together. */
const STRANGERS = 10;
const ABOUT = 'Quotes of this TDX guest for its containers. What a caller gets depends on who it is.';
/** The guest's device, by its name of today and by the first drivers'. */
const DEVICES = ['/dev/tdx_guest', '/dev/tdx-guest'] as const;

/** The attestation proxy of a TDX guest: one app for each listener, on one line to the hardware. */
export function proxyService(config: ProxyConfig, io: Io, hardware: Attester = tsmOf(config, io)): Service {
  const { host, port, socket, rawGroup, allowRaw, tokenFile, tsmPath } = config;
  const group = rawGroup === undefined ? undefined : groupId(rawGroup, '--raw-group');
  const bearer =
    tokenFile === undefined ? undefined : bearerOf(tokenFile, (message) => io.stderr(`assay: proxy: ${message}\n`));
  const attester = createQuoteLine(hardware, { clock: io.now });
  const common = {
    attester,
    batcher: createBatcher(attester, { instance: newInstance(), clock: io.now }),
    limiter: createBudget(STRANGERS, io.now),
    bearer,
    allowRaw,
    tsmPath,
    guestDevice: () => DEVICES.find((path) => existsSync(path)) ?? null,
  };
  const docs = createDocsApp({
    title: 'TDX attestation proxy',
    version: version(),
    description: ABOUT,
    paths: proxyPaths,
  });
  const granting = (grant: ProxyGrant) => mounted([createProxyApp({ ...common, grantOf: () => grant }), docs]);
  return {
    listening: [
      { name: 'proxy', app: granting('anyone'), place: { host, port }, field: '--port' },
      { name: 'socket', app: granting('raw'), place: { socket, mode: 0o600 }, group, field: '--socket' },
    ],
    metrics: metricsPlace(config, port),
  };
}

function tsmOf({ tsmPath }: ProxyConfig, { env }: Io): Attester {
  return createTsmAttester({ environment: env, path: tsmPath });
}
