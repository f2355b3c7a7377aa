import { toHex } from '@assay/verify/codec';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { askServer, curlOf } from '../judging/ask-server.ts';
import type { Session } from '../session.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icon.tsx';

/** Asks the server that this page came from, and says how to ask another. */
export function SelfCheck({ session }: { readonly session: Session }): JSX.Element {
  const [other, setOther] = useState('');
  const [nonce, setNonce] = useState(freshNonce);
  const command = curlOf(other.trim(), nonce);
  const check = (): void => {
    const fresh = freshNonce();
    void session.ask(askServer(location.origin, fresh, AbortSignal.timeout(30_000)), fresh, performance.now());
  };
  return (
    <section aria-label="A server" class="self-check">
      <h2>Or ask a server</h2>
      <p class="hint">A fresh nonce goes to the server of this page; its answer is verified with what it staples.</p>
      <button type="button" onClick={check}>
        <Icon name="server" /> Check this server
      </button>
      <details
        onToggle={({ currentTarget }) => {
          // Each look is a challenge of its own, made before it begins: the event comes late, and a command may be copied by then.
          if (!currentTarget.open) setNonce(freshNonce());
        }}
      >
        <summary>Another server</summary>
        <label for="other">Its address</label>
        <input
          id="other"
          type="url"
          spellcheck={false}
          autocomplete="off"
          placeholder="https://service.example"
          value={other}
          onInput={({ currentTarget }) => setOther(currentTarget.value)}
        />
        {other.trim() !== '' && command === undefined && <p class="bad">That is no address of a web server.</p>}
        {other.trim() !== '' && command !== undefined && (
          <>
            <p class="hint">This page asks no other origin. Run this, expect its nonce, and drop the file here.</p>
            <pre class="command">{command}</pre>
            <CopyButton text={command}>Copy command</CopyButton>
            <button type="button" onClick={() => void session.change({ nonce })}>
              Expect this nonce
            </button>
          </>
        )}
      </details>
    </section>
  );
}

function freshNonce(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(32)));
}
