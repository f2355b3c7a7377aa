import { createECDH } from 'node:crypto';
import { toHex } from '@assay/verify/codec';
import { type KeyName, verifyKeyChain } from '@assay/verify/dstack';
import { unavailable } from '../failure.ts';
import type { DerivedKey, KeySource } from '../keys/key-source.ts';
import { checkedPurpose } from '../keys/purpose.ts';
import { readAnswer } from './answer.ts';
import { connectAgent, type DstackOptions, type Session } from './connection.ts';
import { MAX_SMALL_ANSWER } from './rpc.ts';

/** Whom a key must be vouched for by: all three are checked before it is handed out. */
export interface KeyPin {
  /** The KMS root: a point of secp256k1. */
  readonly kmsRoot: Uint8Array;
  /** 20 bytes. */
  readonly appId: Uint8Array;
}

/** Options of `createDstackKeys`. */
export interface DstackKeysOptions extends DstackOptions {
  /** Without it nothing shows that the key is this app's: anyone who answers at the endpoint could have made it. */
  readonly pin?: KeyPin | undefined;
  /**
   * How keys are derived: `v0` unless given, which every agent can, and which stays the same when the guest is upgraded.
   * `v1` (from 0.6 on) keeps keys of different use apart, and gives other keys.
   */
  readonly derivation?: 'v0' | 'v1' | undefined;
}

/** A key of secp256k1 with what its chain is judged by: `verifyKeyChain({ ...key.name, … })`. */
export interface DstackKey extends DerivedKey {
  /** Its public key: 33 bytes, compressed. */
  readonly publicKey: Uint8Array;
  /** How the chain names it. */
  readonly name: KeyName;
}

/** Keys of a dstack app. */
export interface DstackKeys extends KeySource {
  derive(purpose: string, signal?: AbortSignal): Promise<DstackKey>;
}

const ALGORITHM = 'secp256k1';

/**
 * Keys that the guest agent derives from the app's root key, the same for each instance of the app. With a pin, a key
 * whose chain does not lead to it is not handed out.
 *
 * @example
 * const { key } = await createDstackKeys({ pin: { kmsRoot, appId } }).derive('tracker/receipts');
 */
export function createDstackKeys(options: DstackKeysOptions = {}): DstackKeys {
  const { pin, derivation = 'v0' } = options;
  const pinned = pin && { kmsRoot: new Uint8Array(pin.kmsRoot), appId: new Uint8Array(pin.appId) };
  const connection = connectAgent(options);
  return {
    name: 'dstack',
    async derive(purpose, signal) {
      checkedPurpose(purpose);
      return connection.use(
        'a key',
        async (session) => {
          const key = await (derivation === 'v1' ? askDomainKey : askPathKey)(session, purpose);
          if (pinned !== undefined) checkChain(key, purpose, pinned);
          return key;
        },
        signal,
      );
    },
  };
}

/** A key of the unversioned API: the path alone decides which, the purpose is what the chain names. */
async function askPathKey({ agent, ask }: Session, purpose: string): Promise<DstackKey> {
  const tappd = agent.api === 'tappd';
  const path = tappd ? '/prpc/Tappd.DeriveK256Key' : '/GetKey';
  const what = `${agent.shown}: ${path}`;
  const request = { path: purpose, purpose, algorithm: ALGORITHM };
  const answer = readAnswer(what, await ask(path, request, { maxBytes: MAX_SMALL_ANSWER, repeatable: true }));
  const key = answer.hex(tappd ? 'k256_key' : 'key', { exactly: 32 });
  const chain = answer.hexes(tappd ? 'k256_signature_chain' : 'signature_chain', { max: 8, bytes: 65 });
  return { key, publicKey: publicKeyOf(key, what), signatureChain: chain, name: { purpose } };
}

async function askDomainKey({ agent, ask }: Session, domain: string): Promise<DstackKey> {
  if (agent.api !== 'v1')
    throw unavailable(`${agent.shown} has no keys of API v1`, 'run dstack 0.6 or newer, or use the derivation v0');
  const what = `${agent.shown}: /v1/GetKey`;
  const request = { domain, algorithm: ALGORITHM };
  const answer = readAnswer(what, await ask('/v1/GetKey', request, { maxBytes: MAX_SMALL_ANSWER, repeatable: true }));
  const key = answer.hex('key', { exactly: 32 });
  const publicKey = publicKeyOf(key, what);
  if (toHex(answer.hex('public_key', { exactly: 33 })) !== toHex(publicKey))
    throw unavailable(`${what}: public_key: not that of the key`, 'see whether that is a guest agent of dstack');
  const signatureChain = answer.hexes('signature_chain', { max: 8, bytes: 65 });
  return { key, publicKey, signatureChain, name: { domain } };
}

function publicKeyOf(key: Uint8Array, what: string): Uint8Array {
  const curve = createECDH(ALGORITHM);
  try {
    curve.setPrivateKey(key);
  } catch {
    throw unavailable(`${what}: key: no key of ${ALGORITHM}`, 'see whether that is a guest agent of dstack');
  }
  return new Uint8Array(curve.getPublicKey(null, 'compressed'));
}

function checkChain({ publicKey, signatureChain: chain, name }: DstackKey, purpose: string, pin: KeyPin): void {
  const { outcome, checks } = verifyKeyChain({ algorithm: ALGORITHM, publicKey, chain, ...pin, ...name });
  if (outcome === 'pass') return;
  const failed = checks.find(({ outcome }) => outcome === 'fail');
  const found = failed?.expected === undefined ? failed?.actual : `expected ${failed.expected}, found ${failed.actual}`;
  throw unavailable(
    `the key of ${JSON.stringify(purpose)} is not vouched for as pinned: ${failed?.id ?? outcome}: ${found ?? 'refused'}`,
    'check the KMS root and the app id of the pin; if they are right, do not use this guest agent',
  );
}
