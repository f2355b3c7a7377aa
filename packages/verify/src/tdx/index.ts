import { type AuthenticatedQuote, authenticateQuote, type ParsedQuote } from '../dcap/authenticate.ts';
import { OPTIONAL_CHECKS } from '../dcap/checks.ts';
import { dcapEndorsements } from '../dcap/endorsements.ts';
import { claimedTeeType, TEE_TYPE } from '../dcap/header.ts';
import { parseQuote, type QuoteShape } from '../dcap/quote.ts';
import { appraiseTcb } from '../policy/tcb.ts';
import type { Tee } from '../tee.ts';
import { requiredIds } from '../verdict/catalogue.ts';
import { appraiseAttributes } from './attributes.ts';
import { tdxChecks } from './checks.ts';
import { claimsOf } from './claims.ts';
import { tdxAppraiser } from './evaluate.ts';
import { parseTdReport, TD_REPORT_SIZE, type TdReport } from './td-report.ts';

export type { AuthenticatedQuote, ParsedQuote } from '../dcap/authenticate.ts';
export type { Quote } from '../dcap/quote.ts';
export type { TdReport } from './td-report.ts';

const SHAPE: QuoteShape = { teeType: TEE_TYPE.tdx, versions: [4, 5], plain: TD_REPORT_SIZE[2], bodies: TD_REPORT_SIZE };
const PLATFORM = [
  'tcb.status',
  'tdx.debug',
  'tdx.attributes',
  'tdx.sept-ve-disable',
  'tdx.migratable',
  'tdx.service-td',
];

/** Intel TDX: quotes of version 4, and 5 with body types 2 (TDX 1.0), 3 (1.5) and 4 (1.5 extended). */
export const tdx: Tee<ParsedQuote<TdReport>, AuthenticatedQuote<TdReport>> = {
  name: 'tdx',
  endorsements: dcapEndorsements,
  checks: tdxChecks,
  explanations: async () => (await import('./explanations.ts')).tdxExplanations,
  required: { authentic: requiredIds(tdxChecks, 'authentic', OPTIONAL_CHECKS), platform: PLATFORM },
  recognises(bytes) {
    return claimedTeeType(bytes) === TEE_TYPE.tdx;
  },
  parse(bytes, checks) {
    const quote = parseQuote(bytes, SHAPE, checks);
    if (quote === undefined) return undefined;
    const body = parseTdReport(quote.body);
    return { quote, body, claims: claimsOf(quote, body) };
  },
  authenticate(parsed, endorsements, clock, checks) {
    return authenticateQuote(parsed, tdxAppraiser, endorsements, clock, checks);
  },
  appraise({ body, tcb, issued, current }, policy, clock, checks) {
    appraiseTcb({ tcb, issued, current }, policy, clock, checks);
    appraiseAttributes(body, policy, checks);
  },
};
