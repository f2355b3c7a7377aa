import type { Io } from '../io.ts';
import { rows } from '../table/layout.ts';
import { COLOURED, PLAIN } from '../table/style.ts';
import { quoted, shellLine, type Walks } from './commands.ts';
import type { Part } from './part.ts';

/** What runs, and how it is used. */
export interface Running {
  readonly world: string;
  readonly seeded: boolean;
  /** The process that a signal ends: `npx` does not pass every one on. */
  readonly pid: number;
  readonly directory: string;
  /** Path of the file with the variables. */
  readonly variables: string;
  readonly part: Part;
  readonly walks: Walks;
}

/** The JSON document that says what runs. */
export function announcementDocument({ world, seeded, pid, directory, part, walks }: Running): object {
  const { services, environment, absent } = part;
  const about = { schema: 'assay.simulation/1', simulated: true, seeded, world, pid, directory };
  return { ...about, services, environment, absent, walks: walks.walks };
}

/** The same for people. */
export function announcement({ world, seeded, pid, directory, variables, part, walks }: Running, io: Io): string {
  const style = io.colour ? COLOURED : PLAIN;
  const columns = io.columns;
  const list = (table: readonly { readonly label: string; readonly value: string }[]): string =>
    rows(table, { indent: 2, columns }, style.dim);
  const services = list(part.services.map(({ name, at }) => ({ label: name, value: at })));
  const missing = list(part.absent.map(({ name, reason }) => ({ label: name, value: reason })));
  const commands = walks.walks.map(({ name, commands: lines }) => {
    const text = lines.map((line) => `  ${shellLine(line, walks.shorthands)}\n`).join('');
    return `\n  ${style.dim(`# ${name}`)}\n${text}`;
  });
  return [
    `${style.bold(style.doubtful(seeded ? '! SIMULATED SEEDED' : '! SIMULATED'))}  ${world}: this proves nothing about any machine.\n`,
    seeded ? '  All keys come from the seed: they are no secret, whoever knows it has them.\n' : '',
    `  Everything is in ${directory}, reachable from this machine alone, until you press Ctrl-C or run: kill ${pid}\n`,
    `\n${style.bold('Runs')}\n${services}`,
    part.absent.length > 0 ? `\n${style.bold('Cannot run here')}\n${missing}` : '',
    `\n${style.bold('In another terminal')}\n  source ${quoted(variables)}\n`,
    list(Object.entries(part.environment).map(([label, value]) => ({ label, value }))),
    ...commands,
  ].join('');
}
