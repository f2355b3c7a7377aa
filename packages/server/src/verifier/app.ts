import type { Verdict } from '@assay/verify';
import { fromUtf8, parseJson, toHex } from '@assay/verify/codec';
import { Hono } from 'hono';
import { Problem } from '../problem/problem.ts';
import type { ServiceEnv } from '../service/answer-headers.ts';
import { answerFailure } from '../service/failure.ts';
import type { RateLimit } from '../service/limits.ts';
import { createTokenBuckets, type TokenBuckets } from '../service/rate-limit.ts';
import { type ApiKeys, type Caller, callerOf, expectAdmin } from './api-keys.ts';
import { jsonBody, POLICY_BODY, wrong } from './body.ts';
import { dstackVerification, readDstackRequest } from './dstack-verify.ts';
import { createJudge, type JudgeOptions } from './judge.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createPolicies, missingPolicy, PAGE, type Policies } from './policies.ts';
import { policyNameOf } from './policy-name.ts';
import { idempotencyKeyOf, POLICY_ID, readChallengeRequest } from './request.ts';
import { createStoredMemory } from './rollback-memory.ts';
import type { VerifierDatabase } from './schema.ts';
import { createVerification, type TokenIssuer } from './verification.ts';

/** What a verification service is made from. */
export interface VerifierAppOptions extends Omit<JudgeOptions, 'memory'> {
  /** Migrated with `VERIFIER_MIGRATIONS`. Several instances may share it. */
  readonly db: VerifierDatabase;
  /** The keys that count now. */
  readonly keys: () => ApiKeys;
  /** Random bytes for nonces. */
  readonly random: (length: number) => Uint8Array;
  /** A new id for a verdict, unique everywhere. */
  readonly newId: () => string;
  /** The same for `POST /verify`: strangers must not use up what callers need. Default: `endorsementsFor`. */
  readonly endorsementsForStrangers?: JudgeOptions['endorsementsFor'];
  /** How often one caller may ask. */
  readonly rate?: RateLimit | undefined;
  /** How often all who have no key may ask together. */
  readonly strangersRate?: RateLimit | undefined;
  /** How long a challenge is good, in seconds. Default 300. */
  readonly challengeSeconds?: number | undefined;
  /** How long verdicts are kept. Default: a hundred years. */
  readonly keepDays?: number | undefined;
  /** The stored policy whose releases are the images that `POST /verify` of dstack-verifier accepts. */
  readonly dstackPolicy?: string | undefined;
  /** Default: nobody issues tokens. */
  readonly tokens?: TokenIssuer | undefined;
  /** Is told of each verdict once it is kept. */
  readonly onVerdict?: ((verdict: Verdict) => void) | undefined;
}

/** A verification service. */
export interface Verifier {
  readonly app: Hono;
  /** Forgets challenges that expired a day ago, and verdicts that need not be kept. To be called now and then. */
  readonly sweep: () => Promise<void>;
  /** Writes what waits to be written. The database stays open. */
  readonly close: () => Promise<void>;
}

/** How often one caller may ask who is not told otherwise. */
export const CALLER_RATE: RateLimit = Object.freeze({ burst: 400, perSecond: 200, peers: 10_000 });

/** How often strangers may ask: a verdict takes milliseconds, and nobody vouches for them. */
const STRANGERS_RATE: RateLimit = { burst: 100, perSecond: 50, peers: 1 };

const NONCE_BYTES = 32;
const CHALLENGE_SECONDS = 300;
/** Until then a challenge that expired is told from one that never was. */
const DAY_MS = 86_400_000;
/** A hundred years. */
const KEEP_DAYS = 36_500;
const VERDICT_ID = /^[0-9a-f-]{36}$/;
const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

interface Parts {
  readonly ledger: Ledger;
  readonly policies: Policies;
  /** Who asks. Throws a `Problem` for who shows no key, or asks too often. */
  readonly who: (request: Request) => Caller;
}

/** The verification service: `/v1/policies`, `/v1/challenges`, `/v1/verify`, `/v1/verdicts`, and dstack-verifier's API. */
export function createVerifier(options: VerifierAppOptions): Verifier {
  const { db, clock, keys, newId, tokens, rate = CALLER_RATE, strangersRate = STRANGERS_RATE, dstackPolicy } = options;
  const { keepDays = KEEP_DAYS } = options;
  const ledger = createLedger(db);
  const policies = createPolicies(db, clock);
  const memory = createStoredMemory(db, clock);
  const judge = createJudge({ ...options, memory });
  const verification = createVerification({
    judge,
    ledger,
    policies,
    tokens,
    clock,
    newId,
    onVerdict: options.onVerdict,
  });
  const buckets = createTokenBuckets(rate, clock);
  const who = (request: Request): Caller => {
    const caller = callerOf(request, keys());
    expectPatience(buckets, caller.id);
    return caller;
  };

  const app = new Hono<ServiceEnv>();
  app.onError(answerFailure);
  app.get('/health', (c) => c.json({ status: 'ok', service: 'dstack-verifier' }));
  app.get('/ready', async (c) => {
    try {
      await db.sql.selectFrom('verifier_policies').select('id').limit(1).execute();
    } catch (cause) {
      throw new Problem('unavailable', 'the database does not answer', { cause });
    }
    return c.json({ status: 'ready' });
  });
  servePolicies(app, { ledger, policies, who });
  serveChallenges(app, { ledger, policies, who }, options);
  app.post('/v1/verify', async ({ req: { raw } }) => {
    const { id: caller } = who(raw);
    const idempotencyKey = idempotencyKeyOf(raw);
    const body = await jsonBody(raw);
    return new Response(await verification({ caller, body, idempotencyKey }), { headers: HEADERS });
  });
  app.get('/v1/verdicts/:id', async ({ req }) => {
    const caller = who(req.raw);
    const id = req.param('id');
    const found = VERDICT_ID.test(id) ? await ledger.verdict(id) : undefined;
    if (found === undefined || (found.caller !== caller.id && caller.role !== 'admin')) {
      throw new Problem('not_found', 'id: you have no such verdict', { field: 'id' });
    }
    return new Response(found.answer, { headers: HEADERS });
  });
  const strangers = createTokenBuckets(strangersRate, clock);
  const { endorsementsForStrangers: endorsementsFor = options.endorsementsFor } = options;
  const theirs = createJudge({ ...options, memory, endorsementsFor });
  app.post('/verify', async (c) => {
    expectPatience(strangers, 'callers without a key');
    const request = await readDstackRequest(await jsonBody(c.req.raw));
    const stored = dstackPolicy === undefined ? undefined : await policies.inForce(dstackPolicy);
    const policy = stored && policies.parsed(stored);
    return c.json(await dstackVerification(request, theirs, policy), 200, { 'cache-control': 'no-store' });
  });
  return {
    app: new Hono().route('/', app),
    sweep: () => {
      const now = clock().getTime();
      return ledger.forget({ challenges: now - DAY_MS, verdicts: now - keepDays * DAY_MS });
    },
    close: ledger.close,
  };
}

/** Throws a `Problem` for who asks too often. */
function expectPatience(buckets: TokenBuckets, who: string): void {
  const wait = Math.ceil(buckets.take(who));
  if (wait === 0) return;
  throw new Problem('too_many_requests', `Too many requests of ${who}; wait ${wait} s.`, {
    headers: { 'retry-after': `${wait}` },
  });
}

function servePolicies(app: Hono<ServiceEnv>, { policies, who }: Parts): void {
  app.get('/v1/policies', async (c) => {
    who(c.req.raw);
    const after = c.req.query('after') ?? '';
    if (after !== '' && !POLICY_ID.test(after)) throw wrong('after', 'expected the id that the last page ended with');
    const page = await policies.list(after);
    const next = page.length === PAGE ? (page.at(-1)?.id ?? null) : null;
    return c.json({ policies: page, next });
  });
  app.get('/v1/policies/:name', async (c) => {
    who(c.req.raw);
    const { id, version } = policyNameOf(c.req.param('name'));
    return c.json(await policies.get(id, version));
  });
  app.put('/v1/policies/:name', async (c) => {
    const caller = who(c.req.raw);
    expectAdmin(caller);
    const { id } = policyNameOf(c.req.param('name'), 'newest');
    const policy = parseJson(fromUtf8(await jsonBody(c.req.raw, POLICY_BODY), 'body'), 'policy');
    const { created, ...document } = await policies.put(id, policy, caller.id);
    return c.json(document, created ? 201 : 200);
  });
  app.delete('/v1/policies/:name', async (c) => {
    expectAdmin(who(c.req.raw));
    const { id, version } = policyNameOf(c.req.param('name'), 'version');
    return c.json(await policies.withdraw(id, version ?? 0));
  });
}

function serveChallenges(
  app: Hono<ServiceEnv>,
  { policies, ledger, who }: Parts,
  { clock, random, challengeSeconds = CHALLENGE_SECONDS }: VerifierAppOptions,
): void {
  app.post('/v1/challenges', async (c) => {
    const { id: caller } = who(c.req.raw);
    const id = readChallengeRequest(await jsonBody(c.req.raw));
    const row = await policies.inForce(id);
    if (row === undefined) throw missingPolicy(id);
    const { version, sha256 } = row;
    const nonce = toHex(random(NONCE_BYTES));
    const createdAt = clock().getTime();
    const expiresAt = createdAt + challengeSeconds * 1_000;
    await ledger.issue({
      nonce,
      caller,
      policy_id: id,
      policy_version: version,
      created_at: createdAt,
      expires_at: expiresAt,
      used_at: null,
    });
    const policy = { id, version, sha256 };
    return c.json({ nonce, expiresAt: new Date(expiresAt).toISOString(), policy }, 201, {
      'cache-control': 'no-store',
    });
  });
}
