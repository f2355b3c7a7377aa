import type { JSX } from 'preact';
import type { PanelProps } from '../view/tabs.tsx';
import { type Paper, papersOf } from './papers.ts';

const DAY = 86_400;
const WIDTH = 1000;

type Dated = Paper & { readonly validity: NonNullable<Paper['validity']> };

/** When everything that the verdict rests on is valid, with the present and the instant judged. */
export function Timeline({ judged, clock }: PanelProps): JSX.Element {
  const papers = papersOf(judged).filter((paper): paper is Dated => paper.validity !== undefined);
  if (papers.length === 0) return <p class="quiet">Nothing in the evidence or beside it has a date.</p>;
  const at = judged.at.getTime() / 1000;
  const now = clock().getTime() / 1000;
  const axis = axisOf(papers, [at, ...(judged.chosen ? [now] : [])]);
  const { validity } = judged.verdict;
  return (
    <figure class="picture timeline">
      <div class="axis">
        <span>{dayOf(axis.from)}</span>
        <span>{dayOf(axis.until)}</span>
      </div>
      <ol>
        {papers.map((paper, index) => (
          <Bar
            key={`${paper.title}-${index}`}
            paper={paper}
            axis={axis}
            at={at}
            now={judged.chosen ? now : undefined}
          />
        ))}
      </ol>
      <figcaption>
        <span class="key at">{judged.chosen ? 'the instant judged' : 'now'}</span>
        {judged.chosen && <span class="key now">now</span>}
        {validity && (
          <span>
            All of it is valid at once from {validity.notBefore.slice(0, 10)} to {validity.notAfter.slice(0, 10)}.
          </span>
        )}
      </figcaption>
    </figure>
  );
}

interface Axis {
  readonly from: number;
  readonly until: number;
}

/** The weeks or months that matter: around the instants, the youngest beginning and the first end. */
function axisOf(papers: readonly Dated[], instants: readonly number[]): Axis {
  const from = Math.min(...instants, Math.max(...papers.map(({ validity }) => validity.from)));
  const until = Math.max(...instants, Math.min(...papers.map(({ validity }) => validity.until)));
  const margin = Math.max((until - from) * 0.15, DAY);
  return { from: from - margin, until: until + margin };
}

interface BarProps {
  readonly paper: Dated;
  readonly axis: Axis;
  readonly at: number;
  readonly now: number | undefined;
}

function Bar({ paper: { title, validity }, axis, at, now }: BarProps): JSX.Element {
  const place = (time: number): number => {
    const share = (time - axis.from) / (axis.until - axis.from);
    return Math.round(Math.min(1, Math.max(0, share)) * WIDTH);
  };
  const state = at > validity.until ? 'expired' : at < validity.from ? 'early' : 'current';
  const word = { expired: 'expired', early: 'not yet valid', current: 'valid' }[state];
  const start = place(validity.from);
  const width = Math.max(4, place(validity.until) - start);
  return (
    <li class={state}>
      <p>
        <strong>{title}</strong>{' '}
        <span class="quiet">
          {dayOf(validity.from)} to {dayOf(validity.until)} · {word}
        </span>
      </p>
      <svg viewBox={`0 0 ${WIDTH} 20`} preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" x="0" y="7" width={WIDTH} height="6" />
        <rect class="bar" x={Math.min(start, WIDTH - 4)} y="4" width={width} height="12" />
        {now !== undefined && <rect class="now" x={place(now) - 1} y="0" width="3" height="20" />}
        <rect class="at" x={place(at) - 1} y="0" width="4" height="20" />
      </svg>
    </li>
  );
}

const dayOf = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10);
