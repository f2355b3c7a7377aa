import type { JSX } from 'preact';
import { hasUnknownRoot } from '../judging/unknown-root.ts';
import type { Session } from '../session.ts';
import { Icon } from './icon.tsx';
import { RecordNotice } from './record-notice.tsx';
import { RootChooser } from './root-chooser.tsx';

/** What went wrong, what was left aside, and roots that wait for the reader's word. */
export function Notices({ session }: { readonly session: Session }): JSX.Element {
  const { problem, ignored, offered, busy, judged, given } = session.state;
  const record = given && 'bundle' in given ? given.bundle?.record : undefined;
  return (
    <div class="notices" aria-live="polite">
      {busy && <p class="quiet">Verifying…</p>}
      {problem && (
        <div class="notice bad" role="alert">
          <p>
            <Icon name="fail" /> <strong>{problem.field}</strong>
          </p>
          <p>{problem.message}</p>
        </div>
      )}
      {ignored.length > 0 && !problem && <p class="notice quiet">Left aside: {ignored.join(', ')}</p>}
      {offered.map((root) => (
        <div class="notice doubtful" key={root.name}>
          <p>
            <Icon name="warn" /> <strong>{root.name}</strong> is a root certificate that no vendor’s key is pinned for.
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
