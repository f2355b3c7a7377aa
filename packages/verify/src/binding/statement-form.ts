import { asObject, type Json, type JsonObject } from '../codec/json.ts';
import { arrayOf, exactMembers, integerOf, patternOf, textOf } from '../codec/json-fields.ts';
import { MAX_TIME } from '../codec/time.ts';
import { malformed } from '../errors.ts';
import type { StatementType } from '../policy/policy.ts';
import type { ClaimedKey } from '../verdict/verdict.ts';
import type { Statement } from './statement.ts';

const MEMBERS = ['profile', 'type', 'instance', 'nonce', 'aud', 'issuedAt', 'keys', 'claims'];
const TYPES: readonly StatementType[] = ['attestation', 'session', 'response', 'checkpoint'];
const BYTES_16_TO_64 = /^(?:[0-9a-f]{2}){16,64}$/;
const BYTES_32 = /^[0-9a-f]{64}$/;
const USE = /^[a-z][a-z0-9-]{0,31}$/;
const CLAIM = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
const MAX_KEYS = 16;

/** Reads the members of `assay/1`: exactly these, each in its range. Throws `malformed`, naming the member. */
export function readStatement(object: JsonObject): Statement {
  exactMembers(object, 'statement', MEMBERS);
  const { profile, type, instance, nonce, aud, issuedAt } = object;
  if (profile !== 'assay/1') throw malformed('profile: expected "assay/1"', { field: 'profile' });
  const known = TYPES.find((name) => name === type);
  if (known === undefined) throw malformed(`type: expected one of ${TYPES.join(', ')}`, { field: 'type' });
  const keys = arrayOf(object.keys, 'keys', MAX_KEYS).map(readKey);
  if (known === 'response' && keys.length > 0) throw malformed('keys: a response names none', { field: 'keys' });
  const claims = readClaims(object.claims);
  TYPE_CLAIMS[known]?.(claims);
  return {
    profile,
    type: known,
    instance: patternOf(instance, 'instance', BYTES_16_TO_64, '16 to 64 bytes of lower-case hexadecimal'),
    nonce:
      nonce === null ? null : patternOf(nonce, 'nonce', BYTES_16_TO_64, '16 to 64 bytes of lower-case hexadecimal'),
    aud: aud === null ? null : readAudience(aud),
    issuedAt: integerOf(issuedAt, 'issuedAt', 0, MAX_TIME),
    keys,
    claims,
  };
}

/** Claims without which a type says nothing. */
const TYPE_CLAIMS: Partial<Record<StatementType, (claims: JsonObject) => void>> = {
  session: ({ session }) => {
    patternOf(session, 'claims.session', /^(?:[0-9a-f]{64}|[0-9a-f]{128})$/, 'a handshake hash of 32 or 64 bytes');
  },
  response: ({ method, target, status, requestSha256, bodySha256 }) => {
    patternOf(method, 'claims.method', /^[A-Z]{1,32}$/, 'a method in capitals');
    textOf(target, 'claims.target', 8192);
    integerOf(status, 'claims.status', 100, 599);
    patternOf(requestSha256, 'claims.requestSha256', BYTES_32, '32 bytes of lower-case hexadecimal');
    patternOf(bodySha256, 'claims.bodySha256', BYTES_32, '32 bytes of lower-case hexadecimal');
  },
};

function readAudience(value: Json | undefined): string {
  const text = textOf(value, 'aud', 512);
  if (text === '') throw malformed('aud: expected text or null', { field: 'aud' });
  return text;
}

function readKey(value: Json, index: number): ClaimedKey {
  const field = `keys[${index}]`;
  const key = asObject(value, field);
  exactMembers(key, field, ['use', 'spkiSha256']);
  return {
    use: patternOf(key.use, `${field}.use`, USE, 'a name of small letters, digits and hyphens'),
    spkiSha256: patternOf(key.spkiSha256, `${field}.spkiSha256`, BYTES_32, '32 bytes of lower-case hexadecimal'),
  };
}

function readClaims(value: Json | undefined): Statement['claims'] {
  const claims = asObject(value, 'claims');
  for (const [name, claim] of Object.entries(claims)) {
    if (!CLAIM.test(name)) throw malformed('claims: a name is not a short identifier', { field: 'claims' });
    if (typeof claim === 'string' || Number.isSafeInteger(claim)) continue;
    throw malformed(`claims.${name}: expected text or an integer`, { field: `claims.${name}` });
  }
  return claims as Statement['claims'];
}
