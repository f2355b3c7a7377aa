import type { BundleRecord } from '@assay/verify/bundle';
import type { JSX } from 'preact';
import type { Session } from '../session.ts';
import { visible } from './visible.ts';

interface RecordNoticeProps {
  readonly record: BundleRecord;
  readonly session: Session;
}

/** How a bundle's maker judged it: testimony, that may be replayed, and is no ground to trust it. */
export function RecordNotice({ record, session }: RecordNoticeProps): JSX.Element {
  const instant = new Date(record.instant * 1000).toISOString();
  const { recorded } = session.state.settings;
  return (
    <div class="notice plain">
      <p>
        A bundle. Its maker, who goes by “<bdi>{visible(record.version, 60)}</bdi>”, says to have judged it at{' '}
        <time dateTime={instant}>{instant.slice(0, 19)}Z</time>. That is testimony.{' '}
        {recorded
          ? 'Below it is replayed on its maker’s terms.'
          : 'The verdict below is this page’s own, on your terms.'}
      </p>
      <button type="button" onClick={() => void session.change({ recorded: !recorded })}>
        {recorded ? 'Judge on my terms' : 'Does the record reproduce?'}
      </button>
    </div>
  );
}
