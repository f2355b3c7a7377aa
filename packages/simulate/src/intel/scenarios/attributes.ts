import { hexToBytes } from '@noble/hashes/utils.js';
import { group, type Scenarios, scenario } from './scenario.ts';

const UP_TO_DATE = { tcbStatus: 'UpToDate' } as const;

const td = (tdAttributes: string): { readonly quote: { readonly body: 'td10'; readonly report: object } } => ({
  quote: { body: 'td10', report: { tdAttributes: hexToBytes(tdAttributes) } },
});

/** Genuine and up to date, but with attributes that a relying party may refuse: Intel leaves that to its policy. */
export const attributeScenarios: Scenarios = group('attributes', {
  'sgx-debug': scenario(UP_TO_DATE, {
    quote: { report: { attributes: hexToBytes('0700000000000000e700000000000000') } },
  }),
  'sgx-not-initialised': scenario(UP_TO_DATE, {
    quote: { report: { attributes: hexToBytes('0400000000000000e700000000000000') } },
  }),
  'tdx-debug': scenario(UP_TO_DATE, td('0100001000000000')),
  'tdx-unknown-tud-bit': scenario(UP_TO_DATE, td('1000001000000000')),
  'tdx-without-sept-ve-disable': scenario(UP_TO_DATE, td('0000000000000000')),
  'tdx-migratable': scenario(UP_TO_DATE, td('0000003000000000')),
  'tdx-service-td': scenario(UP_TO_DATE, {
    quote: { body: 'td15', report: { mrServiceTd: new Uint8Array(48).fill(0x5e) } },
  }),
});
