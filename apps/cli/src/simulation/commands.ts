import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Ground } from './ground.ts';
import type { Trial } from './part.ts';

/** A command as it is typed: variables, then the arguments of `assay`. */
export interface CommandLine {
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/** The commands that get and judge the evidence of one attester, in order. */
export interface Walk {
  readonly name: string;
  readonly commands: readonly CommandLine[];
}

/** All of them, and what a shell calls the long values in them. */
export interface Walks {
  readonly walks: readonly Walk[];
  readonly shorthands: Readonly<Record<string, string>>;
}

/** Writes the public key that statements shall name, and the commands that use it. */
export async function walksOf(trials: readonly Trial[], ground: Ground): Promise<Walks> {
  // A workload has a key for TLS; nobody needs the secret of this one.
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = await ground.write('workload.pem', publicKey.export({ type: 'spki', format: 'pem' }).toString());
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const peerKey = createHash('sha256').update(spki).digest('hex');
  const nonce = randomBytes(32).toString('hex');
  const walks = trials.map((trial) => walkOf(trial, ground, { key, peerKey, nonce }));
  return { walks, shorthands: { SIM: ground.directory, NONCE: nonce, PEER_KEY: peerKey } };
}

interface Challenge {
  readonly key: string;
  readonly peerKey: string;
  readonly nonce: string;
}

function walkOf(trial: Trial, ground: Ground, { key, peerKey, nonce }: Challenge): Walk {
  const { name, from, environment = {}, audience, root, policy } = trial;
  const evidence = ground.path(`${name}.json`);
  const asked = ['--nonce', nonce, '--key', key, ...(audience === undefined ? [] : ['--audience', audience])];
  const attest = ['attest', '--from', from, ...asked, '-o', evidence];
  const directory = 'directory' in trial.collateral ? trial.collateral.directory : ground.path(`collateral-${name}`);
  const fetch =
    'service' in trial.collateral
      ? [['collateral', 'fetch', evidence, '--from', trial.collateral.service, '-o', directory]]
      : [];
  const trust = ['--collateral', directory, '--root-ca', root, '--allow-simulated'];
  const verify = ['verify', evidence, ...trust, '--policy', policy, '--nonce', nonce, '--peer-key', peerKey];
  return {
    name,
    commands: [{ environment, args: attest }, ...[...fetch, verify].map((args) => ({ environment: {}, args }))],
  };
}

/** A command for a shell that knows the shorthands. */
export function shellLine({ environment, args }: CommandLine, shorthands: Walks['shorthands'] = {}): string {
  const short = (text: string): string => {
    const found = Object.entries(shorthands).find(([, value]) => text.startsWith(value));
    if (found === undefined) return quoted(text);
    const [name, value] = found;
    return quoted(value) === value ? `$${name}${text.slice(value.length)}` : `"$${name}"${text.slice(value.length)}`;
  };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${short(value)}`);
  return [...variables, 'npx', 'assay', ...args.map(short)].join(' ');
}

/** Variables for a shell to source. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('');
}

/** Text as one word of a shell. */
export function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
