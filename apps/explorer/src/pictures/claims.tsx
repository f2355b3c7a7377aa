import type { JSX } from 'preact';
import { CopyButton } from '../view/copy-button.tsx';
import type { PanelProps } from '../view/tabs.tsx';
import { visibleLines } from '../view/visible.ts';

/** What the evidence says, normalised and as parsed. */
export function ClaimsPanel({ judged: { verdict } }: PanelProps): JSX.Element {
  const { claims } = verdict;
  if (claims === null) return <p class="quiet">The evidence has no form that could be read.</p>;
  const text = JSON.stringify(claims, null, 2);
  return (
    <>
      {verdict.layers.authentic !== 'pass' && (
        <p class="bad">Anyone could have written this: the evidence is not authentic.</p>
      )}
      <div class="row">
        <CopyButton text={text}>Copy claims</CopyButton>
        <CopyButton text={JSON.stringify(verdict, null, 2)}>Copy the whole verdict</CopyButton>
      </div>
      <pre class="document">{visibleLines(text)}</pre>
    </>
  );
}
