import { toHex } from '../codec/hex.ts';
import { usage } from '../errors.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { explain } from '../verdict/explain.ts';
import { keyChainChecks } from './checks.ts';
import { keyChainExplanations } from './explanations.ts';
import { claimOfDomain, claimOfIssuer, claimOfPurpose, type KeyAlgorithm, PUBLIC_KEY_BYTES } from './key-claim.ts';
import { compressedPoint, LINK_BYTES, linkFault, recoverKey } from './recover.ts';

const APP_ID_BYTES = 20;

/** A key of a dstack app with its chain, and what the caller knows of both. */
export type KeyChain = {
  /** Compressed point (33 bytes) of secp256k1, or an ed25519 key (32 bytes). */
  readonly publicKey: Uint8Array;
  readonly algorithm: KeyAlgorithm;
  /** Two links r ‖ s ‖ v of 65 bytes: the app root's over the key, the KMS root's over the app root. */
  readonly chain: readonly Uint8Array[];
  /** The app it must belong to: 20 bytes, from verified evidence or the caller's own knowledge. */
  readonly appId: Uint8Array;
  /** The KMS root as the caller pins it: a secp256k1 point, compressed or not. Without it nothing is proven. */
  readonly kmsRoot?: Uint8Array | undefined;
} & KeyName;

/** How the key was asked for: `purpose` of the unversioned API, `domain` of API v1. */
export type KeyName =
  | { readonly purpose: string; readonly domain?: undefined }
  | { readonly domain: string; readonly purpose?: undefined };

/** What a chain shows. Keys are compressed points in hex; null where a link yields none. */
export interface KeyChainResult {
  /** `unchecked`: consistent, and nobody said which KMS to trust. Anyone can make such a chain. */
  readonly outcome: 'pass' | 'fail' | 'unchecked';
  readonly checks: readonly Check[];
  readonly appRoot: string | null;
  /** Who signed the app root, pinned or not. */
  readonly issuer: string | null;
}

/**
 * Checks that a key belongs to an app under a pinned KMS root (dstack guest API, "The signature chain").
 * Recovery yields some key for almost any signature: only the pin, last, says whether the whole chain is right.
 * Throws `usage` when the pin is no point, or not exactly one of `purpose` and `domain` is given.
 *
 * @example
 * const { outcome } = verifyKeyChain({ algorithm: 'secp256k1', publicKey, chain, appId, kmsRoot, purpose: 'signing' });
 */
export function verifyKeyChain(input: KeyChain): KeyChainResult {
  const pin = pinOf(input);
  const checks = new Checklist(keyChainChecks);
  const { appRoot, issuer } = recoverChain(input, checks);
  if (issuer === undefined) checks.skip('dstack.key-chain.kms-root', 'the issuer is unknown');
  else if (pin === undefined) checks.skip('dstack.key-chain.kms-root', 'no KMS root is pinned');
  else checks.test('dstack.key-chain.kms-root', toHex(issuer) === pin, { expected: pin, actual: toHex(issuer) });
  return {
    outcome: checks.failures > 0 ? 'fail' : pin === undefined ? 'unchecked' : 'pass',
    checks: explain(checks.checks, keyChainExplanations),
    appRoot: appRoot ? toHex(appRoot) : null,
    issuer: issuer ? toHex(issuer) : null,
  };
}

/** Both recoveries, in order: the second link covers the key that the first one yields. */
function recoverChain(input: KeyChain, checks: Checklist): { appRoot?: Uint8Array; issuer?: Uint8Array } {
  const fault = formFault(input);
  const [first, second] = input.chain;
  if (!checks.test('dstack.key-chain.form', fault === undefined, { actual: fault }) || !first || !second) {
    checks.skip('dstack.key-chain.app-root', 'the chain is malformed');
    checks.skip('dstack.key-chain.issuer', 'the chain is malformed');
    return {};
  }
  const appRoot = recoverKey(first, claimOf(input));
  if (!checks.test('dstack.key-chain.app-root', appRoot !== undefined) || appRoot === undefined) {
    checks.skip('dstack.key-chain.issuer', 'the app’s root key is unknown');
    return {};
  }
  const issuer = recoverKey(second, claimOfIssuer(input.appId, appRoot));
  return checks.test('dstack.key-chain.issuer', issuer !== undefined) && issuer ? { appRoot, issuer } : { appRoot };
}

function claimOf({ purpose, domain, algorithm, publicKey }: KeyChain): Uint8Array {
  return domain === undefined ? claimOfPurpose(purpose, publicKey) : claimOfDomain(domain, algorithm, publicKey);
}

function formFault({ publicKey, algorithm, appId, chain }: KeyChain): string | undefined {
  const expected = PUBLIC_KEY_BYTES[algorithm];
  if (publicKey.length !== expected) return `public key: ${publicKey.length} bytes, ${algorithm} has ${expected}`;
  if (algorithm === 'secp256k1' && !compressedPoint(publicKey)) return 'public key: not a point of secp256k1';
  if (appId.length !== APP_ID_BYTES) return `app id: ${appId.length} bytes, expected ${APP_ID_BYTES}`;
  if (chain.length !== 2) return `chain: ${chain.length} links, expected 2 of ${LINK_BYTES} bytes`;
  const faults = chain.map(linkFault);
  const bad = faults.findIndex((fault) => fault !== undefined);
  return bad < 0 ? undefined : `link ${bad}: ${faults[bad]}`;
}

function pinOf({ algorithm, purpose, domain, kmsRoot }: KeyChain): string | undefined {
  if (!Object.hasOwn(PUBLIC_KEY_BYTES, algorithm)) {
    throw usage('algorithm: expected secp256k1 or ed25519', { field: 'algorithm' });
  }
  if ((purpose === undefined) === (domain === undefined)) {
    throw usage('a key is named by purpose (unversioned API) or by domain (v1): give one of them', {
      field: 'purpose',
    });
  }
  if (kmsRoot === undefined) return undefined;
  const point = compressedPoint(kmsRoot);
  if (!point) throw usage('kmsRoot: not a point of secp256k1 (33 bytes compressed)', { field: 'kmsRoot' });
  return toHex(point);
}
