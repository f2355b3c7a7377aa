import { createHash } from 'node:crypto';
import { toHex } from '@assay/verify/codec';
import { replayEventLog } from '@assay/verify/event-log';
import type { Session } from './connection.ts';
import { askInfo } from './info.ts';

/** The app-compose file that an event log measured, or undefined where the agent keeps it to itself. */
export type ComposeFile = (session: Session, eventLog: Uint8Array) => Promise<Uint8Array | undefined>;

/**
 * Remembers the app-compose file: it does not change while an app runs. When a log measured another one, the agent is
 * asked again, for it may stand for another app by now. Throws `malformed` for a log that does not parse.
 */
export function createComposeFile(): ComposeFile {
  let known: { readonly file: Uint8Array; readonly hash: string } | undefined;
  return async (session, eventLog) => {
    const measured = await composeHashOf(eventLog);
    if (known?.hash === measured) return known?.file;
    const { appCompose: file } = await askInfo(session);
    // A file that was not measured is handed on too: the verifier says what is wrong with it.
    known = file && { file, hash: createHash('sha256').update(file).digest('hex') };
    return file;
  };
}

async function composeHashOf(eventLog: Uint8Array): Promise<string | undefined> {
  const { events } = await replayEventLog(eventLog);
  const event = events.find(({ register, name }) => register === 'rtmr3' && name === 'compose-hash');
  return event && toHex(event.payload);
}
