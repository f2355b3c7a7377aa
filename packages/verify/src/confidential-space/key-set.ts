import { fromBase64Url } from '../codec/base64.ts';
import { toHex } from '../codec/hex.ts';
import { asObject, type JsonObject, parseJsonObject } from '../codec/json.ts';
import { MAX_TIME } from '../codec/time.ts';
import { parseCertificate } from '../codec/x509.ts';
import { keyFingerprint } from '../crypto/certificate-key.ts';
import { type Endorsements, handleKind } from '../endorsements/handle.ts';
import type { RawEndorsements } from '../endorsements/raw.ts';
import { attempt, malformed, usage } from '../errors.ts';
import type { EndorsementOptions, EndorsementVerifier } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { SIMULATED_KID_PREFIX } from './pins.ts';
import { type RsaKey, rsaKeyFrom } from './rsa-key.ts';
import type { Signer } from './signer.ts';
import { shown, type Token } from './token.ts';

const MAX_SET = 262_144;
const MAX_KEYS = 64;

/** What the caller vouches for. Held beside the handle, so that nobody can make up one. */
interface Vouched {
  /** Keys of the set, or why there are none. */
  readonly keys: { readonly value: readonly JsonObject[] } | { readonly reason: string };
  /** Hex SHA-256 of the SubjectPublicKeyInfo of each root that the caller gave. */
  readonly roots: ReadonlySet<string>;
}
const handles = handleKind<Vouched>();
const NOTHING: Vouched = { keys: { reason: 'no key set was given' }, roots: new Set() };

/** Reads the key set for OIDC tokens and the caller's roots; PKI tokens under Google's root need neither. */
export const tokenEndorsements: EndorsementVerifier = {
  family: 'confidential-space',
  async authenticate(raw: RawEndorsements, { roots, source }: EndorsementOptions): Promise<Endorsements> {
    const keys = attempt(() => readKeySet(raw.confidentialSpace?.jwks));
    const fingerprints = roots.map(async (der) => {
      const root = attempt(() => parseCertificate(der));
      if (!('value' in root)) throw usage(`roots: ${root.reason}`, { field: 'roots', expected: 'DER certificates' });
      return toHex(await keyFingerprint(root.value.publicKey));
    });
    const sound = 'value' in keys || raw.confidentialSpace?.jwks === undefined;
    // A key set has no dates: it says nothing of when its keys were Google's.
    const validity = sound ? { notBefore: 0, notAfter: MAX_TIME } : null;
    const state = { keys, roots: new Set(await Promise.all(fingerprints)) };
    return handles.seal({ family: 'confidential-space', source, sound, documents: [], validity }, state);
  },
};

/** What the handle stands for: nothing, when it is another family's. Which handle meets which evidence is not up to its sender. */
export function vouchedBy(endorsements: Endorsements): Vouched {
  return handles.open(endorsements) ?? NOTHING;
}

/** Finds an OIDC token's key in the caller's set. */
export function listedSigner(
  token: Token,
  endorsements: Endorsements,
  checks: Checklist,
): Signer & { simulated: boolean } {
  const none = {
    anchor: undefined,
    key: undefined,
    validity: null,
    simulated: token.kid.startsWith(SIMULATED_KID_PREFIX),
  };
  const { keys } = vouchedBy(endorsements);
  if (!checks.test('cs.jwks.form', 'value' in keys, 'reason' in keys ? { actual: keys.reason } : undefined)) {
    checks.skip('cs.jwks.source', 'no key set');
    checks.skip('cs.jwks.key', 'no key set');
    return none;
  }
  if (!checks.test('cs.jwks.source', endorsements.source !== 'stapled', { actual: endorsements.source })) {
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

function readKeySet(jwks: string | undefined): readonly JsonObject[] {
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
