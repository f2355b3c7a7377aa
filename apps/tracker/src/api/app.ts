import { answerFailure, type ServiceEnv } from '@assay/server';
import { Hono } from 'hono';
import { serveAccounts } from './accounts.ts';
import { serveAttestations } from './attestations.ts';
import { type FixedConfiguration, serveConfiguration } from './configuration.ts';
import { serveHttpReceipts } from './http-receipts.ts';
import { serveKeys } from './keys.ts';
import { serveLedger } from './ledger.ts';
import type { ApiParts } from './parts.ts';
import { serveRegistration } from './registration.ts';
import { serveSelfAttestation } from './self-attestation.ts';

/** Every call of the tracker but announces and scrapes. */
export function createTrackerApp(parts: ApiParts, fixed: FixedConfiguration): Hono {
  const app = new Hono<ServiceEnv>();
  app.onError(answerFailure);
  serveRegistration(app, parts);
  serveAccounts(app, parts);
  serveKeys(app, parts);
  serveHttpReceipts(app, parts);
  serveAttestations(app, parts);
  serveConfiguration(app, parts, fixed);
  serveLedger(app, parts);
  serveSelfAttestation(app, parts, fixed);
  return new Hono().route('/', app);
}
