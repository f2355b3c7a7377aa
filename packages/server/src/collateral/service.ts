import type { Database } from '@assay/store';
import { equalBytes } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';
import { createTokenBuckets } from '../service/rate-limit.ts';
import type { Timer } from '../service/serve-app.ts';
import { type CollateralTables, openDocuments } from './documents.ts';
import { type CollateralEvent, createFailures, failureOf, later } from './failures.ts';
import { judge } from './judged/judge.ts';
import { CollateralRefusal, type Companion, type Received, type Surroundings } from './judged/judged.ts';
import { companionOf, isValid, type KeptDocument, keptDocument } from './kept.ts';
import { receiver, type Upstreams } from './receive.ts';
import { createRecent } from './recent.ts';
import { type Resource, rankOf } from './resource.ts';
import { everyMinute } from './rounds.ts';
import { resourceNamed } from './routes.ts';
import { singleFlight } from './single-flight.ts';
import type { DownloadOptions } from './upstream/download.ts';

/** What a collateral service is made from. */
export interface CollateralServiceOptions {
  readonly db: Database<CollateralTables>;
  readonly upstreams: Upstreams;
  /** DER of roots that the operator vouches for, such as a simulation's. Default: the vendors' only. */
  readonly roots?: readonly Uint8Array[];
  readonly clock: () => Date;
  readonly timer: Timer;
  /** Waits for some milliseconds. */
  readonly sleep: DownloadOptions['sleep'];
  /** How vendors' services are asked; default over the network. */
  readonly fetch?: DownloadOptions['fetch'];
  /** Documents kept; of more, those not used for longest go. Default 2,000. */
  readonly maxDocuments?: number;
  /** How often callers together make it ask a vendor for what it does not have, each minute. Default 60. */
  readonly missesPerMinute?: number;
  readonly onEvent?: (event: CollateralEvent) => void;
}

/** A cache of vendors' documents that checks what it keeps. */
export interface CollateralService extends AsyncDisposable {
  /** The document, valid now; asked for where it is not kept. Throws `Problem`. */
  readonly get: (resource: Resource) => Promise<KeptDocument>;
  /** Judges a document from elsewhere as one of the vendor's service, and keeps it. Throws a refusal. */
  readonly admit: (resource: Resource, received: Received) => Promise<void>;
  /** Asks anew for what is due; the service does so each minute by itself. */
  readonly refreshDue: () => Promise<void>;
  /** Everything kept. */
  readonly kept: () => readonly KeptDocument[];
  /** Documents kept, and failures remembered. */
  readonly sizes: () => { readonly documents: number; readonly failures: number };
  readonly close: () => Promise<void>;
}

/** Renewals that fail one after the other, after which a round ends. */
const MAX_IN_VAIN = 3;
/** Of one request to a vendor's service, in milliseconds, and how often it is tried. */
const ATTEMPT_MS = 10_000;
const ATTEMPTS = 2;

/** Opens the service on what its store has. Throws `usage` and `unavailable` as the store does. */
export async function createCollateralService(options: CollateralServiceOptions): Promise<CollateralService> {
  const {
    db,
    clock,
    timer,
    roots = [],
    maxDocuments = 2_000,
    missesPerMinute = 60,
    onEvent = () => undefined,
  } = options;
  const now = (): number => clock().getTime();
  const documents = await openDocuments(db, clock);
  const kept = createRecent<KeptDocument>(maxDocuments);
  const failures = createFailures(now);
  const misses = createTokenBuckets({ burst: missesPerMinute, perSecond: missesPerMinute / 60, peers: 1 }, clock);
  const flight = singleFlight<KeptDocument>();
  const receive = receiver(options.upstreams, {
    field: 'upstream',
    now: clock,
    sleep: options.sleep,
    report: () => undefined,
    timeout: ATTEMPT_MS,
    attempts: ATTEMPTS,
    ...(options.fetch && { fetch: options.fetch }),
  });

  const remember = async (document: KeptDocument): Promise<void> => {
    const forgotten = kept.set(document.target, document);
    if (forgotten !== undefined) await documents.remove(forgotten);
  };

  const aroundOf = (need: Surroundings['need']): Surroundings => ({ roots, now: Math.floor(now() / 1000), need });

  /** Whether a document of the store would be kept today: whoever wrote it may have trusted other roots. */
  const holds = async (document: KeptDocument, need: Surroundings['need']): Promise<boolean> => {
    const { target, body: bytes } = document;
    try {
      await judge(resourceNamed(target), { bytes, headers: new Headers({ ...document.headers }) }, aroundOf(need));
      return true;
    } catch (error) {
      if (error instanceof CollateralRefusal) onEvent({ event: 'refused', target, reason: error.reason });
      else if (!(error instanceof Problem)) throw error;
      return false;
    }
  };

  const keep = async (resource: Resource, received: Received, need: Surroundings['need']): Promise<KeptDocument> => {
    const judged = await judge(resource, received, aroundOf(need));
    const document = keptDocument(resource.target, judged, now());
    await documents.accept(document, judged.dated);
    await taken(document);
    return document;
  };

  const taken = async (document: KeptDocument): Promise<void> => {
    const { target, body } = document;
    const before = kept.get(target);
    await remember(document);
    failures.forget(target);
    const resource = resourceNamed(target);
    if (rankOf(resource) < 2 && (before === undefined || !equalBytes(before.body, body))) await sift(resource.vendor);
  };

  /** After a list has changed: what is signed by somebody whom it revokes is served no more, due or not. */
  const sift = async (vendor: Resource['vendor']): Promise<void> => {
    const ofVendor = kept.values().filter(({ target }) => resourceNamed(target).vendor === vendor);
    for (const document of byRank(ofVendor)) {
      const isRefused = isValid(document, now()) && !(await holds(document, keptOnly));
      if (isRefused && kept.get(document.target) === document) kept.delete(document.target);
    }
  };

  const renew = async (resource: Resource): Promise<KeptDocument> => {
    const { target } = resource;
    try {
      // Another process of the same store may have it.
      const need = async (companion: Resource): Promise<Companion> => companionOf(await needed(companion));
      const stored = await documents.read(target);
      const current = stored !== undefined && isValid(stored, now()) && now() < stored.refreshAt;
      if (current && (await holds(stored, need))) {
        await taken(stored);
        return stored;
      }
      const document = await keep(resource, await receive(resource), need);
      onEvent({ event: 'fetched', target });
      return document;
    } catch (error) {
      const problem = failureOf(target, error, onEvent);
      throw failures.remember(target, problem, valued(target) !== undefined);
    }
  };

  /** What is kept and valid. */
  const valued = (target: string): KeptDocument | undefined => {
    const document = kept.get(target);
    return document !== undefined && isValid(document, now()) ? document : undefined;
  };

  const known = (target: string): KeptDocument | undefined => {
    const document = valued(target);
    if (document !== undefined) return document;
    const failure = failures.of(target);
    if (failure !== undefined) throw failure;
    return undefined;
  };

  const needed = async (resource: Resource): Promise<KeptDocument> => {
    try {
      return known(resource.target) ?? (await flight(resource.target, () => renew(resource)));
    } catch (error) {
      if (!(error instanceof Problem) || error.code === 'collateral_refused') throw error;
      throw new Problem('unavailable', `${resource.target}, which is needed to judge it: ${error.message}`);
    }
  };

  const get = async (resource: Resource): Promise<KeptDocument> => {
    const found = known(resource.target);
    if (found !== undefined) return found;
    return flight(resource.target, async () => {
      const wait = misses.take('vendors');
      if (wait === 0) return renew(resource);
      throw later(new Problem('too_many_requests', 'too much is asked for that is not kept here'), wait * 1000);
    });
  };

  const refreshDue = async (): Promise<void> => {
    let inVain = 0;
    for (const { target, refreshAt } of kept.values()) {
      if (now() < refreshAt || failures.of(target) !== undefined) continue;
      if (inVain === MAX_IN_VAIN || ended) return;
      inVain = await flight(target, async () => renew(resourceNamed(target))).then(
        () => 0,
        () => inVain + 1,
      );
    }
  };

  const keptOnly = async ({ target }: Resource): Promise<Companion> => {
    const document = valued(target);
    if (document !== undefined) return companionOf(document);
    throw new CollateralRefusal('not-authentic', `${target}, on which it rests, is not kept here`);
  };

  for (const document of byRank(await documents.all(maxDocuments))) {
    if (isValid(document, now()) && (await holds(document, keptOnly))) kept.set(document.target, document);
  }
  let ended = false;
  const rounds = everyMinute(timer, refreshDue);
  const close = async (): Promise<void> => {
    ended = true;
    await rounds.end();
  };

  return {
    get,
    admit: async (resource, received) => {
      await keep(resource, received, keptOnly);
    },
    refreshDue,
    kept: () => kept.values(),
    sizes: () => ({ documents: kept.size, failures: failures.size }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Stored documents of names that are known here, those first on which others rest. */
function byRank(documents: readonly KeptDocument[]): readonly KeptDocument[] {
  const ranks = documents.map((document) => ({ document, rank: storedRank(document) }));
  return ranks.toSorted((a, b) => a.rank - b.rank).map(({ document }) => document);
}

function storedRank({ target }: KeptDocument): number {
  try {
    return rankOf(resourceNamed(target));
  } catch {
    // Another version wrote it; it is refused by its name.
    return 3;
  }
}
