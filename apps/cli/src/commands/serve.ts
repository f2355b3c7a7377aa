import { ATTESTER_ALIASES, attesterConfig, BROKER_ALIASES, brokerConfig, printConfig } from '@assay/server';
import type { Answer } from '../answer.ts';
import { EXIT } from '../failure.ts';
import type { Io } from '../io.ts';
import { serviceAnnouncement } from '../serving/announcement.ts';
import { attesterService } from '../serving/attester.ts';
import { brokerService } from '../serving/broker.ts';
import { configurationOf, type ServiceFlags } from '../serving/configuration.ts';
import { evidenceSource } from '../serving/evidence-source.ts';
import { withService } from '../serving/service.ts';
import { stopped } from '../stop.ts';
import { version } from '../version.ts';

const DONE: Answer = { output: '', exitCode: EXIT.trusted };

/** Serves evidence of this machine until it is told to stop. Throws `usage`. */
export async function serveAttester(flags: ServiceFlags, io: Io, stop: AbortSignal): Promise<Answer> {
  const config = await configurationOf({ schema: attesterConfig, aliases: ATTESTER_ALIASES }, flags, io);
  if (flags.printConfig) return printed(printConfig(config, attesterConfig));
  const { attester, works } = await evidenceSource(config.values.from, io);
  const service = await attesterService(config.values, attester, io);
  await withService(service, io, async (reachable) => {
    const evidence = works ? attester.name : null;
    const running = { service: 'attester', version: version(), evidence, reachable } as const;
    io.stdout(serviceAnnouncement(running, flags.json, io));
    await stopped(stop);
  });
  return DONE;
}

/** Stands in front of a dstack guest agent until it is told to stop. Throws `usage`. */
export async function serveBroker(flags: ServiceFlags, io: Io, stop: AbortSignal): Promise<Answer> {
  const config = await configurationOf({ schema: brokerConfig, aliases: BROKER_ALIASES }, flags, io);
  if (flags.printConfig) return printed(printConfig(config, brokerConfig));
  await withService(brokerService(config.values), io, async (reachable) => {
    io.stdout(serviceAnnouncement({ service: 'broker', version: version(), reachable }, flags.json, io));
    await stopped(stop);
  });
  return DONE;
}

function printed(output: string): Answer {
  return { ...DONE, output };
}
