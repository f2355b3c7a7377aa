import type { IntelVendor } from '../intel/vendor.ts';
import type { SoftwareTd } from '../software/td.ts';
import { tappdService } from './api/tappd.ts';
import { guestService } from './api/v0.ts';
import { guestV1Service } from './api/v1.ts';
import { workerService, workerV1Service } from './api/worker.ts';
import type { AppInfo } from './attestation/app-info.ts';
import { type GuestAgentFault, suffer } from './fault.ts';
import { appInfoOf, bootGuest, type Guest, type GuestOptions } from './guest.ts';
import type { GuestIdentity } from './identity.ts';
import type { Kms } from './kms/kms.ts';
import { createRouter, type Mount } from './router.ts';
import { errorAnswer } from './wire/answer.ts';
import { MAX_BODY, tooLargeError } from './wire/request.ts';

/** In the order in which they are looked up: Tappd, whose place Worker shares, hides nothing from the app that asks. */
const APIS = ['v0', 'tappd', 'worker', 'v1'] as const;

/** APIs of a guest agent: unversioned `DstackGuest`, `Tappd`, unversioned `Worker`, and both services of v1. */
export type GuestApi = (typeof APIS)[number];

/** A guest, and how its agent behaves. */
export interface GuestAgentOptions extends GuestOptions {
  /** What is mounted. Default: everything, which no real listener has, but old and new clients mix up listeners. */
  readonly apis?: readonly GuestApi[];
  /** Asked once for each request. */
  readonly fault?: (request: Request) => GuestAgentFault | undefined;
}

/** A simulated guest agent and the guest that it is in. */
export interface GuestAgent {
  /** One handler for every listener: dstack's socket, Tappd's socket, TCP. */
  readonly handler: (request: Request) => Promise<Response>;
  /** The longest body, in bytes, and the answer to a longer one: a listener that reads bodies itself needs both. */
  readonly maxBody: number;
  readonly tooLarge: () => Response;
  /** The release of dstack that it behaves like. */
  readonly version: string;
  /** The app-compose file, verbatim. */
  readonly appCompose: string;
  /** Who the guest is, as it measured at boot. */
  readonly identity: GuestIdentity;
  /** Identity and aggregates as of now: values for a policy's releases. */
  readonly appInfo: () => AppInfo;
  /** Its registers; `pck` is what collateral is issued for. */
  readonly td: SoftwareTd;
  /** Roots of its keys and certificates, to pin. */
  readonly kms: Kms;
}

/**
 * Boots a guest of dstack in software and gives out its agent: unversioned API, Tappd and v1 on one handler, in JSON.
 * Throws for an app-compose file or a version that no guest boots with.
 *
 * @example
 * const agent = await createGuestAgent(vendor, { appCompose: await readFile('app-compose.json') });
 * await using service = await listen(agent.handler, { socket: '/tmp/dstack.sock' }, agent);
 */
export async function createGuestAgent(vendor: IntelVendor, options: GuestAgentOptions = {}): Promise<GuestAgent> {
  const guest = await bootGuest(vendor, options);
  const { release, compose, td, kms } = guest;
  const tooLarge = tooLargeError(release);
  const route = createRouter(mountsOf(guest, options.apis ?? APIS), release);
  return {
    async handler(request) {
      const fault = options.fault?.(request);
      return (fault && (await suffer(fault, request.signal))) ?? route(request);
    },
    maxBody: MAX_BODY,
    tooLarge: () => errorAnswer(tooLarge),
    version: release.name,
    appCompose: compose.text,
    identity: guest.identity,
    appInfo: () => appInfoOf(guest),
    td,
    kms,
  };
}

function mountsOf(guest: Guest, apis: readonly GuestApi[]): readonly Mount[] {
  const appCertificate = demoCertificate(guest);
  const v0 = guestService(guest, appCertificate);
  const worker = workerService(guest, appCertificate);
  const mounts: Readonly<Record<GuestApi, readonly Mount[]>> = {
    v0: [
      { prefix: '/', service: v0 },
      { prefix: '/v0/', service: v0 },
    ],
    tappd: [{ prefix: '/prpc/', name: 'Tappd.', service: tappdService(guest, appCertificate) }],
    worker: [
      { prefix: '/prpc/', name: 'Worker.', service: worker },
      { prefix: '/prpc/v0/', name: 'Worker.', service: worker },
    ],
    v1: [
      { prefix: '/v1/', service: guestV1Service(guest) },
      { prefix: '/prpc/v1/', name: 'Worker.', service: workerV1Service(guest) },
    ],
  };
  return APIS.filter((api) => apis.includes(api)).flatMap((api) => mounts[api]);
}

/** A certificate for show, asked for when somebody wants to see it; until it is there it is empty. */
function demoCertificate({ certificates }: Guest): () => string {
  let text = '';
  let asked = false;
  const ask = async (): Promise<void> => {
    text = (await certificates.demo()).join('\n');
  };
  return () => {
    if (!asked) {
      asked = true;
      ask().catch(() => {
        asked = false;
      });
    }
    return text;
  };
}
