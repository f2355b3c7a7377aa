import type { ComponentType, JSX } from 'preact';
import { useEffect, useErrorBoundary, useRef, useState } from 'preact/hooks';
import type { Judged } from '../judging/judge.ts';
import { Checks } from './checks.tsx';

/** What every panel is given. */
export interface PanelProps {
  readonly judged: Judged;
  readonly clock: () => Date;
}

type Panel = ComponentType<PanelProps>;

/** Panels that are seldom looked at first come when they are. */
const TABS: readonly { readonly id: string; readonly title: string; readonly load: () => Promise<Panel> }[] = [
  { id: 'checks', title: 'Checks', load: async () => Checks },
  { id: 'chain', title: 'Certificates', load: async () => (await import('../pictures/chain.tsx')).ChainPicture },
  { id: 'timeline', title: 'Timeline', load: async () => (await import('../pictures/timeline.tsx')).Timeline },
  {
    id: 'measurements',
    title: 'Measurements',
    load: async () => (await import('../pictures/measurements.tsx')).Measurements,
  },
  { id: 'event-log', title: 'Event log', load: async () => (await import('../pictures/event-log.tsx')).EventLog },
  { id: 'bytes', title: 'Bytes', load: async () => (await import('../pictures/bytes.tsx')).Bytes },
  { id: 'claims', title: 'Claims', load: async () => (await import('../pictures/claims.tsx')).ClaimsPanel },
];

/** Everything behind the verdict, one view at a time. Arrow keys go from tab to tab. */
export function Tabs(props: PanelProps): JSX.Element {
  const [selected, setSelected] = useState('checks');
  const list = useRef<HTMLDivElement>(null);
  const tabs = TABS.filter(({ id }) => id !== 'event-log' || props.judged.evidence?.eventLog !== undefined);
  const index = Math.max(
    0,
    tabs.findIndex(({ id }) => id === selected),
  );
  const current = tabs[index];
  const go = (next: number): void => {
    const tab = tabs[(next + tabs.length) % tabs.length];
    if (tab === undefined) return;
    setSelected(tab.id);
    list.current?.querySelector<HTMLElement>(`#tab-${tab.id}`)?.focus();
  };
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: index + 1,
    ArrowLeft: index - 1,
    Home: 0,
    End: tabs.length - 1,
  };
  return (
    <section class="card details" aria-label="Details">
      <div
        ref={list}
        role="tablist"
        aria-label="Details"
        onKeyDown={(event) => {
          const next = moves[event.key];
          if (next === undefined) return;
          event.preventDefault();
          go(next);
        }}
      >
        {tabs.map(({ id, title }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === current?.id}
            aria-controls="panel"
            tabIndex={id === current?.id ? 0 : -1}
            onClick={() => setSelected(id)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${current?.id}`}>
        {current && <Lazy key={current.id} load={current.load} {...props} />}
      </div>
    </section>
  );
}

function Lazy({ load, ...props }: PanelProps & { readonly load: () => Promise<Panel> }): JSX.Element {
  const [loaded, setLoaded] = useState<{ readonly Panel: Panel } | { readonly reason: string }>();
  const [failure] = useErrorBoundary();
  useEffect(() => {
    load().then(
      (Panel) => setLoaded({ Panel }),
      () => setLoaded({ reason: 'This part of the page could not be loaded: load the page again.' }),
    );
  }, [load]);
  if (failure) return <p class="bad">This evidence cannot be shown from this side. Its verdict stands.</p>;
  if (loaded === undefined) return <p class="quiet">Loading…</p>;
  return 'Panel' in loaded ? <loaded.Panel {...props} /> : <p class="bad">{loaded.reason}</p>;
}
