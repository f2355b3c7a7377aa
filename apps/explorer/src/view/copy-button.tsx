import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** Copies a text, and says so; where the clipboard is closed, shows the text to copy by hand. */
export function CopyButton(props: { readonly text: string; readonly children: ComponentChildren }): JSX.Element {
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.text);
      setCopied('yes');
    } catch {
      setCopied('refused');
    }
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        <Icon name={copied === 'yes' ? 'pass' : 'copy'} /> {props.children}
        <span class="away" role="status">
          {copied === 'yes' ? 'copied' : ''}
        </span>
      </button>
      {copied === 'refused' && (
        <textarea aria-label="Copy this text by hand" class="by-hand" readonly rows={6} value={props.text} />
      )}
    </>
  );
}
