import { randomBytes } from 'node:crypto';
import { newApiKey, printConfig, VERIFIER_ALIASES, verifierConfig } from '@assay/server';
import { type Answer, jsonText } from '../answer.ts';
import { EXIT } from '../failure.ts';
import type { Io } from '../io.ts';
import { serviceAnnouncement } from '../serving/announcement.ts';
import { configurationOf, type ServiceFlags } from '../serving/configuration.ts';
import { withExplorer } from '../serving/explorer.ts';
import { withService } from '../serving/service.ts';
import { openVerifier } from '../serving/verifier.ts';
import { stopped } from '../stop.ts';
import { version } from '../version.ts';

/** Options that are no keys of the configuration. */
interface VerifierFlags extends ServiceFlags {
  readonly newKey?: string;
  readonly admin?: boolean;
}

/** Serves verdicts until it is told to stop, or makes a key for a caller. Throws `usage` and `unavailable`. */
export async function serveVerifier(
  { newKey, admin, ...flags }: VerifierFlags,
  io: Io,
  stop: AbortSignal,
): Promise<Answer> {
  if (newKey !== undefined) return keyFor(newKey, admin === true, flags.json);
  const config = await configurationOf({ schema: verifierConfig, aliases: VERIFIER_ALIASES }, flags, io);
  if (flags.printConfig) return { output: printConfig(config, verifierConfig), exitCode: EXIT.trusted };
  await using verifier = await openVerifier(config.values, io);
  await withService(withExplorer(verifier.service), io, async (reachable) => {
    io.stdout(serviceAnnouncement({ service: 'verifier', version: version(), reachable }, flags.json, io));
    await stopped(stop);
  });
  return { output: '', exitCode: EXIT.trusted };
}

/** The key is shown this once: the file has its hash only. */
function keyFor(id: string, admin: boolean, json: boolean | undefined): Answer {
  const caller = { id, role: admin ? 'admin' : 'caller' } as const;
  const { key, line } = newApiKey(caller, randomBytes);
  const output = json
    ? jsonText({ schema: 'assay.api-key/1', ...caller, key, line })
    : `key, shown this once:  ${key}\nline for the file:     ${line}\n`;
  return { output, exitCode: EXIT.trusted };
}
