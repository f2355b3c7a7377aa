import type { AuthenticateOptions, Evidence, Policy, VerifyOptions } from '@assay/verify';
import type { Subject } from '@assay/verify/binding';
import { readCollateral } from './collateral/read.ts';
import type { Found } from './evidence.ts';
import { usage } from './failure.ts';
import { readInput } from './files.ts';
import type { Io } from './io.ts';
import { policyOf } from './policy-options.ts';
import { TEES } from './tees.ts';
import { parseHex, parseTime, readCertificates } from './values.ts';

/** Options that say at which instant evidence is judged, and whom the caller trusts. */
export interface TrustFlags {
  readonly collateral?: string;
  readonly at?: string;
  readonly rootCa?: string;
  readonly allowSimulated?: boolean;
}

/** Options that name what belongs to the evidence. */
export interface CompanionFlags {
  readonly eventLog?: string;
  readonly appCompose?: string;
  readonly statement?: string;
}

/** Options that say what is expected. */
export interface ExpectationFlags {
  readonly policy?: string;
  readonly expect?: readonly string[];
  readonly nonce?: string;
  readonly reportData?: string;
  readonly profile?: string;
  readonly peerKey?: string;
  readonly payload?: string;
  readonly certificate?: string;
}

/** Seconds by which clocks may differ when the instant is the present. */
const CLOCK_SKEW = 60;

/** The instant, the roots and the endorsements. */
export async function trustOptions(flags: TrustFlags, io: Io): Promise<AuthenticateOptions> {
  const { at, collateral, rootCa, allowSimulated } = flags;
  if (allowSimulated && rootCa === undefined) {
    throw usage('--allow-simulated: name the simulated root with --root-ca', '--allow-simulated');
  }
  return {
    tees: TEES,
    now: at === undefined ? io.now() : parseTime(at, '--at'),
    clockSkewSeconds: at === undefined ? CLOCK_SKEW : 0,
    ...(collateral !== undefined && { endorsements: await readCollateral(collateral, io) }),
    ...(rootCa !== undefined && { roots: await readCertificates(rootCa, io, '--root-ca') }),
    ...(allowSimulated && { allowSimulated }),
  };
}

/** The evidence with what the caller has besides; that goes before what came along. */
export async function completed(found: Found, flags: CompanionFlags, io: Io): Promise<Evidence> {
  const read = async (path: string | undefined, field: string): Promise<Uint8Array | undefined> =>
    path === undefined ? undefined : readInput(path, io, field);
  const { evidence, proof, endorsements } = found;
  return {
    evidence,
    proof,
    endorsements,
    eventLog: (await read(flags.eventLog, '--event-log')) ?? found.eventLog,
    appCompose: (await read(flags.appCompose, '--app-compose')) ?? found.appCompose,
    statement: (await read(flags.statement, '--statement')) ?? found.statement,
  };
}

/** Policy, nonce, and what the caller saw. */
export async function expectations(
  flags: ExpectationFlags,
  found: Found,
  io: Io,
): Promise<Pick<VerifyOptions, 'policy' | 'nonce' | 'subject'>> {
  const policy = await policyOf({ ...flags, raw: flags.reportData !== undefined }, io);
  refuseOverlooked(flags, policy);
  const subject = await subjectOf(flags, found, policy, io);
  return {
    policy,
    ...(flags.nonce !== undefined && { nonce: parseHex(flags.nonce, '--nonce') }),
    ...(subject && { subject }),
  };
}

/** Whoever names what to compare wants it compared: throws `usage` where the policy waives that layer. */
function refuseOverlooked(flags: ExpectationFlags, { freshness, binding }: Policy): void {
  const { nonce, peerKey, payload, certificate } = flags;
  const waived = [
    ['freshness', freshness, { '--nonce': nonce }],
    ['binding', binding, { '--peer-key': peerKey, '--payload': payload, '--certificate': certificate }],
  ] as const;
  for (const [layer, wish, options] of waived) {
    const [option] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
    if (wish !== 'any' || option === undefined) continue;
    throw usage(`${option}: the policy says \`${layer}: any\`, which compares nothing: give one of them`, option);
  }
}

/** A certificate that is the file itself is what the caller asks about. */
async function subjectOf(
  flags: ExpectationFlags,
  found: Found,
  { binding }: Policy,
  io: Io,
): Promise<Subject | undefined> {
  const { reportData, peerKey, payload } = flags;
  const carries = typeof binding === 'object' && binding.profile === 'ratls-cert';
  const [given] = flags.certificate === undefined ? [] : await readCertificates(flags.certificate, io, '--certificate');
  const certificate = given ?? (carries ? found.certificate : undefined);
  const subject: Subject = {
    ...(reportData !== undefined && { reportData: parseHex(reportData, '--report-data') }),
    ...(peerKey !== undefined && { peerKey: { spkiSha256: parseHex(peerKey, '--peer-key') } }),
    ...(payload !== undefined && { payload: await readInput(payload, io, '--payload') }),
    ...(certificate && { certificate }),
  };
  return Object.keys(subject).length > 0 ? subject : undefined;
}
