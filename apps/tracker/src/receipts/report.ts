import { setImmediate as others } from 'node:timers/promises';
import { toHex } from '@assay/verify/codec';
import type { Booking } from '../ledger/bookings.ts';
import type { PromiseContent } from '../ledger/documents.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { CertificateChecker } from './certificates.ts';
import { type Checked, checkGroup } from './check.ts';
import { type Group, sizeOf } from './groups.ts';
import type { Candidate, Rules } from './judge.ts';
import type { Position, ReceiptVerdict } from './verdict.ts';

/** What became of a report's receipts, and the ledger's head when they were in it; undefined where none is. */
export interface Settled {
  readonly verdicts: readonly ReceiptVerdict[];
  readonly promised: Pick<PromiseContent, 'receipts' | 'sequence' | 'head'> | undefined;
}

interface Placed {
  readonly at: Position;
  readonly checked: Checked;
}

/** Checks groups of receipts and books what is good. Resolves after the commit. */
export async function settleReceipts(
  groups: readonly Group[],
  rules: Rules,
  to: { readonly ledger: Ledger; readonly certificates: CertificateChecker; readonly now: () => number },
): Promise<Settled> {
  const placed: Placed[] = [];
  for (const [group, content] of groups.entries()) {
    const checked = await checkGroup(content, rules, to.certificates);
    // However many groups there are, announces do not wait for all of them.
    await others();
    for (let receipt = 0; receipt < sizeOf(content); receipt += 1) {
      placed.push({ at: { group, receipt }, checked: checked[receipt] ?? NOT_CHECKED });
    }
  }
  const good = placed.map(({ checked }) => checked).filter((one): one is Candidate => !('code' in one));
  if (good.length === 0) return { verdicts: placed.map((one) => verdictOf(one)), promised: undefined };
  const booked = await to.ledger.write({ kind: 'receipts', receipts: good, at: to.now() });
  if (!('bookings' in booked)) throw new Error('the ledger answered something else than bookings');
  const bookings = booked.bookings.values();
  const verdicts = placed.map((one) => verdictOf(one, 'code' in one.checked ? undefined : bookings.next().value));
  const receipts = verdicts.flatMap((one) =>
    one.outcome === 'refused' ? [] : [{ id: one.id, sequence: one.sequence }],
  );
  const { size, hash } = booked.head;
  const promised = receipts.length === 0 ? undefined : { receipts, sequence: size - 1, head: toHex(hash) };
  return { verdicts, promised };
}

const NOT_CHECKED = { code: 'malformed', message: 'receipt: not looked at' } as const;

function verdictOf({ at, checked }: Placed, booking?: Booking): ReceiptVerdict {
  if ('code' in checked) return { ...at, outcome: 'refused', ...checked };
  if (booking === undefined || booking.outcome === 'piece-counted') {
    const message = 'piece: this receiver has receipted it before; each piece counts once';
    return { ...at, outcome: 'refused', code: 'piece-counted', message };
  }
  const { outcome, sequence } = booking;
  return { ...at, outcome, id: toHex(checked.booked), sequence, bytes: outcome === 'counted' ? checked.bytes : 0 };
}
