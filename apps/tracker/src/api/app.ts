import { answerFailure, publicCors, type ServiceEnv } from '@assay/server';
import { Hono } from 'hono';
import { serveAccounts } from './accounts.ts';
import { serveAttestations } from './attestations.ts';
import { type FixedConfiguration, serveConfiguration } from './configuration.ts';
import { serveHttpReceipts } from './http-receipts.ts';
import { serveKeys } from './keys.ts';
import { serveLedger } from './ledger.ts';
import { serveOperator } from './operator.ts';
import type { ApiParts } from './parts.ts';
import { serveRegistration } from './registration.ts';
import { serveSelfAttestation } from './self-attestation.ts';
import { serveTransfers } from './transfers.ts';

/** What pages of any origin may show: they say nothing of anybody, and change nothing. */
const SHOWN = ['/stats', '/health', '/tee/status'] as const;

/** Every call of the tracker but announces and scrapes. */
export function createTrackerApp(parts: ApiParts, fixed: FixedConfiguration): Hono {
  const app = new Hono<ServiceEnv>();
  app.onError(answerFailure);
  for (const path of SHOWN) app.use(path, publicCors());
  serveRegistration(app, parts);
  serveAccounts(app, parts);
  serveOperator(app, parts);
  serveKeys(app, parts);
  serveHttpReceipts(app, parts);
  serveAttestations(app, parts);
  serveConfiguration(app, parts, fixed);
  serveLedger(app, parts);
  serveTransfers(app, parts);
  serveSelfAttestation(app, parts, fixed);
  return new Hono().route('/', app);
}
