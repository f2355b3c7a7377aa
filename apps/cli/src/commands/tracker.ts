import { printConfig } from '@assay/server';
import { TRACKER_ALIASES, trackerConfig } from '@assay/tracker';
import type { Answer } from '../answer.ts';
import { EXIT } from '../failure.ts';
import type { Io } from '../io.ts';
import { serviceAnnouncement } from '../serving/announcement.ts';
import { configurationOf, type ServiceFlags } from '../serving/configuration.ts';
import { openTracker } from '../serving/tracker.ts';
import { stopped } from '../stop.ts';
import { version } from '../version.ts';

/** Tracks torrents until it is told to stop. Throws `usage` and `unavailable`. */
export async function tracker(flags: ServiceFlags, io: Io, stop: AbortSignal): Promise<Answer> {
  const config = await configurationOf({ schema: trackerConfig, aliases: TRACKER_ALIASES }, flags, io);
  if (flags.printConfig) return { output: printConfig(config, trackerConfig), exitCode: EXIT.trusted };
  await using running = await openTracker(config.values, io);
  const { reachable, evidence } = running;
  const about = { service: 'tracker', version: version(), reachable } as const;
  io.stdout(serviceAnnouncement({ ...about, ...(evidence !== undefined && { evidence }) }, flags.json, io));
  await stopped(stop);
  return { output: '', exitCode: EXIT.trusted };
}
