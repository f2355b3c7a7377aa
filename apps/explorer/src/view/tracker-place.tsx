import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** The view of the tracker, which comes when it is looked at. */
export function TrackerPlace(): JSX.Element {
  const [loaded, setLoaded] = useState<{ readonly View: ComponentType } | 'failed'>();
  useEffect(() => {
    import('../tracker/tracker-view.tsx').then(
      ({ TrackerView }) => setLoaded({ View: TrackerView }),
      () => setLoaded('failed'),
    );
  }, []);
  if (loaded === undefined) return <p class="quiet">Loading…</p>;
  if (loaded === 'failed') return <p class="bad">This part of the page could not be loaded: load the page again.</p>;
  return <loaded.View />;
}
