import { toHex } from '@assay/verify/codec';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { answeredPolicy, askServer, curlOf } from '../judging/ask-server.ts';
import type { Session } from '../session.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icon.tsx';

/** Asks the server that this page came from, and says how to ask another. */
export function SelfCheck({ session }: { readonly session: Session }): JSX.Element {
  const [other, setOther] = useState('');
  const [nonce, setNonce] = useState(freshNonce);
  const check = async (): Promise<void> => {
    const arrived = performance.now();
    const fresh = freshNonce();
    const { policy } = session.state.settings;
    const asked = askServer(location.origin, fresh, AbortSignal.timeout(30_000));
    const files = asked.then(({ files: received }) => received);
    const more = { nonce: fresh, at: '', genuine: false, reportData: '' };
    const bound = await asked.then(
      (answered) => answeredPolicy(answered, policy),
      () => policy,
    );
    await session.take(files, arrived, { ...more, policy: bound });
  };
  return (
    <section aria-label="A server" class="self-check">
      <h2>Or ask a server</h2>
      <p class="hint">A fresh nonce goes to the server of this page; its answer is verified with what it staples.</p>
      <button type="button" onClick={() => void check()}>
        <Icon name="server" /> Check this server
      </button>
      <details
        onToggle={({ currentTarget }) => {
          // Each look is a challenge of its own.
          if (currentTarget.open) setNonce(freshNonce());
        }}
      >
        <summary>Another server</summary>
        <label for="other">Its address</label>
        <input
          id="other"
          type="url"
          placeholder="https://service.example"
          value={other}
          onInput={({ currentTarget }) => setOther(currentTarget.value)}
        />
        {other !== '' && (
          <>
            <p class="hint">
              This page asks no other origin. Run this, and drop the file here; the nonce is filled in.
            </p>
            <pre class="command">{curlOf(other, nonce)}</pre>
            <CopyButton text={curlOf(other, nonce)}>Copy command</CopyButton>
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
