import type { JSX } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { type Session, useSession } from './session.ts';
import { Actions } from './view/actions.tsx';
import { Icon } from './view/icon.tsx';
import { Intake } from './view/intake.tsx';
import { Notices } from './view/notices.tsx';
import { EVIDENCE, TRACKER, useHash, useTrackerHere } from './view/place.ts';
import { SelfCheck } from './view/self-check.tsx';
import { SettingsPanel } from './view/settings-panel.tsx';
import { Tabs } from './view/tabs.tsx';
import { nextTheme } from './view/theme.ts';
import { TrackerPlace } from './view/tracker-place.tsx';
import { VerdictCard } from './view/verdict-card.tsx';
import { answerOf } from './view/words.ts';

/** The whole page. */
export function App({ clock }: { readonly clock: () => Date }): JSX.Element {
  const session = useSession(clock);
  const { given, judged, problem, arrived, busy, asking } = session.state;
  const answer = judged && answerOf(judged);
  const [failure] = useErrorBoundary();
  const onTracker = useHash() === TRACKER;
  const trackerHere = useTrackerHere();
  useEffect(() => {
    // What was dropped on another view is shown where it is judged.
    if (onTracker && (judged ?? problem)) location.hash = EVIDENCE;
  }, [judged, problem]);
  // What stood here before would look like the verdict on what cannot be shown.
  if (failure) return <p role="alert">This page failed, and has no verdict. Load it again.</p>;
  return (
    <>
      <header class="bar">
        <h1>
          <span class="mark" aria-hidden="true" /> Assay <span class="quiet">explorer</span>
        </h1>
        <div class="places">
          {onTracker && <a href={EVIDENCE}>Evidence</a>}
          {trackerHere && !onTracker && <a href={TRACKER}>Tracker</a>}
          <button type="button" class="plain" onClick={nextTheme}>
            <Icon name="theme" /> Light or dark
          </button>
        </div>
      </header>
      {onTracker && (
        <main>
          <TrackerPlace />
        </main>
      )}
      <main aria-busy={busy || asking} hidden={onTracker}>
        {given === undefined && (
          <p class="lead">
            Is this machine what it is said to be? Evidence is verified here, in this page; nothing leaves it.
          </p>
        )}
        <div class={given === undefined ? 'start' : 'start small'}>
          <Intake session={session} />
          <SelfCheck session={session} />
        </div>
        <Notices session={session} />
        <SettingsPanel session={session} />
        {/* It stands in the page before there is a verdict: only then is a change of it read out. */}
        <p class="away" role="status">
          {answer && !busy && `${answer.word}. ${answer.sentence}`}
        </p>
        {judged && given && (
          <>
            <VerdictCard judged={judged} given={given} arrived={arrived} />
            <Actions session={session} judged={judged} given={given} />
            <Tabs judged={judged} clock={clock} />
          </>
        )}
      </main>
      <Foot session={session} />
    </>
  );
}

function Foot({ session }: { readonly session: Session }): JSX.Element {
  return (
    <footer>
      <p>
        Vendors’ roots are pinned in this page. It asks no other server: what it cannot find in the files given, it
        says.
      </p>
      {session.state.given && (
        <button type="button" class="plain" onClick={session.clear}>
          Start again
        </button>
      )}
    </footer>
  );
}
