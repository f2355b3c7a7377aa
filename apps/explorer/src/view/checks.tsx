import type { Check, CheckOutcome } from '@assay/verify';
import type { Explanations } from '@assay/verify/explanations';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Judged } from '../judging/judge.ts';
import { Icon } from './icon.tsx';
import { visible } from './visible.ts';
import { LAYERS, type LayerName, type Mood } from './words.ts';

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
      {LAYERS.map((layer) => (
        <Group
          key={`${layer}-${filter}`}
          layer={layer}
          checks={checks.filter((check) => check.layer === layer && fits(filter, check))}
          open={filter !== 'all'}
          explanations={explanations}
        />
      ))}
    </>
  );
}

interface GroupProps {
  readonly layer: LayerName;
  readonly checks: readonly Check[];
  readonly open: boolean;
  readonly explanations: Explanations | undefined;
}

/** The checks of one layer, in the order in which they ran. */
function Group({ layer, checks, open, explanations }: GroupProps): JSX.Element | null {
  if (checks.length === 0) return null;
  const counts = OUTCOMES.map((outcome) => ({
    ...MARKS[outcome],
    count: checks.filter((check) => check.outcome === outcome).length,
  }));
  return (
    <details class="group" open={open}>
      <summary>
        <strong>{layer}</strong>
        {counts
          .filter(({ count }) => count > 0)
          .map(({ icon, mood, word, count }) => (
            <span key={word} class={`tag ${mood}`}>
              <Icon name={icon} /> {count} {word}
            </span>
          ))}
      </summary>
      <ul class="checks">
        {checks.map((check, index) => (
          <CheckRow key={`${check.id}-${index}`} check={check} requires={explanations?.[check.id]?.[0]} />
        ))}
      </ul>
    </details>
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
  const name = (
    <>
      <code>{check.id}</code> <span class={troubled ? '' : 'quiet'}>{requires}</span>
    </>
  );
  return (
    <li class={mood} data-check={check.id} data-check-outcome={check.outcome}>
      <p class="outcome">
        <Icon name={icon} /> {word}
      </p>
      {troubled ? (
        <div>
          <p>{name}</p>
          <CheckDetails check={check} />
        </div>
      ) : (
        <details>
          <summary>{name}</summary>
          <CheckDetails check={check} />
        </details>
      )}
    </li>
  );
}

function CheckDetails({ check }: { readonly check: Check }): JSX.Element {
  const rows = [
    ['expected', check.expected],
    ['found', check.actual],
    ['Intel says', check.intelStatus],
    ['on the word of', check.authority],
    ['what to do', check.remedy],
  ] as const;
  const known = rows.filter(([, value]) => value !== undefined);
  if (known.length === 0) return <p class="quiet">There is nothing more to say of it.</p>;
  return (
    <dl>
      {known.map(([label, value]) => (
        <div key={label} class={label === 'what to do' ? 'remedy' : ''}>
          <dt>{label}</dt>
          <dd>{coded(visible(value ?? ''))}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A sentence with what stands between backticks as code. */
function coded(sentence: string): readonly (string | JSX.Element)[] {
  return sentence.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>));
}

/** The texts are long: they come after the verdict. */
function useExplanations(): Explanations | undefined {
  const [explanations, setExplanations] = useState<Explanations>();
  useEffect(() => {
    void import('@assay/verify/explanations').then((module) => setExplanations(module.explanations));
  }, []);
  return explanations;
}
