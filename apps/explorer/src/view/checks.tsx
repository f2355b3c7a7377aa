import type { Check, CheckOutcome } from '@assay/verify';
import type { Explanations } from '@assay/verify/explanations';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Judged } from '../judging/judge.ts';
import { Icon } from './icon.tsx';
import type { Mood } from './words.ts';

const MARKS: Readonly<
  Record<CheckOutcome, { readonly icon: 'pass' | 'fail' | 'warn' | 'skip'; readonly mood: Mood; readonly word: string }>
> = {
  fail: { icon: 'fail', mood: 'bad', word: 'failed' },
  warn: { icon: 'warn', mood: 'doubtful', word: 'warned' },
  pass: { icon: 'pass', mood: 'good', word: 'passed' },
  skip: { icon: 'skip', mood: 'quiet', word: 'did not apply' },
};
const OUTCOMES: readonly CheckOutcome[] = ['fail', 'warn', 'pass', 'skip'];

/** Every check that ran, with its reason; failed ones with what to do. */
export function Checks({ judged: { verdict } }: { readonly judged: Judged }): JSX.Element {
  const { checks } = verdict;
  const troubled = checks.some(({ outcome }) => outcome === 'fail' || outcome === 'warn');
  const [wanted, setWanted] = useState<CheckOutcome | 'troubled' | 'all'>(troubled ? 'troubled' : 'all');
  const explanations = useExplanations();
  const filters = [
    ...(troubled ? [['troubled', 'Needs attention'] as const] : []),
    ['all', 'All'] as const,
    ...OUTCOMES.map((outcome) => [outcome, MARKS[outcome].word] as const),
  ];
  const fits = (filter: typeof wanted, { outcome }: Check): boolean =>
    filter === 'all' || filter === outcome || (filter === 'troubled' && (outcome === 'fail' || outcome === 'warn'));
  const filter = troubled || wanted !== 'troubled' ? wanted : 'all';
  return (
    <>
      <fieldset class="filters">
        <legend class="away">Show checks that</legend>
        {filters.map(([value, label]) => {
          const count = checks.filter((check) => fits(value, check)).length;
          return (
            <label key={value}>
              <input type="radio" name="filter" checked={filter === value} onChange={() => setWanted(value)} />
              <span>
                {label} <b>{count}</b>
              </span>
            </label>
          );
        })}
      </fieldset>
      <ul class="checks">
        {checks
          .filter((check) => fits(filter, check))
          .map((check, index) => (
            <CheckRow key={`${check.id}-${index}`} check={check} requires={explanations?.[check.id]?.[0]} />
          ))}
      </ul>
    </>
  );
}

interface CheckRowProps {
  readonly check: Check;
  /** The check's sentence; undefined until the texts are here. */
  readonly requires: string | undefined;
}

/** What is in trouble stands open; of the rest one line is enough until somebody asks. */
function CheckRow({ check, requires }: CheckRowProps): JSX.Element {
  const { icon, mood, word } = MARKS[check.outcome];
  const troubled = check.outcome === 'fail' || check.outcome === 'warn';
  return (
    <li class={mood} data-check={check.id} data-check-outcome={check.outcome}>
      <p class="outcome">
        <Icon name={icon} /> {word}
      </p>
      {troubled ? (
        <div>
          <p>
            <CheckName check={check} />
          </p>
          <CheckDetails check={check} requires={requires} />
        </div>
      ) : (
        <details>
          <summary>
            <CheckName check={check} />
          </summary>
          <CheckDetails check={check} requires={requires} />
        </details>
      )}
    </li>
  );
}

function CheckName({ check: { id, layer } }: { readonly check: Check }): JSX.Element {
  return (
    <>
      <code>{id}</code> <span class="quiet">{layer}</span>
    </>
  );
}

function CheckDetails({ check, requires }: CheckRowProps): JSX.Element {
  const rows = [
    ['expected', check.expected],
    ['found', check.actual],
    ['Intel says', check.intelStatus],
    ['on the word of', check.authority],
    ['what to do', check.remedy],
  ] as const;
  return (
    <>
      {requires !== undefined && <p>{requires}</p>}
      <dl>
        {rows.map(([label, value]) =>
          value === undefined ? null : (
            <div key={label} class={label === 'what to do' ? 'remedy' : ''}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </>
  );
}

/** The texts are long: they come after the verdict. */
function useExplanations(): Explanations | undefined {
  const [explanations, setExplanations] = useState<Explanations>();
  useEffect(() => {
    void import('@assay/verify/explanations').then((module) => setExplanations(module.explanations));
  }, []);
  return explanations;
}
