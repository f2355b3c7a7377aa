import { randomBytes, randomUUID } from 'node:crypto';
import { isIPv6 } from 'node:net';
import {
  CALLER_RATE,
  createDocsApp,
  createFrontDoor,
  createVerifier,
  earKeysPaths,
  mounted,
  openTokens,
  openVerifierDatabase,
  type Tokens,
  type TokensOptions,
  VERIFIER_BODY,
  type Verifier,
  type VerifierConfig,
  verdictMeter,
  verifierPaths,
} from '@assay/server';
import type { Verdict } from '@assay/verify';
import { usage } from '../failure.ts';
import type { Io } from '../io.ts';
import { printable } from '../table/style.ts';
import { readCertificates } from '../values.ts';
import { version } from '../version.ts';
import { apiKeysOf } from './api-keys.ts';
import { endorsementsFrom } from './endorsements-from.ts';
import { EXPLORER_PATH } from './explorer.ts';
import { metricsPlace, type Service } from './service.ts';

/** A verification service with what it has open. */
export interface OpenVerifier extends AsyncDisposable {
  readonly service: Service;
}

/** Milliseconds from one look for what is to be forgotten to the next. */
const SWEEP_MS = 60_000;
/** Peers are told apart for so long as there are no more of them. */
const PEERS = 10_000;
const ABOUT =
  'Verdicts on evidence. Ask for a challenge under a stored policy, have evidence made for its nonce, and send it: the verdict is kept, and the nonce is good once.';

/** Opens the database and makes the service. Throws `usage` and `unavailable`. */
export async function openVerifier(config: VerifierConfig, io: Io): Promise<OpenVerifier> {
  const { host, port, callerRate, peerRate, collateralFrom, rootCa, allowSimulated } = config;
  const report = (message: string): void => io.stderr(`assay: serve: ${printable(message)}\n`);
  const keys = apiKeysOf(config.keysFile, report);
  const roots = rootCa === undefined ? [] : await readCertificates(rootCa, io, '--root-ca');
  const { database = '', databaseUrl, durability } = config;
  const place = databaseUrl === undefined ? { file: database, durability } : { url: databaseUrl };
  const source = () => (collateralFrom === undefined ? undefined : endorsementsFrom(collateralFrom, io.now, report));
  const sources = { endorsementsFor: source(), endorsementsForStrangers: source() };
  const tokens = config.tokenKeys === undefined ? undefined : await tokensOf(config, place, io);
  const db = await openVerifierDatabase(place).catch(async (error: unknown) => {
    await tokens?.[Symbol.asyncDispose]();
    throw error;
  });
  let count = (_: Verdict): void => undefined;
  const verifier = createVerifier({
    onVerdict: (verdict) => count(verdict),
    ...{ db, keys, clock: io.now, random: randomBytes, newId: randomUUID },
    ...{ roots, allowSimulated, challengeSeconds: config.challengeSeconds, dstackPolicy: config.dstackPolicy },
    keepDays: config.keepDays,
    tokens: tokens?.issuer,
    rate: { ...CALLER_RATE, burst: 2 * callerRate, perSecond: callerRate },
    ...sources,
  });
  const docs = createDocsApp({
    title: 'Assay verifier',
    version: version(),
    description: ABOUT,
    paths: { ...verifierPaths, ...(tokens && earKeysPaths) },
  });
  const sweeping = setInterval(() => void sweep(verifier, report), SWEEP_MS).unref();
  return {
    service: {
      listening: [
        {
          name: 'verifier',
          app: mounted([createFrontDoor(`${EXPLORER_PATH}/`), verifier.app, docs, ...(tokens ? [tokens.app] : [])]),
          place: { host, port },
          field: '--port',
        },
      ],
      limits: { bodyBytes: VERIFIER_BODY },
      rate: { burst: 2 * peerRate, perSecond: peerRate, peers: PEERS },
      metrics: metricsPlace(config, port),
      measure: (metrics) => {
        count = verdictMeter(metrics);
      },
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(sweeping);
      await verifier.close();
      await db.close();
      await tokens?.[Symbol.asyncDispose]();
    },
  };
}

function tokensOf(config: VerifierConfig, place: TokensOptions['place'], { now }: Io): Promise<Tokens> {
  const { tokenKeys: folder = '' } = config;
  const verifier = { developer: 'Assay', build: version() };
  return openTokens({ place, folder, url: issuerOf(config), clock: now, verifier });
}

/** Whoever gets a token must be able to ask its issuer for keys. Throws `usage` where the address cannot be told. */
function issuerOf({ url, host, port }: VerifierConfig): string {
  if (url === undefined) {
    if (port !== 0 && !EVERYWHERE.includes(host)) return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    throw usage(
      '--url: tokens name the address of their issuer, which --host and --port do not tell; give it',
      '--url',
    );
  }
  const { username, password, search, hash } = new URL(url);
  if (`${username}${password}${search}${hash}` === '') return url;
  throw usage('--url: expected an address alone, without credentials, ? and #', '--url');
}

/** Addresses that are those of every network. */
const EVERYWHERE = ['0.0.0.0', '::'];

async function sweep(verifier: Verifier, report: (message: string) => void): Promise<void> {
  try {
    await verifier.sweep();
  } catch (error) {
    report(`old challenges and verdicts stay for now: ${error instanceof Error ? error.message : String(error)}`);
  }
}
