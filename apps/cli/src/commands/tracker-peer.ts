import { createMembership, joinTorrent, type Membership, readMembership } from '@assay/tracker';
import type { Answer } from '../answer.ts';
import { EXIT, usage } from '../failure.ts';
import { readInput } from '../files.ts';
import type { Io } from '../io.ts';
import { stopped } from '../stop.ts';
import { printable } from '../table/style.ts';
import { parseInteger } from '../values.ts';

/** Options of `assay tracker peer`. */
export interface PeerFlags {
  readonly torrent: string;
  readonly data: string;
  readonly account: string;
  readonly tracker?: string;
  readonly user?: string;
  readonly host: string;
  readonly port: string;
  readonly leave?: boolean;
}

/** Shares a torrent until it is told to stop, or has it all. Throws `usage`, `malformed` and `unavailable`. */
export async function trackerPeer(flags: PeerFlags, io: Io, stop: AbortSignal): Promise<Answer> {
  const note = (line: string): void => io.stderr(`assay: peer: ${printable(line)}\n`);
  const torrent = await readInput(flags.torrent, io, '--torrent');
  const port = parseInteger(flags.port, '--port', 65_535);
  const membership = await membershipOf(flags);
  const told = async () => {
    const { host, data } = flags;
    await using joined = await joinTorrent({
      ...{ torrent, data, membership, host, port, note, clock: io.now },
      pending: `${flags.account}.pending`,
    });
    io.stdout(
      `${membership.userId} at ${membership.tracker}, port ${joined.peer.port}: ${joined.left()} bytes are missing\n`,
    );
    const complete = joined.peer.complete.then(() => io.stdout('complete\n'));
    await (flags.leave ? Promise.race([complete, stopped(stop)]) : stopped(stop));
    return joined;
  };
  // What waits is reported when it leaves.
  const { counted, kept, refused } = (await told()).receipts();
  const bad = Object.entries(refused).map(([code, count]) => `, ${count} refused (${code})`);
  const output = `receipts: ${counted} counted, ${kept} wait${bad.join('')}\n`;
  return { output, exitCode: EXIT.trusted };
}

async function membershipOf({ account, tracker, user }: PeerFlags): Promise<Membership> {
  const known = await readMembership(account);
  if (known !== undefined) {
    if (tracker === undefined && user === undefined) return known;
    throw usage(`--account: ${account} is ${known.userId}'s; leave out --tracker and --user`, '--account');
  }
  if (tracker !== undefined && user !== undefined) return createMembership(account, { tracker, userId: user });
  throw usage(`--account: ${account} does not exist; give --tracker and --user to register`, '--account');
}
