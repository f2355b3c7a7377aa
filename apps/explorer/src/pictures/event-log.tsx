import { toHex } from '@assay/verify/codec';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../view/icon.tsx';
import type { PanelProps } from '../view/tabs.tsx';
import { visible } from '../view/visible.ts';
import { replaySteps, type Step, type Steps } from './replay.ts';

/** How many events are shown at first, and added at each wish. */
const PAGE = 100;

/** The log's events one by one, each with its register after it. */
export function EventLog({ judged }: PanelProps): JSX.Element {
  const bytes = judged.evidence?.eventLog;
  const [replayed, setReplayed] = useState<Steps | { readonly reason: string }>();
  const [shown, setShown] = useState(PAGE);
  useEffect(() => {
    setReplayed(undefined);
    if (bytes === undefined) return;
    replaySteps(bytes).then(setReplayed, (error: unknown) =>
      setReplayed({ reason: error instanceof Error ? error.message : String(error) }),
    );
  }, [bytes]);
  if (replayed === undefined) return <p class="quiet">Replaying…</p>;
  if ('reason' in replayed) return <p class="bad">{visible(replayed.reason)}</p>;
  const { log, steps } = replayed;
  const registers = judged.verdict.claims?.measurements ?? {};
  return (
    <>
      <ul class="registers">
        {log.extended.map((register) => {
          const equal = registers[register] === log.registers[register];
          return (
            <li key={register} class={equal ? 'good' : 'bad'}>
              <p class="outcome">
                <Icon name={equal ? 'pass' : 'fail'} /> {register}{' '}
                {equal ? 'leads to the evidence’s value' : 'does not lead to the evidence’s value'}
              </p>
              <code class="hex">{log.registers[register]}</code>
            </li>
          );
        })}
      </ul>
      <ol class="steps">
        {steps.slice(0, shown).map((step) => (
          <StepRow key={step.index} step={step} wrong={log.mismatches.some(({ event }) => event === step.index)} />
        ))}
      </ol>
      {shown < steps.length && (
        <button type="button" onClick={() => setShown(shown + PAGE)}>
          Show more of {steps.length} events
        </button>
      )}
    </>
  );
}

/** Payloads are anyone's words: the beginning is enough to see what they are. */
const cut = (text: string): string => visible(text, 200);

function StepRow({ step, wrong }: { readonly step: Step; readonly wrong: boolean }): JSX.Element {
  const { register, typeName, name, payload, text, digest, measured } = step.event;
  return (
    <li class={wrong ? 'bad' : ''}>
      <p>
        <span class="tag">{register ?? 'extends nothing'}</span> <strong>{name === '' ? typeName : cut(name)}</strong>
        {wrong && (
          <span class="outcome">
            <Icon name="fail" /> its digest is another
          </span>
        )}
      </p>
      {payload.length > 0 && <p class="payload">{cut(text ?? toHex(payload.subarray(0, 100)))}</p>}
      {measured !== 'whole' && register !== null && (
        <p class="quiet">
          {measured === 'none' ? 'The digest does not cover this text.' : 'The digest covers what follows the label.'}
        </p>
      )}
      <dl class="extend">
        <dt>digest</dt>
        <dd>
          <code class="hex">{digest}</code>
        </dd>
        {step.value !== null && (
          <>
            <dt>{register} after it</dt>
            <dd>
              <code class="hex">{step.value}</code>
            </dd>
          </>
        )}
      </dl>
    </li>
  );
}
