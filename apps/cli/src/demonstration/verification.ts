import { randomBytes } from 'node:crypto';
import { newApiKey, type VerifierConfig, verifierConfig } from '@assay/server';
import { AssayError } from '@assay/verify';
import type { Ground } from '../simulation/ground.ts';

/** The policy that the demonstration stores. */
export const POLICY_ID = 'demo';

/** How a verification service of the demonstration is configured, and whose keys it knows. */
export interface Verification {
  readonly config: VerifierConfig;
  /** Path of the file with the key of a caller. */
  readonly callerKey: string;
  /** Its own, for the policy. */
  readonly adminKey: string;
}

/** What the service rests on. */
export interface VerificationGround {
  readonly port: number;
  readonly collateralFrom: string;
  /** Path of the simulated root. */
  readonly root: string;
  /** Path of a folder for what it keeps. */
  readonly folder: string;
}

/** Makes keys for a caller and for the demonstration itself, and the configuration that knows them. */
export async function prepareVerification(
  ground: Ground,
  { port, collateralFrom, root, folder }: VerificationGround,
): Promise<Verification> {
  const caller = newApiKey({ id: 'you', role: 'caller' }, randomBytes);
  const admin = newApiKey({ id: 'demonstration', role: 'admin' }, randomBytes);
  const keysFile = await ground.write('verifier-keys', `${caller.line}\n${admin.line}\n`);
  const callerKey = await ground.write('caller.key', caller.key);
  const database = `${folder}/verifier.db`;
  const config = verifierConfig.parse({
    ...{ port, metricsPort: 'off', database, keysFile, collateralFrom },
    ...{ rootCa: root, allowSimulated: true },
    // Tokens name the address of their issuer.
    ...(port !== 0 && { tokenKeys: `${folder}/token-keys` }),
  });
  return { config, callerKey, adminKey: admin.key };
}

/** Stores the policy as an operator does. Throws `unavailable` with what the service answered. */
export async function storePolicy(service: string, adminKey: string, policy: object): Promise<void> {
  const answer = await fetch(`${service}/v1/policies/${POLICY_ID}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(policy),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.ok) return;
  throw new AssayError('unavailable', `${service}: the policy was not stored: ${await answer.text()}`);
}
