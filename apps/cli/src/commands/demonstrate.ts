import { readdir, rm } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { attesterConfig, collateralConfig, createFrontDoor, mounted } from '@assay/server';
import { createSoftwareTd } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { invitation } from '../demonstration/invitation.ts';
import { prepareVerification, storePolicy } from '../demonstration/verification.ts';
import type { Io } from '../io.ts';
import { attesterService } from '../serving/attester.ts';
import { openCollateral } from '../serving/collateral.ts';
import { withExplorer } from '../serving/explorer.ts';
import { type Service, withService } from '../serving/service.ts';
import { openVerifier } from '../serving/verifier.ts';
import { onGround } from '../simulation/ground.ts';
import { startIntel } from '../simulation/intel.ts';
import { measurementsOf, policyText } from '../simulation/policy.ts';
import { stopped } from '../stop.ts';
import { version } from '../version.ts';

/** What stands on the front page, in /info and in each statement. */
const NAME = 'SIMULATED service of a software TEE';
const RELEASE = 'TDX guest';

/** Where the demonstration is. */
export interface Demonstration {
  /** The attester's; the verifier and the collateral service are at the third and fourth after it. 0 takes any that are free. */
  readonly port: number;
}

/**
 * A software TD, the vendor that stands in for Intel, and the services that attest it, verify it and vouch for it, on
 * 127.0.0.1 and ::1 until it is told to stop. Prints what to open, and the commands that verify it from another
 * terminal. Throws `usage` when a port is taken.
 */
export async function demonstrate({ port }: Demonstration, io: Io, stop: AbortSignal): Promise<void> {
  const report = (message: string): void => io.stderr(`assay: ${message}\n`);
  const quiet = { ...io, stderr: withoutRequests(io.stderr) };
  const at = (distance: number): number => (port === 0 ? 0 : port + distance);
  const serve = <T>(service: Service, work: (address: string) => Promise<T>): Promise<T> =>
    withService(onLoopback(service), quiet, ([reachable]) => work(reachable?.at ?? ''));
  await onGround({ directory: undefined, firstPort: 0, seed: undefined, clock: io.now, report }, async (ground) => {
    const { vendor, pck, service: pcs, root } = await startIntel(ground);
    const td = createSoftwareTd(vendor, { pck });
    const binding = { profile: 'assay/1-batch', type: 'attestation', claims: { name: NAME, version: version() } };
    const measurements = await measurementsOf(td, ['mrtd']);
    const policy = await ground.write('policy.yaml', policyText(RELEASE, measurements, binding));
    const folder = await ground.folder('kept');
    ground.later(() => emptied(folder));

    const database = `${folder}/collateral.db`;
    const from = { pcs, rootCrl: `${pcs}/IntelSGXRootCA.der`, kds: 'off', rootCa: root };
    const cache = collateralConfig.parse({ port: at(4), metricsPort: 'off', database, ...from });
    await using endorsing = await openCollateral(cache, quiet);
    await serve(withExplorer(endorsing.service), async (collateral) => {
      const verification = { port: at(3), collateralFrom: collateral, root, folder };
      const { config, callerKey, adminKey } = await prepareVerification(ground, verification);
      await using verifying = await openVerifier(config, quiet);
      await serve(withExplorer(verifying.service), async (verifier) => {
        await storePolicy(verifier, adminKey, { releases: [{ name: `simulated ${RELEASE}`, measurements }], binding });
        const attesting = attesterConfig.parse({
          host,
          port,
          name: NAME,
          metricsPort: 'off',
          collateralFrom: collateral,
        });
        const service = await attesterService(attesting, createSoftwareAttester(td), quiet);
        await serve(forBrowsers(service), async (attester) => {
          io.stdout(invitation({ attester, verifier, collateral, root, policy, callerKey }, ground, io));
          await stopped(stop);
        });
      });
    });
  });
}

const host = '127.0.0.1';

/** Where people look at it first, there is the page. */
function forBrowsers(service: Service): Service {
  const door = createFrontDoor('/explorer/');
  return { ...service, listening: service.listening.map((one) => ({ ...one, app: mounted([door, one.app]) })) };
}

/** A page asks for many files: its requests would push what was printed out of sight. */
function withoutRequests(write: Io['stderr']): Io['stderr'] {
  return (text) => (text.startsWith('{"level":30,') ? undefined : write(text));
}

/** What databases leave: the folder itself goes last. */
async function emptied(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
}

/** Browsers try both addresses of `localhost`; a machine may have one of them only. */
function onLoopback(service: Service): Service {
  const six = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
  const more = service.listening.flatMap((one) =>
    six && 'port' in one.place && one.place.port !== 0
      ? [{ ...one, place: { host: '::1', port: one.place.port } }]
      : [],
  );
  return { ...service, listening: [...service.listening, ...more] };
}
