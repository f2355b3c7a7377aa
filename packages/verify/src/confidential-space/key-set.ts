import { fromBase64Url } from '../codec/base64.ts';
import { asObject, type JsonObject, parseJsonObject } from '../codec/json.ts';
import type { EndorsementSource } from '../endorsements/handle.ts';
import { attempt, malformed } from '../errors.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { SIMULATED_KID_PREFIX } from './pins.ts';
import { type RsaKey, rsaKeyFrom } from './rsa-key.ts';
import type { Signer } from './signer.ts';
import { shown, type Token } from './token.ts';

const MAX_SET = 262_144;
const MAX_KEYS = 64;

/** Keys of a set, or why there are none. */
export type KeySet = { readonly value: readonly JsonObject[] } | { readonly reason: string };

/** Reads a JSON Web Key Set (RFC 7517 section 5). Never throws. */
export function readKeySet(jwks: string | undefined): KeySet {
  return attempt(() => keysOf(jwks));
}

/** Finds an OIDC token's key in the caller's set. */
export function listedSigner(
  token: Token,
  keys: KeySet,
  source: EndorsementSource,
  checks: Checklist,
): Signer & { simulated: boolean } {
  const none = {
    anchor: undefined,
    key: undefined,
    validity: null,
    simulated: token.kid.startsWith(SIMULATED_KID_PREFIX),
  };
  if (!checks.test('cs.jwks.form', 'value' in keys, 'reason' in keys ? { actual: keys.reason } : undefined)) {
    checks.skip('cs.jwks.source', 'no key set');
    checks.skip('cs.jwks.key', 'no key set');
    return none;
  }
  if (!checks.test('cs.jwks.source', source !== 'stapled', { actual: source })) {
    checks.skip('cs.jwks.key', "the key set is the sender's");
    return none;
  }
  const key = attempt(() => keyOf(token.kid, 'value' in keys ? keys.value : []));
  if (!('value' in key)) {
    checks.fail('cs.jwks.key', { expected: shown(token.kid), actual: key.reason });
    return none;
  }
  checks.pass('cs.jwks.key', { actual: shown(token.kid) });
  return { ...none, anchor: 'caller', key: key.value };
}

function keysOf(jwks: string | undefined): readonly JsonObject[] {
  if (jwks === undefined) throw malformed('no key set was given');
  if (jwks.length > MAX_SET) throw malformed(`key set: ${jwks.length} characters exceed ${MAX_SET}`);
  const { keys } = parseJsonObject(jwks, 'key set');
  if (!Array.isArray(keys)) throw malformed('key set: expected an array named keys');
  if (keys.length > MAX_KEYS) throw malformed(`key set: more than ${MAX_KEYS} keys`);
  return keys.map((key, index) => asObject(key, `keys[${index}]`));
}

/** The set's key of that id for RS256 (RFC 7517 section 4). Other keys of the set do not matter. */
function keyOf(kid: string, keys: readonly JsonObject[]): RsaKey {
  const [key, ...others] = keys.filter((candidate) => candidate.kid === kid);
  if (key === undefined) throw malformed('no key of the set has this id');
  if (others.length > 0) throw malformed(`${others.length + 1} keys have this id`);
  const { kty, use = 'sig', alg = 'RS256', key_ops = ['verify'], n, e } = key;
  if (kty !== 'RSA' || typeof n !== 'string' || typeof e !== 'string') throw malformed('not an RSA key');
  if (use !== 'sig') throw malformed('the key is not for signatures (use)');
  if (alg !== 'RS256') throw malformed('the key is for another algorithm (alg)');
  if (!Array.isArray(key_ops) || !key_ops.includes('verify')) throw malformed('the key is not for verifying (key_ops)');
  return rsaKeyFrom(fromBase64Url(n, 'n'), fromBase64Url(e, 'e'), 'key');
}
