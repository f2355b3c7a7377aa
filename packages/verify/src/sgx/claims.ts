import { toHex } from '../codec/hex.ts';
import { Reader } from '../codec/reader.ts';
import { describeQuote } from '../dcap/describe.ts';
import type { EnclaveReport } from '../dcap/enclave-report.ts';
import type { Quote } from '../dcap/quote.ts';
import type { Claims } from '../verdict/verdict.ts';

/** ATTRIBUTES bits (Intel SDM vol. 3D, SECS.ATTRIBUTES). */
export const ATTRIBUTE = { init: 0x01, debug: 0x02 } as const;

/** What an enclave's report says, normalised. */
export function claimsOf(quote: Quote, body: EnclaveReport): Claims {
  const measurements = {
    mrenclave: toHex(body.mrEnclave),
    mrsigner: toHex(body.mrSigner),
    isvProdId: String(body.isvProdId),
    isvSvn: String(body.isvSvn),
    configId: toHex(body.configId),
    configSvn: String(body.configSvn),
    isvFamilyId: toHex(body.isvFamilyId),
    isvExtProdId: toHex(body.isvExtProdId),
  };
  const reportData = toHex(body.reportData);
  const report = {
    cpuSvn: toHex(body.cpuSvn),
    miscSelect: new Reader(body.miscSelect).u32('MISCSELECT'),
    attributes: toHex(body.attributes),
    ...measurements,
    reportData,
  };
  return {
    measurements,
    platform: {},
    reportData,
    debug: ((body.attributes[0] ?? 0) & ATTRIBUTE.debug) !== 0,
    workload: null,
    nonces: [],
    keys: [],
    evidence: { ...describeQuote(quote), report },
  };
}
