import { documentDate, signDocument } from '../signed-document.ts';
import { documentWindow, type IntelVendor } from '../vendor.ts';
import { optional, type Query, Refusal, word } from './query.ts';

/** A TCB recovery event. TCB infos and enclave identities with its number take it into account. */
export interface Evaluation {
  readonly number: number;
  /** Day of the event, YYYY-MM-DD. */
  readonly recoveryEvent: string;
  /** Day that its TCB levels bear, YYYY-MM-DD. */
  readonly tcbDate: string;
}

/** The evaluations that a service still has, and the two that it answers with by name. */
export interface Updates {
  readonly evaluations: readonly Evaluation[];
  /** Number behind `update=early`. */
  readonly early: number;
  /** Number behind `update=standard`, and without any choice. */
  readonly standard: number;
}

/** Three evaluations, of which the newest is early; 20 is what the vendor's documents say elsewhere, too. */
export const UPDATES: Updates = {
  evaluations: [
    { number: 21, recoveryEvent: '2026-02-10', tcbDate: '2026-02-11' },
    { number: 20, recoveryEvent: '2025-08-12', tcbDate: '2025-08-13' },
    { number: 19, recoveryEvent: '2025-05-13', tcbDate: '2025-05-14' },
  ],
  early: 21,
  standard: 20,
};

/** Throws for updates that name an evaluation which is not among them. */
export function assertUpdates({ evaluations, early, standard }: Updates): void {
  for (const [name, number] of Object.entries({ early, standard })) {
    if (evaluations.every((evaluation) => evaluation.number !== number)) {
      throw new Error(`updates: ${name} is ${number}, which is none of its evaluations`);
    }
  }
}

/** The evaluation that a request wants: by name, by number, or the standard one. */
export function evaluationOf(query: Query, { evaluations, early, standard }: Updates): number {
  const update = word(query, 'update', ['early', 'standard']);
  const given = optional(query, 'tcbEvaluationDataNumber', /^\d{1,9}$/);
  if (given === undefined) return update === 'early' ? early : standard;
  if (update !== undefined) throw new Refusal(400, 'update and tcbEvaluationDataNumber exclude each other');
  const number = Number(given);
  const numbers = evaluations.map((evaluation) => evaluation.number);
  if (numbers.includes(number)) return number;
  if (number < Math.min(...numbers)) throw new Refusal(410, `tcbEvaluationDataNumber: ${number} is gone`);
  throw new Refusal(404, `tcbEvaluationDataNumber: ${number} is unknown`);
}

/** Issues the list of evaluations: the whole document, signed, newest first. */
export function issueEvaluations(vendor: IntelVendor, tee: 'sgx' | 'tdx', { evaluations }: Updates): Promise<string> {
  const { issueDate, nextUpdate } = documentWindow(vendor);
  const body = {
    id: tee.toUpperCase(),
    version: 1,
    issueDate: documentDate(issueDate),
    nextUpdate: documentDate(nextUpdate),
    tcbEvalNumbers: evaluations
      .toSorted((one, other) => other.number - one.number)
      .map(({ number, recoveryEvent, tcbDate }) => ({
        tcbEvaluationDataNumber: number,
        tcbRecoveryEventDate: `${recoveryEvent}T00:00:00Z`,
        tcbDate: `${tcbDate}T00:00:00Z`,
      })),
  };
  return signDocument(vendor, 'tcbEvaluationDataNumbers', body, {});
}
