import type { JsonObject } from '../codec/json.ts';
import { present } from '../codec/json-fields.ts';
import { utf8 } from '../codec/text.ts';
import { attempt, malformed } from '../errors.ts';
import type { Parsed } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { Claims } from '../verdict/verdict.ts';
import { type CompactJws, parseCompactJws } from './compact-jws.ts';
import { text } from './members.ts';
import { readTokenClaims, type TokenClaims } from './token-claims.ts';

/** The one algorithm that Google signs tokens with. */
export const ALGORITHM = 'RS256';

/** A token that has its form. PKI tokens carry their certificates; OIDC tokens need the issuer's key set. */
export interface Token extends Parsed {
  readonly kind: 'pki' | 'oidc';
  readonly kid: string;
  /** `x5c` as it stands: undefined in OIDC tokens. */
  readonly x5c: JsonObject[string] | undefined;
  readonly jws: CompactJws;
  readonly said: TokenClaims;
}

/** Checks a token's form, algorithm and types. Undefined when a form is wrong; never throws for any bytes. */
export function parseToken(evidence: Uint8Array, checks: Checklist): Token | undefined {
  const form = attempt(() => readHeader(parseCompactJws(evidence)));
  if (!('value' in form)) {
    checks.fail('cs.token.form', { actual: form.reason });
    return undefined;
  }
  checks.pass('cs.token.form');
  const { jws } = form.value;
  checks.test('cs.token.algorithm', jws.header.alg === ALGORITHM, {
    expected: ALGORITHM,
    actual: shown(jws.header.alg),
  });
  const claims = attempt(() => readTokenClaims(jws.payload));
  if (!('value' in claims)) {
    checks.fail('cs.token.claims', { actual: claims.reason });
    return undefined;
  }
  checks.pass('cs.token.claims');
  const said = claims.value;
  const lengths = said.nonces.map((nonce) => utf8(nonce).length);
  const within = lengths.length <= 6 && lengths.every((length) => length >= 8 && length <= 88);
  const given = Object.hasOwn(jws.payload, 'eat_nonce');
  checks.test('cs.token.nonces', within && (!given || lengths.length > 0), {
    actual: lengths.length > 6 ? `${lengths.length} nonces` : `${lengths.join(', ') || 'no'} bytes`,
  });
  return { ...form.value, said, claims: normalise(form.value.kind, jws, said) };
}

/** A claim as it may stand in a check: one printable line, cut when long. */
export function shown(value: JsonObject[string] | undefined): string {
  if (value === undefined) return 'absent';
  const line = typeof value === 'string' ? value : JSON.stringify(value);
  const cut = line.length > 100 ? `${line.slice(0, 100)}…` : line;
  return cut.replace(/[^\x20-\x7e…]/g, '?');
}

function readHeader(jws: CompactJws): Pick<Token, 'kind' | 'kid' | 'x5c' | 'jws'> {
  const { header } = jws;
  const kid = text(header, 'kid', 'header');
  if (kid === undefined || kid === '' || kid.length > 200) throw malformed('header.kid: expected 1 to 200 characters');
  // RFC 7515 section 4.1.11: an extension that is not understood must not be passed over.
  if (Object.hasOwn(header, 'crit')) throw malformed('header.crit: no critical extension is known');
  if ((text(header, 'typ', 'header') ?? 'JWT') !== 'JWT') throw malformed('header.typ: expected JWT');
  const x5c = Object.hasOwn(header, 'x5c') ? header.x5c : undefined;
  return { kind: x5c === undefined ? 'oidc' : 'pki', kid, x5c, jws };
}

/** dbgstat in the words of claims: anything but Google's two words says nothing. */
const DEBUG: ReadonlyMap<string | undefined, boolean> = new Map([
  ['disabled-since-boot', false],
  ['enabled', true],
]);

function normalise(kind: Token['kind'], { header, payload }: CompactJws, said: TokenClaims): Claims {
  const { imageDigest, imageReference, imageId, raw } = said.container;
  const { projectId, projectNumber, instanceId, zone } = said.machine;
  // Certificates are long, and what they say is in the checks.
  const { x5c: _certificates, ...head } = header;
  return {
    measurements: present({ imageDigest, imageReference, imageId }),
    platform: present({ projectId, projectNumber, instanceId, zone }),
    reportData: null,
    debug: DEBUG.get(said.debugStatus) ?? null,
    workload: raw ?? null,
    nonces: said.nonces,
    keys: [],
    evidence: { kind, header: head, payload },
  };
}
