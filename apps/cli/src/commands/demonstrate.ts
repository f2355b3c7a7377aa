import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { attesterConfig } from '@assay/server';
import { createSoftwareTd } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import type { Io } from '../io.ts';
import { attesterService } from '../serving/attester.ts';
import { type Service, withService } from '../serving/service.ts';
import { quoted, shellLine } from '../simulation/commands.ts';
import { type Ground, onGround } from '../simulation/ground.ts';
import { startIntel } from '../simulation/intel.ts';
import { measurementsOf, policyText } from '../simulation/policy.ts';
import { stopped } from '../stop.ts';
import { COLOURED, PLAIN } from '../table/style.ts';
import { version } from '../version.ts';

/** What stands on the front page, in /info and in each statement. */
const NAME = 'SIMULATED service of a software TEE';

/** Where the demonstration is. */
export interface Demonstration {
  /** 0 takes any port that is free, on 127.0.0.1 alone. */
  readonly port: number;
}

/**
 * A software TD, the vendor that stands in for Intel, and the attester service, for this machine alone until it is told
 * to stop. Prints the commands that verify it from another terminal. Throws `usage` when the port is taken.
 */
export async function demonstrate({ port }: Demonstration, io: Io, stop: AbortSignal): Promise<void> {
  const report = (message: string): void => io.stderr(`assay: ${message}\n`);
  await onGround({ directory: undefined, firstPort: 0, seed: undefined, clock: io.now, report }, async (ground) => {
    const { vendor, pck, service: collateralFrom, root } = await startIntel(ground);
    const td = createSoftwareTd(vendor, { pck });
    const claims = { name: NAME, version: version() };
    const binding = { profile: 'assay/1-batch', claims };
    const measurements = await measurementsOf(td, ['mrtd']);
    const policy = await ground.write('policy.yaml', policyText('TDX guest', measurements, binding));
    const config = attesterConfig.parse({ host: '127.0.0.1', port, name: NAME, metricsPort: 'off', collateralFrom });
    const service = await attesterService(config, createSoftwareAttester(td), io);
    await withService(onLoopback(service, port), io, async ([reachable]) => {
      const url = reachable?.at.replace('127.0.0.1', 'localhost') ?? '';
      io.stdout(invitation(url, { root, policy }, ground, io));
      await stopped(stop);
    });
  });
}

/** Browsers try both addresses of `localhost`; a machine may have one of them only. */
function onLoopback(service: Service, port: number): Service {
  const six = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
  const more = six && port !== 0 ? service.listening.map((one) => ({ ...one, place: { host: '::1', port } })) : [];
  return { ...service, listening: [...service.listening, ...more] };
}

function invitation(
  url: string,
  { root, policy }: { readonly root: string; readonly policy: string },
  ground: Ground,
  io: Io,
): string {
  const style = io.colour ? COLOURED : PLAIN;
  const nonce = randomBytes(32).toString('hex');
  const evidence = ground.path('evidence.json');
  ground.later(() => rm(evidence, { force: true }));
  const trust = ['--root-ca', root, '--allow-simulated'];
  const verify = shellLine({
    environment: {},
    args: ['verify', evidence, ...trust, '--policy', policy, '--nonce', nonce],
  });
  return `${style.bold(style.doubtful('! SIMULATED'))}  Open ${style.bold(url)}: a software TEE, which proves nothing about any machine.

${style.bold('In another terminal')}
  curl -sS ${quoted(`${url}/attestation?nonce=${nonce}`)} -o ${quoted(evidence)}
  ${verify}

${style.bold('What to try')}    · leave out --allow-simulated, or change a digit of --nonce: it is refused, and says why
               · npx assay inspect ${quoted(evidence)}
               · npx assay --help

Ctrl-C ends it.
`;
}
