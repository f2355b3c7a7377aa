import { type AuthenticatedQuote, authenticateQuote, type ParsedQuote } from '../dcap/authenticate.ts';
import { OPTIONAL_CHECKS } from '../dcap/checks.ts';
import { ENCLAVE_REPORT_SIZE, type EnclaveReport, parseEnclaveReport } from '../dcap/enclave-report.ts';
import { dcapEndorsements } from '../dcap/endorsements.ts';
import { claimedTeeType, TEE_TYPE } from '../dcap/header.ts';
import { parseQuote, type QuoteShape } from '../dcap/quote.ts';
import { appraiseTcb } from '../policy/tcb.ts';
import type { Tee } from '../tee.ts';
import { requiredIds } from '../verdict/catalogue.ts';
import { sgxChecks } from './checks.ts';
import { ATTRIBUTE, claimsOf } from './claims.ts';
import { sgxAppraiser } from './evaluate.ts';

export type { AuthenticatedQuote, ParsedQuote } from '../dcap/authenticate.ts';
export type { EnclaveReport } from '../dcap/enclave-report.ts';
export { INTEL_ROOT_KEY } from '../dcap/pins.ts';
export type { Quote } from '../dcap/quote.ts';

const SHAPE: QuoteShape = {
  teeType: TEE_TYPE.sgx,
  versions: [3, 4, 5],
  plain: ENCLAVE_REPORT_SIZE,
  bodies: { 1: ENCLAVE_REPORT_SIZE },
};

/** Intel SGX: quotes of version 3, 4, and 5 with body type 1. */
export const sgx: Tee<ParsedQuote<EnclaveReport>, AuthenticatedQuote<EnclaveReport>> = {
  name: 'sgx',
  endorsements: dcapEndorsements,
  checks: sgxChecks,
  explanations: async () => (await import('./explanations.ts')).sgxExplanations,
  required: {
    authentic: requiredIds(sgxChecks, 'authentic', OPTIONAL_CHECKS),
    platform: ['tcb.status', 'sgx.debug', 'sgx.init'],
  },
  recognises(bytes) {
    const type = claimedTeeType(bytes);
    return type !== undefined && type !== TEE_TYPE.tdx;
  },
  parse(bytes, checks) {
    const quote = parseQuote(bytes, SHAPE, checks);
    if (quote === undefined) return undefined;
    const body = parseEnclaveReport(quote.body);
    return { quote, body, claims: claimsOf(quote, body) };
  },
  authenticate(parsed, endorsements, clock, checks) {
    return authenticateQuote(parsed, sgxAppraiser, endorsements, clock, checks);
  },
  appraise({ body, tcb, issued }, policy, clock, checks) {
    appraiseTcb({ tcb, issued }, policy, clock, checks);
    const flags = body.attributes[0] ?? 0;
    checks.test('sgx.init', (flags & ATTRIBUTE.init) !== 0);
    const debug = (flags & ATTRIBUTE.debug) !== 0;
    if (debug && policy.debug === 'allow') checks.warn('sgx.debug', { expected: 'off', actual: 'on' });
    else checks.test('sgx.debug', !debug, { expected: 'off', actual: debug ? 'on' : 'off' });
  },
};
