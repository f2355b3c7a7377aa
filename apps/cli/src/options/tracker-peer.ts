import type { Command } from 'commander';
import { exitCodes, type Stage } from './shared.ts';

/** Declares `assay tracker peer`. */
export function peerOptions(group: Command, { io, answer }: Stage): void {
  group
    .command('peer')
    .summary('share a torrent, and exchange receipts')
    .description(
      'Loads the file of a torrent, or seeds it, until interrupted. Gives and takes receipts where others know them, and reports those it takes.',
    )
    .requiredOption('--torrent <file>', 'the .torrent file, of one file')
    .requiredOption('--data <folder>', 'where that file is, or goes')
    .requiredOption(
      '--account <file>',
      'keys and passkey of a user: secret; made by the first start with --tracker and --user',
    )
    .option('--tracker <url>', 'address of the tracker to register at, without a passkey')
    .option('--user <id>', 'the user to register')
    .option('--host <address>', 'the address it listens at', '0.0.0.0')
    .option('--port <n>', 'its port; 0 takes any that is free', '6881')
    .option('--leave', 'end once the file is complete')
    .addHelpText(
      'after',
      exitCodes({ 0: 'told to stop, or complete', 2: 'usage', 3: 'the tracker refuses, or does not answer' }),
    )
    .action(async (options) => {
      const [{ trackerPeer }, { stopSignal }] = await Promise.all([
        import('../commands/tracker-peer.ts'),
        import('../stop.ts'),
      ]);
      answer(await trackerPeer(options, io, stopSignal()));
    });
}
