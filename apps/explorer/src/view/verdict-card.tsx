import type { Verdict } from '@assay/verify';
import type { JSX, RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Given } from '../evidence/gather.ts';
import type { Judged } from '../judging/judge.ts';
import { Icon } from './icon.tsx';
import { visible } from './visible.ts';
import { answerOf, LAYER_MARKS, LAYERS, layerSentence, QUESTIONS, TEE_NAMES } from './words.ts';

interface VerdictCardProps {
  readonly judged: Judged;
  readonly given: Given;
  readonly arrived: number;
}

/** The answer, the five layers, and how current the platform is. */
export function VerdictCard({ judged, given, arrived }: VerdictCardProps): JSX.Element {
  const { verdict, at, genuine, chosen } = judged;
  const { icon, mood, word, sentence } = answerOf(judged);
  const elapsed = useElapsed(judged, arrived);
  const heading = useAttention(given);
  return (
    <section
      aria-label="Verdict"
      class={`card verdict ${mood}`}
      data-outcome={verdict.outcome}
      data-elapsed-ms={elapsed}
      data-trusted={verdict.trusted}
    >
      {verdict.simulated && (
        <p class="banner">
          <Icon name="warn" /> SIMULATED — signed by a test vendor’s root. It proves nothing about hardware.
        </p>
      )}
      <div class="answer">
        <span class={`seal ${mood}`}>
          <Icon name={icon} />
        </span>
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {word}
          </h2>
          <p>{sentence}</p>
        </div>
        <dl class="facts">
          <dt>Evidence</dt>
          <dd>
            {verdict.tee === null ? 'Unknown' : TEE_NAMES[verdict.tee]}{' '}
            <bdi class="quiet">{visible(given.name, 80)}</bdi>
          </dd>
          <dt>Judged at</dt>
          <dd>
            <time dateTime={at.toISOString()}>{`${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`}</time>
            {chosen && <span class="tag">chosen</span>}
          </dd>
          <dt>Took</dt>
          <dd>{elapsed === undefined ? '…' : `${elapsed.toFixed(0)} ms, in this page`}</dd>
        </dl>
      </div>
      <ol class="layers">
        {LAYERS.filter((layer) => !genuine || layer === 'authentic').map((layer) => {
          const mark = LAYER_MARKS[verdict.layers[layer]];
          return (
            <li key={layer} class={mark.mood} data-layer={layer} data-layer-outcome={verdict.layers[layer]}>
              <p class="outcome">
                <Icon name={mark.icon} /> {mark.word}
              </p>
              <h3>{layer}</h3>
              <p class="question">{QUESTIONS[layer]}</p>
              <p class="quiet">{layerSentence(verdict, layer)}</p>
            </li>
          );
        })}
      </ol>
      <TcbSummary verdict={verdict} />
    </section>
  );
}

/** Brings the reader to a heading when other evidence is shown; a changed setting leaves him where he types. */
function useAttention(given: Given): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const seen = useRef<Given>(undefined);
  useLayoutEffect(() => {
    if (seen.current === given) return;
    seen.current = given;
    heading.current?.focus();
  }, [given]);
  return heading;
}

/** Milliseconds from the evidence's arrival until its verdict stands in the page. */
function useElapsed(judged: Judged, arrived: number): number | undefined {
  const [elapsed, setElapsed] = useState<number>();
  useLayoutEffect(() => setElapsed(performance.now() - arrived), [judged, arrived]);
  return elapsed;
}

const dayOf = (date: string): string => date.slice(0, 10);

function TcbSummary({ verdict: { tcb } }: { readonly verdict: Verdict }): JSX.Element | null {
  if (tcb === null) return null;
  const mood = tcb.status === 'UpToDate' ? 'good' : tcb.status === 'Revoked' ? 'bad' : 'doubtful';
  const parts = [
    ['Platform', tcb.platform],
    ['TDX module', tcb.module],
    ['Quoting enclave', tcb.qe],
  ] as const;
  const advisories = [...new Set(tcb.advisories.map(({ id }) => id))];
  return (
    <div class="tcb">
      <h3>
        TCB <span class={`tag ${mood}`}>{tcb.status}</span>
        <span class="quiet">
          since {dayOf(tcb.date)} · evaluation data {tcb.evaluationDataNumber}
        </span>
      </h3>
      <ul class="parts">
        {parts.map(([name, part]) =>
          part === null ? null : (
            <li key={name}>
              {name} <strong>{part.status}</strong> <span class="quiet">{dayOf(part.date)}</span>
            </li>
          ),
        )}
      </ul>
      {advisories.length > 0 && (
        <ul class="advisories quiet" aria-label="Advisories">
          {advisories.map((id) => (
            <li key={id}>{id}</li>
          ))}
        </ul>
      )}
      {tcb.relaunchAdvised && <p>Relaunching the TD would make it current.</p>}
    </div>
  );
}
