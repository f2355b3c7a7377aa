import { toHex } from '../codec/hex.ts';
import type { UnixSeconds } from '../codec/time.ts';
import type { Endorsements } from '../endorsements/handle.ts';
import type { Authenticated, Clock, Parsed } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { authenticateCollateral, type Collateral } from './collateral.ts';
import { withPlatform } from './describe.ts';
import { dcapStateOf } from './endorsements.ts';
import type { PckPlatform } from './pck-extension.ts';
import { authenticatePlatform, type DocumentIds, type Platform } from './platform.ts';
import type { Quote } from './quote.ts';
import { describeTcb, type TcbFinding } from './tcb.ts';
import type { EnclaveLevel, TcbInfo } from './tcb-info.ts';
import type { TcbStatus } from './tcb-status.ts';
import { checkWindows, intersection } from './window.ts';

/** A parsed quote with the body that its TEE reads. */
export interface ParsedQuote<Body> extends Parsed {
  readonly quote: Quote;
  readonly body: Body;
}

/** What authentication of a quote found. */
export interface AuthenticatedQuote<Body> extends Authenticated {
  readonly body: Body;
  /** Issue dates of the collateral that is re-issued monthly: TCB info, QE identity, PCK CRL. */
  readonly issued: readonly UnixSeconds[];
  /** What runs now comes to, where the body tells it from the launch; else null. */
  readonly current: TcbStatus | null;
}

/** What differs between the TEEs: their documents, and how their level is found. */
export interface QuoteAppraiser<Body> {
  readonly documents: DocumentIds;
  /** Finds the TCB level, recording its checks; undefined when there is none. */
  evaluate(input: TcbInput<Body>, checks: Checklist): TcbFinding | undefined;
}

/** Everything that the level of a platform follows from. */
export interface TcbInput<Body> {
  readonly body: Body;
  readonly platform: PckPlatform;
  readonly tcbInfo: TcbInfo;
  readonly qe: EnclaveLevel;
}

/** Authenticates a quote against collateral: the layer `authentic`. */
export async function authenticateQuote<Body>(
  parsed: ParsedQuote<Body>,
  appraiser: QuoteAppraiser<Body>,
  endorsements: Endorsements,
  clock: Clock,
  checks: Checklist,
): Promise<AuthenticatedQuote<Body>> {
  const { quote, body } = parsed;
  const state = dcapStateOf(endorsements);
  const collateral = state?.collateral ?? (await authenticateCollateral({}, { roots: [] }));
  checks.replay(collateral.checks);
  checkWindows(collateral.windows, clock, checks);
  const { platformPart, attestationKey } = quote.authentication;
  const owner = `${appraiser.documents.tcbInfo} ${quote.header.version} ${toHex(attestationKey)}`;
  const known = state?.platform(owner, platformPart);
  const platform = known ?? (await authenticatePlatform(quote.authentication, collateral, appraiser.documents));
  // Only a sound platform is remembered: nobody else's quotes can push it out or fill the memory.
  const sound = platform.checks.every(({ outcome }) => outcome === 'pass');
  if (known === undefined && sound) state?.rememberPlatform(owner, platformPart, platform);
  checks.replay(platform.checks);
  checkWindows(platform.windows, clock, checks);
  if (platform.attestationKey === undefined) checks.skip('dcap.quote.signature', 'needs the attestation key');
  else
    checks.test(
      'dcap.quote.signature',
      await platform.attestationKey.verify(quote.authentication.signature, quote.signed),
    );
  const finding = evaluate(body, appraiser, platform, collateral, checks);
  const { tcbInfo, qeIdentity, pckCrl } = collateral;
  return {
    body,
    claims: withPlatform(parsed.claims, platform.pck?.platform),
    tcb: finding && tcbInfo && qeIdentity ? describeTcb(finding, tcbInfo, qeIdentity) : null,
    current: finding?.current ?? null,
    simulated: collateral.anchor === 'caller',
    validity: intersection([...collateral.windows, ...platform.windows]),
    issued: [tcbInfo?.issueDate, qeIdentity?.issueDate, pckCrl?.thisUpdate].filter((date) => date !== undefined),
  };
}

function evaluate<Body>(
  body: Body,
  appraiser: QuoteAppraiser<Body>,
  { pck, qe, documented }: Platform,
  { tcbInfo }: Collateral,
  checks: Checklist,
): TcbFinding | undefined {
  const platform = pck?.platform;
  if (platform === undefined || tcbInfo === undefined || qe === undefined || !documented) {
    checks.skip('dcap.tcb.level', 'needs the PCK certificate, its TCB info and the QE identity');
    return undefined;
  }
  return appraiser.evaluate({ body, platform, tcbInfo, qe }, checks);
}
