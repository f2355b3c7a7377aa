import { AssayError } from '@assay/verify';
import { type JsonObject, toBase64 } from '@assay/verify/codec';
import { PEER_LIMITS } from './limits.ts';
import type { KeptReceipt } from './receipting.ts';

/** Receipts on their way to the tracker. */
export interface Reporter {
  readonly keep: (receipt: KeptReceipt) => void;
  /** Reports what is kept, in several calls where it is much. What could not be reported is kept. */
  readonly flush: () => Promise<void>;
  /** What is kept. */
  readonly pending: () => readonly KeptReceipt[];
  readonly statistics: () => ReportStatistics;
}

/** What became of receipts. */
export interface ReportStatistics {
  readonly kept: number;
  readonly counted: number;
  /** Refused by the tracker, by code. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Keeps receipts, and hands them in with `report`. */
export function createReporter(report: (groups: readonly JsonObject[]) => Promise<JsonObject>): Reporter {
  let kept: KeptReceipt[] = [];
  let counted = 0;
  const refused = new Map<string, number>();
  let flushing: Promise<void> | undefined;
  const flushAll = async (): Promise<void> => {
    while (kept.length > 0) {
      const batch = kept.slice(0, PEER_LIMITS.reportedReceipts);
      const verdicts = verdictsOf(await report(groupsOf(batch)), batch.length);
      const done = new Set(batch);
      kept = kept.filter((receipt) => !done.has(receipt));
      for (const { outcome, code } of verdicts) {
        // An answer that was lost on its way is given again.
        if (outcome === 'counted' || outcome === 'duplicate') counted += 1;
        else if (code !== undefined) refused.set(code, (refused.get(code) ?? 0) + 1);
      }
    }
  };
  return {
    keep(receipt) {
      kept.push(receipt);
      if (kept.length > PEER_LIMITS.keptReceipts) kept.shift();
    },
    flush() {
      flushing ??= flushAll().finally(() => {
        flushing = undefined;
      });
      return flushing;
    },
    pending: () => kept,
    statistics: () => ({ kept: kept.length, counted, refused: Object.fromEntries(refused) }),
  };
}

/** A group for each certificate: the tracker checks it once. */
function groupsOf(receipts: readonly KeptReceipt[]): readonly JsonObject[] {
  const groups = Map.groupBy(receipts, ({ certificate }) => toBase64(certificate));
  return [...groups].map(([certificate, members]) => ({
    certificate,
    receipts: members.map(({ receipt }) => toBase64(receipt)),
    signatures: members.map(({ signature }) => toBase64(signature)),
  }));
}

function verdictsOf(
  { verdicts }: JsonObject,
  expected: number,
): readonly { readonly outcome: unknown; readonly code: string | undefined }[] {
  if (!Array.isArray(verdicts) || verdicts.length !== expected) {
    throw new AssayError('unavailable', `tracker: expected ${expected} verdicts`, { field: 'verdicts' });
  }
  return verdicts.map((verdict: unknown) => {
    const outcome = memberOf(verdict, 'outcome');
    const code = memberOf(verdict, 'code');
    return { outcome, code: typeof code === 'string' ? code : undefined };
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
