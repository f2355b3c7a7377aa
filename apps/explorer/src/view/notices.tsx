import type { JSX } from 'preact';
import { hasUnknownRoot } from '../judging/unknown-root.ts';
import type { Session } from '../session.ts';
import { Icon } from './icon.tsx';
import { RecordNotice } from './record-notice.tsx';
import { RootChooser } from './root-chooser.tsx';
import { visible } from './visible.ts';

/** What went wrong, what was left aside, and roots that wait for the reader's word. */
export function Notices({ session }: { readonly session: Session }): JSX.Element {
  const { problem, ignored, offered, policyCame, busy, asking, judged, given } = session.state;
  const record = given && 'bundle' in given ? given.bundle?.record : undefined;
  return (
    <div class="notices" aria-live="polite">
      {asking && <p class="quiet">Asking the server…</p>}
      {busy && <p class="quiet">Verifying…</p>}
      {problem && (
        <div class="notice bad" role="alert">
          <p>
            <Icon name="fail" /> <strong>{visible(problem.field, 80)}</strong>
          </p>
          <p>{visible(problem.message)}</p>
        </div>
      )}
      {ignored.length > 0 && !problem && (
        <p class="notice quiet">Left aside: {ignored.map((name) => visible(name, 120)).join(', ')}</p>
      )}
      {policyCame && !problem && (
        <p class="notice plain">
          A policy was among the files. It is yours now: read it under “What you trust and expect”.
        </p>
      )}
      {offered.map((root, index) => (
        <div class="notice doubtful" key={index}>
          <p>
            <Icon name="warn" /> <strong>{visible(root.name, 200)}</strong> is a root certificate that no vendor’s key
            is pinned for.
          </p>
          <p>
            What it signs is simulated and proves nothing about hardware. Trust it only if it is your own test vendor’s.
          </p>
          <button type="button" onClick={() => void session.vouch(root)}>
            Trust this root for simulated evidence
          </button>
        </div>
      ))}
      {record && <RecordNotice record={record} session={session} />}
      {judged && offered.length === 0 && hasUnknownRoot(judged.verdict) && (
        <div class="notice doubtful">
          <p>
            <Icon name="warn" /> This evidence ends in a root that is no vendor’s. Is it a software TEE of your own?
          </p>
          <p>
            Then its root certificate is a file of yours: <code>npm start</code> and <code>assay simulate</code> print
            the path. This page takes no root from a server, for any server could offer its own.
          </p>
          <RootChooser session={session} />
        </div>
      )}
    </div>
  );
}
