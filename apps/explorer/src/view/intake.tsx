import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { InputFile } from '../evidence/gather.ts';
import type { Session } from '../session.ts';
import { fromDrop, fromList, fromText } from './files.ts';
import { Icon } from './icon.tsx';

/** Where evidence comes in: dropped, chosen or pasted. */
export function Intake({ session }: { readonly session: Session }): JSX.Element {
  const [pasting, setPasting] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const take = (files: Promise<readonly InputFile[]>): void => {
    void session.take(files, performance.now());
  };
  const over = useDrop((transfer) => take(fromDrop(transfer)));
  return (
    <section aria-label="Evidence" class="intake">
      <div class={over ? 'drop over' : 'drop'}>
        <p class="invite">Drop evidence here</p>
        <p class="hint">
          A quote, report, token, envelope, bundle or certificate. Collateral, a policy or an event log may lie beside
          it.
        </p>
        <div class="row">
          <button type="button" class="primary" onClick={() => chooser.current?.click()}>
            <Icon name="file" /> Choose files
          </button>
          <button type="button" aria-expanded={pasting} onClick={() => setPasting(!pasting)}>
            <Icon name="paste" /> Paste text
          </button>
        </div>
        <input
          ref={chooser}
          class="away"
          type="file"
          multiple
          tabIndex={-1}
          aria-label="Files of evidence"
          onChange={({ currentTarget }) => {
            if (currentTarget.files) take(fromList([...currentTarget.files]));
            currentTarget.value = '';
          }}
        />
        {pasting && <PasteBox onText={(text) => take(fromText(text))} />}
      </div>
    </section>
  );
}

/** Takes what is dropped anywhere in the page; true while something is held over it. */
function useDrop(onDrop: (transfer: DataTransfer) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onDrop);
  latest.current = onDrop;
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const hold = (event: DragEvent): void => {
      event.preventDefault();
      setOver(true);
    };
    const leave = ({ relatedTarget }: DragEvent): void => {
      if (relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) latest.current(event.dataTransfer);
    };
    document.addEventListener('dragover', hold, { signal });
    document.addEventListener('dragleave', leave, { signal });
    document.addEventListener('drop', drop, { signal });
    return () => leaving.abort();
  }, []);
  return over;
}

function PasteBox({ onText }: { readonly onText: (text: string) => void }): JSX.Element {
  const [text, setText] = useState('');
  return (
    <form
      class="paste"
      onSubmit={(event) => {
        event.preventDefault();
        onText(text);
      }}
    >
      <label for="pasted">Hexadecimal, base64, a token, JSON or PEM</label>
      <textarea
        id="pasted"
        rows={5}
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">Verify this text</button>
    </form>
  );
}
