import { useEffect, useState } from 'preact/hooks';
import { isTracker } from '../tracker/ask-tracker.ts';

/** Address of the view of the tracker within the page. */
export const TRACKER = '#tracker';
/** That of all else. */
export const EVIDENCE = '#evidence';

/** Which view the address names. */
export function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = (): void => setHash(location.hash);
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return hash;
}

/** Whether a tracker serves this page; asked once. */
export function useTrackerHere(): boolean {
  const [here, setHere] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    void isTracker(AbortSignal.any([stop.signal, AbortSignal.timeout(5_000)])).then(setHere);
    return () => stop.abort();
  }, []);
  return here;
}
