import type { Attester } from '@assay/attest';
import { fromUtf8, toBase64 } from '@assay/verify/codec';
import { type InfoProfile, infoReportData } from './info.ts';
import { remembered } from './remembered.ts';

/** What quotes without a nonce are made from. */
export interface QuoteOptions {
  readonly attester: Attester;
  /** The body of `/info`. */
  readonly info: Uint8Array;
  /** How the machine was configured, as dstack's guest agent says it. */
  readonly vmConfig?: (() => Promise<string | undefined>) | undefined;
  readonly clock: () => Date;
}

/** Strangers cause a quote a minute of each profile, however often they ask. */
const QUOTE_LIFE_MS = 60_000;

/**
 * Answers `{quote, eventLog, vmConfig}` as text, the quote in base64, with report data that name `/info`. `eventLog` and
 * `vmConfig` are left out where there are none. Throws what the attester throws.
 */
export function createInfoQuotes(options: QuoteOptions): (profile: InfoProfile) => Promise<string> {
  const { attester, info, vmConfig, clock } = options;
  const quoted = (profile: InfoProfile): (() => Promise<string>) =>
    remembered(
      async () => {
        const { evidence, eventLog } = await attester.evidence({ reportData: infoReportData(profile, info) });
        const config = await vmConfig?.();
        return JSON.stringify({
          quote: toBase64(evidence),
          ...(eventLog && { eventLog: fromUtf8(eventLog, 'eventLog') }),
          ...(config !== undefined && { vmConfig: config }),
        });
      },
      { lifeMs: QUOTE_LIFE_MS, clock },
    );
  const quotes = { 'sha256-info': quoted('sha256-info'), 'oauth3-info': quoted('oauth3-info') };
  return (profile) => quotes[profile]();
}
