import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createBatcher, newInstance } from '@assay/attest';
import {
  createDocsApp,
  createVerifier,
  type Hono,
  mounted,
  newApiKey,
  openVerifierDatabase,
  parseApiKeys,
  serveApp,
  VERIFIER_BODY,
  type VerifierAppOptions,
  type VerifierDatabase,
  verifierPaths,
} from '@assay/server';
import { createIntelVendor, createSoftwareTd, issueCollateral, issuePck } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import type { DatabaseOptions } from '@assay/store';
import { fromPem, type RawEndorsements } from '@assay/verify';
import { type JsonObject, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { envelopeJson } from '@assay/verify/evidence';

/** A simulated TD that answers challenges. */
export interface SimulatedTd {
  /** DER of the test vendor's root. */
  readonly roots: readonly Uint8Array[];
  readonly rootPem: string;
  readonly endorsements: RawEndorsements;
  /** `assay.evidence/1` for a nonce, without endorsements. */
  readonly evidenceFor: (nonce: string) => Promise<JsonObject>;
}

/** SHA-256 of the key that the TD's statements name, lower-case hex. */
export const SPKI_SHA256 = '07'.repeat(32);

/** What is expected of it: a statement for a nonce, about that key. */
export const POLICY: JsonObject = { identity: 'any', binding: { profile: 'assay/1-batch', type: 'attestation' } };
export const SUBJECT: JsonObject = { peerKey: { spkiSha256: SPKI_SHA256 } };

/** A TD of the test vendor at an instant, whose statements name this key. */
export async function simulatedTd(now: Date, spkiSha256 = SPKI_SHA256): Promise<SimulatedTd> {
  const vendor = await createIntelVendor({ seed: 'verifier', now });
  const pck = await issuePck(vendor);
  const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
  );
  const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck }));
  const batcher = createBatcher(attester, { instance: newInstance(), clock: () => now });
  const keys = [{ use: 'tls', spkiSha256 }];
  return {
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    rootPem: vendor.rootPem,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    evidenceFor: async (nonce) =>
      envelopeJson(await batcher.issue({ type: 'attestation', nonce, aud: null, keys, claims: {} })),
  };
}

/** Callers of the tests: `shop` and `bank` ask, `ops` may write policies. */
const CALLERS = [
  { id: 'shop', role: 'caller' },
  { id: 'bank', role: 'caller' },
  { id: 'ops', role: 'admin' },
] as const;

/** One of them. */
export type CallerName = (typeof CALLERS)[number]['id'];

// The same in each process of a test.
const made = CALLERS.map((caller) => {
  const bytes = createHash('sha256').update(caller.id).digest();
  return { ...caller, ...newApiKey(caller, () => bytes) };
});

/** The file of their keys. */
export const KEYS_FILE = made.map(({ line }) => `${line}\n`).join('');

/** The key of a caller. */
export function keyOf(caller: CallerName): string {
  return made.find(({ id }) => id === caller)?.key ?? '';
}

/** An answer that was read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: JsonObject;
}

/** How to ask. */
export interface Asking {
  /** Who asks; null without a key. Default `shop`. */
  readonly as?: CallerName | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks a service. A body that is no text is sent as JSON. */
export async function ask(
  origin: string,
  target: string,
  body?: unknown,
  { as = 'shop', headers = {} }: Asking = {},
): Promise<Answer> {
  const [method = 'GET', path = ''] = target.split(' ');
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      ...(as && { authorization: `Bearer ${keyOf(as)}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
}

function jsonOf(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return {};
  }
}

/** A verification service in this process. */
export interface VerifierInTests extends AsyncDisposable {
  readonly origin: string;
  readonly db: VerifierDatabase;
  readonly sweep: () => Promise<void>;
}

/** Serves a verifier on a database, and apps beside it. */
export async function startVerifier(
  database: DatabaseOptions,
  options: Pick<VerifierAppOptions, 'clock'> & Partial<VerifierAppOptions>,
  beside: readonly Hono[] = [],
): Promise<VerifierInTests> {
  const db = await openVerifierDatabase(database);
  const keys = parseApiKeys(KEYS_FILE, 'keys');
  const verifier = createVerifier({ db, keys: () => keys, random: randomBytes, newId: randomUUID, ...options });
  const many = { burst: 1e9, perSecond: 1e9, peers: 10 };
  const described = { title: 'verifier', version: '1.0.0', description: 'Verdicts.', paths: verifierPaths };
  const served = await serveApp(mounted([verifier.app, createDocsApp(described), ...beside]), {
    place: { host: '127.0.0.1', port: 0 },
    log: { write: () => undefined },
    limits: { bodyBytes: VERIFIER_BODY },
    rate: many,
  });
  return {
    origin: served.address,
    db,
    sweep: verifier.sweep,
    [Symbol.asyncDispose]: async () => {
      await served.close();
      await verifier.close();
      await db.close();
    },
  };
}

/** What the service knows of a nonce: whether it was used (undefined when it is forgotten), and its verdicts. */
export async function stateOf(
  { db }: VerifierInTests,
  nonce: string,
): Promise<{ readonly used: boolean | undefined; readonly verdicts: number }> {
  const row = await db.sql
    .selectFrom('verifier_challenges')
    .select('used_at')
    .where('nonce', '=', nonce)
    .executeTakeFirst();
  const verdicts = await db.sql.selectFrom('verifier_verdicts').select('id').where('nonce', '=', nonce).execute();
  return { used: row && row.used_at !== null, verdicts: verdicts.length };
}

/** Stores a policy, as `ops`. */
export const put = (origin: string, policy: unknown, as: CallerName | null = 'ops'): Promise<Answer> =>
  ask(origin, 'PUT /v1/policies/td', policy, { as });

/** Asks for a challenge under it. */
export async function challenge(origin: string, as: Asking = {}): Promise<string> {
  return String((await ask(origin, 'POST /v1/challenges', { policyId: 'td' }, as)).json.nonce);
}

/** Asks for a verdict. */
export const verify = (origin: string, body: JsonObject | string, asking: Asking = {}): Promise<Answer> =>
  ask(origin, 'POST /v1/verify', body, asking);

/** What answers a challenge. */
export async function bodyFor(td: SimulatedTd, nonce: string): Promise<JsonObject> {
  return { challenge: nonce, evidence: await td.evidenceFor(nonce), subject: SUBJECT };
}

/** The outcome of the verdict in an answer. */
export const outcomeOf = ({ json }: Answer): unknown => (json.verdict as JsonObject | undefined)?.outcome;

/** The checks that failed in it. */
export function failedIn({ json }: Answer): readonly unknown[] {
  const { checks = [] } = (json.verdict ?? {}) as { readonly checks?: readonly JsonObject[] };
  return checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
}

/** Status, code and field of a problem. */
export const refusal = ({ status, json: { code, field } }: Answer): readonly unknown[] => [status, code, field];

/** A clock that tests set. */
export function clockAt(start: Date): { readonly clock: () => Date; readonly pass: (seconds: number) => void } {
  let time = start.getTime();
  return {
    clock: () => new Date(time),
    pass: (seconds) => {
      time += seconds * 1_000;
    },
  };
}
