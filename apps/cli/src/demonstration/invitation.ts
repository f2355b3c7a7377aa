import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Io } from '../io.ts';
import { quoted, shellLine } from '../simulation/commands.ts';
import type { Ground } from '../simulation/ground.ts';
import { COLOURED, PLAIN } from '../table/style.ts';

/** What runs, and where. Addresses, and paths of files. */
export interface Running {
  readonly attester: string;
  readonly verifier: string;
  readonly collateral: string;
  readonly root: string;
  readonly policy: string;
  readonly callerKey: string;
}

/** What to open, what to type, and what to try. */
export function invitation(running: Running, ground: Ground, io: Io): string {
  const { root, policy, callerKey } = running;
  const attester = spoken(running.attester);
  const style = io.colour ? COLOURED : PLAIN;
  const nonce = randomBytes(32).toString('hex');
  const evidence = ground.path('evidence.json');
  ground.later(() => rm(evidence, { force: true }));
  const trust = ['--root-ca', root, '--allow-simulated'];
  const verify = shellLine({
    environment: {},
    args: ['verify', evidence, ...trust, '--policy', policy, '--nonce', nonce],
  });
  return `${style.bold(style.doubtful('! SIMULATED'))}  Open ${style.bold(attester)}: a software TEE, which proves nothing about any machine.

${style.bold('In the page')}         Check this server: it is refused, for its root is no vendor's. Add the root, if you will, and expect its code:
                    ${root}

${style.bold('In another terminal')}
  curl -sS ${quoted(`${attester}/attestation?nonce=${nonce}`)} -o ${quoted(evidence)}
  ${verify}

${style.bold('What else runs')}      ${spoken(running.verifier)}/docs  verdicts that are kept; your key: ${callerKey}
                    ${spoken(running.collateral)}/docs  endorsements, checked and kept

${style.bold('What to try')}         · leave out --allow-simulated, or change a digit of --nonce: it is refused, and says why
                    · npx assay inspect ${quoted(evidence)}
                    · npx assay --help

Ctrl-C ends it.
`;
}

/** As people type it. */
function spoken(address: string): string {
  return address.replace('127.0.0.1', 'localhost');
}
