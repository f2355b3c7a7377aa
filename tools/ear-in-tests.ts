import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBatcher, newInstance } from '@assay/attest';
import {
  createEarIssuer,
  createEarKeys,
  createPublishedKeys,
  EAR_KEY_MIGRATIONS,
  EAR_KEY_SERVICE,
  type EarIssuerOptions,
  type EarKeySchema,
  type EarKeys,
  type EarRequest,
} from '@assay/server';
import { createIntelVendor, createSoftwareTd, issueCollateral, issuePck } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { migrate, openDatabase } from '@assay/store';
import { fromPem, type Policy, type Verdict, verify } from '@assay/verify';
import { fromHex, type JsonObject, toHex, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { parseEnvelope, serialiseEnvelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import type { JWK } from 'jose';

/** The instant of these tests. */
export const NOW = new Date('2026-11-20T12:00:00Z');

/** The challenge, 32 bytes. */
export const NONCE = '5a'.repeat(32);

/** Judges a simulated TD whose statement names one key by the SHA-256 of its SubjectPublicKeyInfo. */
export async function verdictAbout(spkiSha256: Uint8Array, policy: Policy): Promise<Verdict> {
  const vendor = await createIntelVendor({ seed: 'ear', now: NOW });
  const pck = await issuePck(vendor);
  const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
  );
  const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck }));
  const batcher = createBatcher(attester, { instance: newInstance(), clock: () => NOW });
  const keys = [{ use: 'tls', spkiSha256: toHex(spkiSha256) }];
  const envelope = await batcher.issue({ type: 'attestation', nonce: NONCE, aud: null, keys, claims: {} });
  return verify(parseEnvelope(serialiseEnvelope(envelope)), {
    tees: [tdx],
    now: NOW,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    policy,
    nonce: fromHex(NONCE, 'nonce'),
    subject: { peerKey: { spkiSha256 } },
  });
}

/** A new folder, removed by the returned function. */
export function newFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'assay-ear-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Public keys in a database of SQLite. */
export async function publishedKeysIn(file: string): Promise<ReturnType<typeof createPublishedKeys> & AsyncDisposable> {
  const db = await openDatabase<EarKeySchema>({ file });
  await migrate(db, { service: EAR_KEY_SERVICE, migrations: EAR_KEY_MIGRATIONS });
  return { ...createPublishedKeys(db), [Symbol.asyncDispose]: () => db.close() };
}

/** Who issues in these tests, and for whom. */
export const ISSUER = 'https://verifier.example';
export const SIMULATED_ISSUER = `${ISSUER}/simulated`;
export const AUDIENCE = 'shop';

/** The stored policy of these tests, and how a token names it. */
export const STORED = { id: 'web-tier', version: 3, sha256: 'ab'.repeat(32) };
export const STORED_REFERENCE = `web-tier@3#${STORED.sha256}`;

/** The public half of a workload's key. */
export interface WorkloadKey {
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  readonly spkiSha256: Uint8Array;
  readonly jwk: JWK;
}

/** A new key on P-256. */
export function newWorkloadKey(): WorkloadKey {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  const { kty, crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const jwk: JWK = { kty: kty ?? '', crv, x, y };
  return { spki, spkiSha256: createHash('sha256').update(spki).digest(), jwk };
}

/** An issuer with keys of its own, and verdicts about a workload's key. */
export interface EarFixture extends AsyncDisposable {
  readonly keys: EarKeys;
  readonly attested: WorkloadKey;
  readonly simulated: Verdict;
  /** As if the root were Intel's, which nothing that a test makes can be. */
  readonly genuine: Verdict;
  readonly options: EarIssuerOptions;
  /** A token about the genuine verdict, unless told otherwise. */
  readonly issue: (change?: Partial<EarRequest>) => Promise<string | undefined>;
}

/** A policy under which the simulated TD is trusted. */
export const JUDGED_BY: Policy = { identity: 'any', binding: { profile: 'assay/1-batch', type: 'attestation' } };

/** Makes one; dispose of it. */
export async function earFixture(): Promise<EarFixture> {
  const folder = newFolder();
  const published = await publishedKeysIn(join(folder.path, 'keys.db'));
  const keys = await createEarKeys({ folder: join(folder.path, 'keys'), published, clock: () => NOW });
  const attested = newWorkloadKey();
  const simulated = await verdictAbout(attested.spkiSha256, JUDGED_BY);
  const genuine: Verdict = { ...simulated, simulated: false };
  const options: EarIssuerOptions = {
    issuer: ISSUER,
    simulatedIssuer: SIMULATED_ISSUER,
    keys,
    clock: () => NOW,
    verifier: { developer: 'https://example.com/operator', build: 'assay 1.2.3' },
  };
  const { issue } = createEarIssuer(options);
  const request: EarRequest = {
    verdict: genuine,
    policy: STORED,
    audience: AUDIENCE,
    nonce: NONCE,
    key: jwkObject(attested),
  };
  return {
    keys,
    attested,
    simulated,
    genuine,
    options,
    issue: (change = {}) => issue({ ...request, ...change }),
    [Symbol.asyncDispose]: async () => {
      await published[Symbol.asyncDispose]();
      folder.remove();
    },
  };
}

/** A key's JWK as a request has it. */
export function jwkObject({ jwk: { kty, crv = '', x = '', y = '' } }: WorkloadKey): JsonObject {
  return { kty: kty ?? '', crv, x, y };
}
