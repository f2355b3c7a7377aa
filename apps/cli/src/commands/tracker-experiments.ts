import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { attestersOf } from '@assay/attest';
import { lookForTee, pngWriter, referencePolicy, runExperiments, writeExperiments } from '@assay/tracker';
import { fromPem } from '@assay/verify/codec';
import { type Answer, jsonText } from '../answer.ts';
import { EXIT, usage } from '../failure.ts';
import type { Io } from '../io.ts';
import { endorsementsFrom } from '../serving/endorsements-from.ts';
import { startDstack } from '../simulation/dstack.ts';
import { type Ground, onGround } from '../simulation/ground.ts';
import { startIntel } from '../simulation/intel.ts';
import { parseInteger } from '../values.ts';
import { version } from '../version.ts';

/** Options of `assay tracker experiments`. */
export interface ExperimentFlags {
  readonly iterations: string;
  readonly duration: string;
  readonly output: string;
  /** False for `--no-png`. */
  readonly png: boolean;
  readonly json?: boolean;
}

/** Measures a tracker beside a simulated TEE. Throws `usage`, and `unavailable` when any request fails. */
export async function trackerExperiments(flags: ExperimentFlags, io: Io): Promise<Answer> {
  const iterations = positive(flags.iterations, '--iterations', 1_000_000);
  const durationSeconds = positive(flags.duration, '--duration', 86_400);
  const startedAt = io.now().toISOString();
  const progress = (line: string): void => io.stderr(`assay: ${line}\n`);
  const experiments = await onGround(
    { directory: undefined, firstPort: 0, seed: undefined, clock: io.now, report: progress },
    async (ground) => {
      const folder = await mkdtemp(join(tmpdir(), 'assay-experiments-'));
      ground.later(() => rm(folder, { recursive: true, force: true }));
      const tee = await simulatedTee(ground, io, progress);
      const common = { iterations, durationSeconds, folder, tee, progress, version: version(), clock: io.now };
      return runExperiments({ ...common, random: randomBytes, elapsed: () => performance.now() });
    },
  );
  const cpu = cpus()[0]?.model.trim() ?? 'unknown';
  const machine = { cpu, cores: availableParallelism(), node: process.version, platform: process.platform };
  const facts = { version: version(), startedAt, iterations, durationSeconds, machine };
  const png = flags.png ? pngWriter(io.env) : undefined;
  const { files, withoutPng } = await writeExperiments(flags.output, facts, experiments, png);
  const told = flags.png ? withoutPng : 'as --no-png asks for';
  if (flags.json) {
    const document = { schema: 'assay.tracker-experiments-written/1', folder: flags.output, files };
    return { output: jsonText({ ...document, withoutPng: told ?? null }), exitCode: EXIT.trusted };
  }
  const svgOnly = told === undefined ? '' : `Figures are SVG only: ${told}.\n`;
  const output = `SIMULATED TEE: the figures say nothing of the speed of hardware.\n${svgOnly}${files.map((name) => `${join(flags.output, name)}\n`).join('')}`;
  return { output, exitCode: EXIT.trusted };
}

/** A guest of dstack in software, found as a tracker finds it: its agent makes quotes and derives keys. */
async function simulatedTee(ground: Ground, io: Io, report: (line: string) => void) {
  const intel = await startIntel(ground);
  const guest = await startDstack(ground, intel, { appCompose: undefined, version: undefined });
  const roots = fromPem(intel.vendor.rootPem, 'CERTIFICATE');
  const attesters = attestersOf(guest.environment).filter(({ name }) => name === 'dstack');
  const platform = await lookForTee({ attesters, environment: guest.environment, random: randomBytes });
  return {
    platform,
    policy: referencePolicy({ expected: {}, own: platform.releases }),
    roots,
    endorsementsFor: endorsementsFrom(intel.service, io.now, report),
  };
}

function positive(text: string, field: string, most: number): number {
  const value = parseInteger(text, field, most);
  if (value > 0) return value;
  throw usage(`${field}: expected a number from 1 to ${most}`, field);
}
