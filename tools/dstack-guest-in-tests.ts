import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGuestAgent, type GuestAgent, type GuestAgentOptions } from '../packages/simulate/src/dstack/agent.ts';
import { issueCollateral } from '../packages/simulate/src/intel/collateral.ts';
import { createIntelVendor } from '../packages/simulate/src/intel/vendor.ts';
import { listen } from '../packages/simulate/src/listen.ts';
import { toHex, utf8 } from '../packages/verify/src/codec/index.ts';
import { endorsementsFromDirectory } from '../packages/verify/src/endorsements/index.ts';
import {
  fromPem,
  type Policy,
  type RawEndorsements,
  type Release,
  type Verdict,
  verify,
} from '../packages/verify/src/index.ts';
import type { VerifyOptions } from '../packages/verify/src/options.ts';
import { tdx } from '../packages/verify/src/tdx/index.ts';

/** A simulated guest that listens, and a relying party that knows its platform and its app. */
export interface RunningGuest extends AsyncDisposable {
  readonly agent: GuestAgent;
  /** Path of its Unix socket. */
  readonly socket: string;
  /** `http://127.0.0.1:PORT` */
  readonly tcp: string;
  /** Its KMS root and app, to judge key chains by. */
  readonly pin: { readonly kmsRoot: Uint8Array; readonly appId: Uint8Array };
  /** Values of this app as they are now. */
  readonly measurements: () => Release['measurements'];
  /** A policy whose one release is this app. */
  readonly policy: (more: Policy) => Policy;
  /** Its vendor's root (DER) and endorsements. */
  readonly trust: { readonly roots: readonly Uint8Array[]; readonly endorsements: RawEndorsements };
  judge(told: Told, options: Partial<VerifyOptions>): Promise<Verdict>;
}

/** What an agent answered: quote in hexadecimal, log as text. */
export interface Told {
  readonly quote: string;
  readonly event_log?: string | undefined;
  readonly appCompose?: string | undefined;
}

const now = new Date('2026-11-20T12:00:00Z');

/** Starts a guest in software that listens on a Unix socket and on a port of its own. `await using` stops it. */
export async function runGuest(options: GuestAgentOptions = {}): Promise<RunningGuest> {
  const vendor = await createIntelVendor({ seed: 'dstack clients', now });
  const agent = await createGuestAgent(vendor, options);
  const folder = await mkdtemp(join(tmpdir(), 'guest-'));
  const limits = { maxBody: agent.maxBody, tooLarge: agent.tooLarge };
  const onSocket = await listen(agent.handler, { socket: join(folder, 'dstack.sock') }, limits);
  const onPort = await listen(agent.handler, { port: 0 }, limits);
  const collateral = Object.entries(await issueCollateral(vendor, agent.td.pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
  );
  const endorsements = endorsementsFromDirectory(Object.fromEntries(collateral));
  const roots = fromPem(vendor.rootPem, 'CERTIFICATE');
  const measurements = (): Release['measurements'] => {
    const { mrSystem, mrAggregated, composeHash, appId, instanceId } = agent.appInfo();
    const values = Object.entries({ mrSystem, mrAggregated, composeHash, appId, instanceId });
    return Object.fromEntries(values.map(([name, value]) => [name, toHex(value)]));
  };
  const policy = (more: Policy): Policy => ({
    releases: [{ name: 'this app', measurements: measurements() }],
    ...more,
  });
  return {
    agent,
    socket: onSocket.address,
    tcp: onPort.address,
    pin: { kmsRoot: agent.kms.k256RootPublicKey, appId: agent.identity.appId },
    measurements,
    policy,
    trust: { roots, endorsements },
    judge({ quote, event_log, appCompose = agent.appCompose }, more) {
      const evidence = {
        evidence: Buffer.from(quote, 'hex'),
        ...(event_log !== undefined && { eventLog: utf8(event_log) }),
        appCompose: utf8(appCompose),
      };
      const trusting = { tees: [tdx], now, roots, allowSimulated: true, endorsements };
      return verify(evidence, { ...trusting, policy: policy({}), ...more });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([onSocket.close(), onPort.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

/** Ids of the checks that refused. */
export const refusals = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
