import { COLLATERAL_ALIASES, collateralConfig, printConfig } from '@assay/server';
import type { Answer } from '../answer.ts';
import { EXIT } from '../failure.ts';
import type { Io } from '../io.ts';
import { serviceAnnouncement } from '../serving/announcement.ts';
import { openCollateral } from '../serving/collateral.ts';
import { configurationOf, type ServiceFlags } from '../serving/configuration.ts';
import { withExplorer } from '../serving/explorer.ts';
import { withService } from '../serving/service.ts';
import { stopped } from '../stop.ts';
import { version } from '../version.ts';

/** Serves vendors' endorsements until it is told to stop. Throws `usage`, `malformed` and `unavailable`. */
export async function serveCollateral(flags: ServiceFlags, io: Io, stop: AbortSignal): Promise<Answer> {
  const config = await configurationOf({ schema: collateralConfig, aliases: COLLATERAL_ALIASES }, flags, io);
  if (flags.printConfig) return { output: printConfig(config, collateralConfig), exitCode: EXIT.trusted };
  await using collateral = await openCollateral(config.values, io);
  await withService(withExplorer(collateral.service), io, async (reachable) => {
    io.stdout(serviceAnnouncement({ service: 'collateral', version: version(), reachable }, flags.json, io));
    await stopped(stop);
  });
  return { output: '', exitCode: EXIT.trusted };
}
