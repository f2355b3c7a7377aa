import type { JSX } from 'preact';
import { type Rate, WINDOW_MS } from './rate.ts';

const WIDTH = 600;
const HEIGHT = 80;

/** Announces per second during the last minutes; the newest is at the right. */
export function Sparkline({ rates }: { readonly rates: readonly Rate[] }): JSX.Element {
  const now = rates.at(-1)?.at ?? 0;
  const most = mostOf(rates);
  const place = ({ at, perSecond }: Rate): string => {
    const x = WIDTH * (1 - (now - at) / WINDOW_MS);
    return `${x.toFixed(1)},${(HEIGHT - 4 - ((perSecond ?? 0) / (most || 1)) * (HEIGHT - 8)).toFixed(1)}`;
  };
  return (
    <figure class="picture sparkline">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="ground" d={`M0 ${HEIGHT - 4}H${WIDTH}`} />
        {runsOf(rates).map((run) => (
          <polyline key={run[0]?.at} points={run.map(place).join(' ')} />
        ))}
      </svg>
      <figcaption>
        Announces per second over the last {WINDOW_MS / 60_000} minutes; at most {shownRate(most)} per second.
      </figcaption>
    </figure>
  );
}

/** A rate with as many digits as say something. */
export function shownRate(perSecond: number): string {
  return perSecond.toLocaleString('en', { maximumFractionDigits: perSecond < 100 ? 1 : 0 });
}

function mostOf(rates: readonly Rate[]): number {
  return Math.max(0, ...rates.map(({ perSecond = 0 }) => perSecond));
}

/** Rates without a gap between them. */
function runsOf(rates: readonly Rate[]): readonly (readonly Rate[])[] {
  const runs: Rate[][] = [[]];
  for (const rate of rates) {
    if (rate.perSecond === undefined) runs.push([]);
    else runs.at(-1)?.push(rate);
  }
  return runs.filter((run) => run.length > 0);
}
