import { type AttesterName, TSM_REPORT_PATH } from '@assay/attest';
import type { LastQuote, QuoteLine } from './quote-line.ts';
import type { Watch } from './watch.ts';

/** What the proxy says of itself. Members without a comment are those of the first proxies of this interface. */
export interface ProxyStatusDocument {
  readonly available: boolean;
  /** Where quotes come from. */
  readonly provider: AttesterName;
  /** Only where evidence is made in software: it attests nothing. */
  readonly simulated?: true;
  /** What was looked at to know, one line for each place. */
  readonly looked: readonly string[];
  readonly tsm_path?: string;
  readonly tsm_available?: boolean;
  readonly tsm_error?: string;
  readonly tdx_guest_device?: boolean;
  readonly device?: string | null;
  readonly last_quote: LastQuote | null;
  readonly queue: { readonly making: boolean; readonly waiting: number };
  /** Whether any caller may choose report data. */
  readonly raw_report_data: 'allowed' | 'refused';
}

/** What only the machine's owner can see. */
export interface StatusOptions {
  /** Of configfs-TSM; default the kernel's own. */
  readonly tsmPath?: string | undefined;
  /** The path of the TDX guest's device, null when it has none. Without this nothing is said of a device. */
  readonly guestDevice?: (() => string | null) | undefined;
}

/**
 * The status now, without waiting for any quote. Of the libraries of other proxies it says nothing: this one uses none.
 */
export async function statusOf(
  line: QuoteLine,
  watched: Watch,
  { raw, tsmPath = TSM_REPORT_PATH, guestDevice }: StatusOptions & { readonly raw: boolean },
): Promise<ProxyStatusDocument> {
  const seen = await watched.seen();
  const { making, waiting, last } = line.activity();
  // Before the first look came back, a quote that was made is as good.
  const available = seen?.available ?? last?.outcome === 'made';
  const device = guestDevice?.();
  return {
    available,
    provider: line.name,
    ...(line.name === 'software' && { simulated: true }),
    looked: seen?.looked ?? [],
    ...(line.name === 'tsm' && { tsm_path: tsmPath, tsm_available: available }),
    ...(line.name === 'tsm' && last?.error !== undefined && { tsm_error: last.error }),
    ...(device !== undefined && { tdx_guest_device: device !== null, device }),
    last_quote: last,
    queue: { making, waiting },
    raw_report_data: raw ? 'allowed' : 'refused',
  };
}
