import type { Envelope } from '@assay/verify/evidence';
import type { Attester, Detection, EvidenceRequest } from '../attester.ts';
import { detection } from '../detection.ts';
import { carrying, checkedRequest } from '../report-data.ts';
import { type ComposeFile, createComposeFile } from './compose-file.ts';
import { type Connection, connectAgent, type DstackOptions, type Session } from './connection.ts';
import { dstackHealth } from './health.ts';
import { askQuote } from './quote.ts';
import { agentFault } from './rpc.ts';

/**
 * TDX quotes of a dstack guest agent, with event log and app-compose. It finds the agent by the environment's variables
 * or in its usual places, and speaks its API, whichever of the three that is.
 *
 * @example
 * const envelope = await createDstackAttester({ environment: process.env }).evidence({ reportData });
 */
export function createDstackAttester(options: DstackOptions = {}): Attester {
  const connection = connectAgent(options);
  const composeFile = createComposeFile();
  return {
    name: 'dstack',
    detect: (signal) => detect(connection, signal),
    async evidence(request: EvidenceRequest) {
      const checked = checkedRequest(request);
      const work = (session: Session): Promise<Envelope> => quoted(session, checked.reportData, composeFile);
      return carrying(await connection.use('a quote', work, checked.signal), checked);
    },
    health: dstackHealth(connection),
  };
}

async function quoted(session: Session, reportData: Uint8Array, composeFile: ComposeFile): Promise<Envelope> {
  const { quote, eventLog } = await askQuote(session, reportData);
  if (eventLog === undefined) return { tee: 'tdx', evidence: quote };
  const appCompose = await composeFile(session, eventLog).catch((error: unknown) => {
    throw agentFault(`${session.agent.shown}: event_log`, error);
  });
  return { tee: 'tdx', evidence: quote, eventLog, ...(appCompose && { appCompose }) };
}

function detect(connection: Connection, signal?: AbortSignal): Promise<Detection> {
  return detection(async (saw) => {
    const search = await connection.search();
    for (const line of search.looked) saw(line);
    if (search.place === undefined) return false;
    saw((await connection.agent(signal)).shown);
    return true;
  });
}
