import { Checklist, type ClaimedKey } from '@assay/verify';
import {
  bindingChecks,
  buildStatement,
  parseStatement,
  reportDataOfBatch,
  statementDigest,
} from '@assay/verify/binding';
import type { Envelope } from '@assay/verify/evidence';
import type { StatementQuestion } from '../attester.ts';
import { checkedTimeout } from '../deadline.ts';
import { unavailable } from '../failure.ts';
import { carrying } from '../report-data.ts';
import type { ProxyOptions } from './attester.ts';
import { createProxyClient, type ProxyClient } from './client.ts';
import { isBearer } from './place.ts';

/** Statements that the attestation proxy makes for this workload, `claims.caller` among them. */
export interface ProxyStatements {
  /**
   * Evidence of a statement that names this nonce, audience and keys (profile `assay/1-batch`, or `assay/1`). Only the
   * bearer of the proxy's token may name keys, or leave out the nonce. Throws `malformed` for a member out of range before
   * anybody is asked, `unavailable` when the proxy refuses, or answers with anything else than what was asked for.
   */
  issue(question: StatementQuestion): Promise<Envelope>;
}

/**
 * A proxy that has a bearer gives no report data of the bearer's choice: it makes statements itself.
 *
 * @example
 * const { issue } = createProxyStatements({ environment: process.env });
 * const envelope = await issue({ nonce, aud: null, keys: [{ use: 'tls', spkiSha256 }] });
 */
export function createProxyStatements(options: ProxyOptions = {}): ProxyStatements {
  return proxyStatements(createProxyClient(options), options);
}

/** The same, of a client that is there already. */
export function proxyStatements(client: ProxyClient, options: ProxyOptions): ProxyStatements {
  const milliseconds = checkedTimeout(options.timeoutMs ?? 35_000);
  const caller = isBearer(options) ? 'bearer' : 'anyone';
  return {
    async issue({ nonce, aud, keys, signal }) {
      const asked = { nonce, aud, keys: keys.map(({ use, spkiSha256 }) => ({ use, spkiSha256 })) };
      // What no statement can hold is refused here; instance and time are the proxy's.
      buildStatement({ ...asked, type: 'attestation', instance: '0'.repeat(32), issuedAt: 0, claims: { caller } });
      const envelope = await client.statement(asked, { milliseconds, signal });
      requireAsked(envelope, { ...asked, caller });
      return carrying(envelope, { reportData: await reportDataOf(envelope) });
    },
  };
}

type Asked = Pick<StatementQuestion, 'nonce' | 'aud' | 'keys'> & { readonly caller: string };

/** What was not asked for is not passed on: whoever relies on it would take it for this workload's. */
function requireAsked({ statement }: Envelope, asked: Asked): void {
  if (statement === undefined) throw other('evidence without a statement');
  const said = reading(() => parseStatement(statement));
  if (said.type !== 'attestation') throw other(`a statement of the type ${said.type}`);
  if (said.nonce !== asked.nonce) throw other('a statement with another nonce');
  if (said.aud !== asked.aud) throw other('a statement for another audience');
  const named = said.keys.map(shown).join() === asked.keys.map(shown).join();
  if (!named) throw other('a statement with other keys');
  if (said.claims.caller !== asked.caller) throw other(`a statement without \`caller\` ${asked.caller}`);
}

const shown = ({ use, spkiSha256 }: ClaimedKey): string => `${use} ${spkiSha256}`;

/** The report data that evidence of the envelope's statement has. */
async function reportDataOf({ statement = new Uint8Array(), proof }: Envelope): Promise<Uint8Array> {
  const digest = await statementDigest(statement);
  if (proof === undefined) return digest;
  const checks = new Checklist(bindingChecks);
  const reportData = await reportDataOfBatch(digest, proof, checks);
  if (reportData === undefined) throw other(`a proof that is none (${checks.checks.at(-1)?.id})`);
  return reportData;
}

function reading<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw other('a statement that does not parse', error);
  }
}

function other(found: string, cause?: unknown): Error {
  const remedy = 'it is broken or another service: see its log, and `curl http://localhost:8081/status` in the guest';
  return unavailable(`the attestation proxy answered ${found}`, remedy, cause);
}
