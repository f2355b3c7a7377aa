import type { BundleRecord } from '@assay/verify/bundle';
import { toHex } from '@assay/verify/codec';
import type { JSX } from 'preact';
import type { Session } from '../session.ts';

interface RecordNoticeProps {
  readonly record: BundleRecord;
  readonly session: Session;
}

/** How a bundle's maker judged it: testimony, whose terms the reader may take over. */
export function RecordNotice({ record, session }: RecordNoticeProps): JSX.Element {
  const instant = new Date(record.instant * 1000).toISOString();
  return (
    <div class="notice plain">
      <p>
        A bundle, made by {record.version}, which judged it at <time dateTime={instant}>{instant.slice(0, 19)}Z</time>.
        That is testimony. The verdict below is this page’s own, on your terms.
      </p>
      <button
        type="button"
        onClick={() =>
          void session.change({
            at: instant,
            policy: JSON.stringify(record.policy, null, 2),
            nonce: record.nonce ? toHex(record.nonce) : '',
          })
        }
      >
        Fill in what the bundle’s maker recorded
      </button>
    </div>
  );
}
