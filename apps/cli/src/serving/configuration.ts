import {
  ATTESTER_VARIABLES,
  type ConfigSchema,
  type ConfigSources,
  type LoadedConfig,
  loadConfig,
} from '@assay/server';
import { usage } from '../failure.ts';
import { nameOf, readText } from '../files.ts';
import type { Io } from '../io.ts';

/** Options of every service; the others are keys of its configuration. */
export interface ServiceFlags {
  readonly config?: string;
  readonly printConfig?: boolean;
  readonly json?: boolean;
  readonly [key: string]: unknown;
}

/** What a service is configured by. */
export interface Configurable<S extends ConfigSchema> {
  readonly schema: S;
  readonly aliases: NonNullable<ConfigSources<S>['aliases']>;
}

/** A simulated launcher sets it for the attester service; whoever starts another one beside it means no harm. */
const OF_SIMULATIONS = ['ASSAY_PUBLIC_TOKEN'];

/** Reads a service's configuration: flag, variable, `--config`, default. Throws `usage` for all that is wrong. */
export async function configurationOf<S extends ConfigSchema>(
  { schema, aliases }: Configurable<S>,
  { config, printConfig: _print, json: _json, ...flags }: ServiceFlags,
  io: Io,
): Promise<LoadedConfig<S>> {
  if (config === '') throw usage('--config: expected a file', '--config');
  const file =
    config === undefined ? {} : { file: { name: nameOf(config), text: await readText(config, io, '--config') } };
  const foreign = [...ATTESTER_VARIABLES, ...OF_SIMULATIONS];
  return loadConfig({ schema, aliases, foreign, flags, environment: io.env, ...file });
}
