import { toHex } from '../codec/hex.ts';
import { describeQuote } from '../dcap/describe.ts';
import type { Quote } from '../dcap/quote.ts';
import type { Claims } from '../verdict/verdict.ts';
import { isDebug } from './attributes.ts';
import type { TdReport } from './td-report.ts';

/** What a TD's report says, normalised. */
export function claimsOf(quote: Quote, body: TdReport): Claims {
  const [rtmr0, rtmr1, rtmr2, rtmr3] = body.rtmr;
  const measurements = {
    mrtd: toHex(body.mrTd),
    rtmr0: toHex(rtmr0),
    rtmr1: toHex(rtmr1),
    rtmr2: toHex(rtmr2),
    rtmr3: toHex(rtmr3),
    mrConfigId: toHex(body.mrConfigId),
    mrOwner: toHex(body.mrOwner),
    mrOwnerConfig: toHex(body.mrOwnerConfig),
    mrSeam: toHex(body.mrSeam),
    mrSignerSeam: toHex(body.mrSignerSeam),
    ...(body.current && { mrServiceTd: toHex(body.current.mrServiceTd) }),
  };
  const reportData = toHex(body.reportData);
  const report = {
    teeTcbSvn: toHex(body.teeTcbSvn),
    seamAttributes: toHex(body.seamAttributes),
    tdAttributes: toHex(body.tdAttributes),
    xfam: toHex(body.xfam),
    ...measurements,
    ...(body.current && { teeTcbSvn2: toHex(body.current.teeTcbSvn) }),
    ...(body.extended && { extended: toHex(body.extended) }),
    reportData,
  };
  return {
    measurements,
    platform: {},
    reportData,
    debug: isDebug(body),
    workload: null,
    nonces: [],
    keys: [],
    evidence: { ...describeQuote(quote), report },
  };
}
