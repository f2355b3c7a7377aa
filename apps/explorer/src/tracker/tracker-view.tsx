import type { JSX } from 'preact';
import { EVERY_MS, type Followed, useTracker } from './polling.ts';
import { ratesOf } from './rate.ts';
import { Sparkline, shownRate } from './sparkline.tsx';
import type { Statistics } from './statistics.ts';
import { TeeLabel } from './tee-label.tsx';

/** A tracker as it is now, by its own words. */
export function TrackerView(): JSX.Element {
  const followed = useTracker();
  const { figures, samples, failure } = followed;
  const rates = ratesOf(samples);
  const last = rates.at(-1)?.perSecond;
  return (
    <section class="card tracker" aria-labelledby="tracker-title">
      <h2 id="tracker-title">Tracker {figures && <code>{figures.statistics.instanceId}</code>}</h2>
      {/* Only what changes is read out: figures do all the time, this seldom. */}
      <p role="status" class={failure ? 'notice bad' : 'quiet'}>
        {statusOf(followed)}
      </p>
      {figures && (
        <>
          <TeeLabel tee={figures.tee} />
          <p class="rate">
            <strong data-figure="rate">{last === undefined ? '–' : shownRate(last)}</strong> announces per second
          </p>
          <Sparkline rates={rates} />
          <div class="figures">
            <Table title="Now" rows={rowsNow(figures.statistics)} />
            <Table title={`Since ${dateOf(figures.statistics.startedAt)}`} rows={rowsSince(figures.statistics)} />
          </div>
        </>
      )}
    </section>
  );
}

function statusOf({ figures, failure }: Followed): string {
  const every = `every ${EVERY_MS / 1000} seconds while this page is seen`;
  if (failure === undefined) return figures ? `Its own words, asked for ${every}.` : 'Asking the tracker…';
  const stale = figures ? ' The figures below are old.' : '';
  return `${failure.message}. The next try is in ${failure.nextMs / 1000} seconds.${stale}`;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly unit: string;
}

function Table({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }): JSX.Element {
  return (
    <table>
      <caption>{title}</caption>
      <tbody>
        {rows.map(({ id, name, value, unit }) => (
          <tr key={id}>
            <th scope="row">{name}</th>
            <td>
              <span data-figure={id}>{value}</span> <span class="quiet">{unit}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function counted(id: string, name: string, count: number, one: string, many = `${one}s`): Row {
  return { id, name, value: count.toLocaleString('en'), unit: count === 1 ? one : many };
}

function rowsNow({ peers, seeds, swarms, users, minRatio, ledgerEntries }: Statistics): readonly Row[] {
  return [
    counted('peers', 'Peers', peers, 'peer'),
    counted('seeds', 'Of these, seeds', seeds, 'peer'),
    counted('swarms', 'Swarms', swarms, 'swarm'),
    counted('users', 'Users registered', users, 'user'),
    counted('ledger', 'Ledger', ledgerEntries, 'entry', 'entries'),
    { id: 'ratio', name: 'Least ratio', value: minRatio.toLocaleString('en'), unit: 'credit by debit' },
  ];
}

function rowsSince({ announces, receipts, bytes }: Statistics): readonly Row[] {
  const [value, unit] = sizeOf(bytes);
  return [
    counted('announces', 'Announces admitted', announces, 'announce'),
    counted('receipts', 'Receipts counted', receipts, 'receipt'),
    { id: 'bytes', name: 'Moved by these', value, unit },
  ];
}

/** Bytes in the unit that leaves few digits. */
function sizeOf(bytes: number): readonly [value: string, unit: string] {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = (bytes / 1000 ** step).toLocaleString('en', { maximumFractionDigits: 1 });
  return [value, units[step] ?? 'bytes'];
}

function dateOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
