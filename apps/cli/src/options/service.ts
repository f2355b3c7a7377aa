import type { Command } from 'commander';

/** Exit codes of commands that serve. */
export const SERVICE_CODES = { 0: 'told to stop', 2: 'usage, or a place that is taken' } as const;

/** Declares where metrics are. */
export function metricsOptions(command: Command): Command {
  return command
    .option('--metrics-host <address>', 'where /metrics listens; 127.0.0.1 if left out')
    .option('--metrics-port <n>', 'its port, or off; the port of the service and 1000 more if left out');
}

/** Declares what all services have in common. */
export function runOptions(command: Command): Command {
  return command
    .optionsGroup('Options:')
    .option('--config <file>', 'a YAML file of the same keys; options and variables come before it')
    .option('--print-config', 'print the configuration and where each value is from, without secrets; serve nothing')
    .option('--json', 'print what listens where as one JSON document');
}
