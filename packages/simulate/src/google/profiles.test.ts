import { type Policy, type Verdict, verify } from '@assay/verify';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { beforeAll, describe, expect, test } from 'vitest';
import { createLauncher, type LauncherOptions } from './launcher.ts';
import { createGoogleVendor, type GoogleVendor } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const audience = 'https://verifier.example';
const nonce = Buffer.from('a nonce of the caller');

let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
});

const WAIVED: Policy = { identity: 'any', freshness: 'any', binding: 'any' };

/** What a verifier says of the token that a launcher of these options gives out. */
async function judge(
  options: LauncherOptions,
  policy: Policy = WAIVED,
  trust: object = { allowSimulated: true },
): Promise<Verdict> {
  const body = JSON.stringify({ audience, nonces: [nonce.toString('base64url')], token_type: 'OIDC' });
  const launcher = createLauncher(vendor, options);
  const response = await launcher(new Request('http://localhost/v1/token', { method: 'POST', body }));
  const endorsements = { confidentialSpace: { jwks: vendor.jwks } };
  const fresh = policy.freshness === 'any' ? {} : { nonce };
  return verify(await response.bytes(), { tees: [confidentialSpace], now, endorsements, policy, ...fresh, ...trust });
}

const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe('each profile of a launcher has its verdict', () => {
  test.each([
    ['sev', []],
    ['tdx', []],
    ['gpu', []],
    ['sev-debug', ['cs.dbgstat', 'cs.support']],
    ['tdx-debug', ['cs.dbgstat', 'cs.support']],
    ['shielded-vm', ['cs.hwmodel']],
    ['plain-vm', ['cs.swname', 'cs.support', 'cs.monitoring']],
  ] as const)('%s', async (profile, failures) => {
    const verdict = await judge({ profile });
    expect(failuresOf(verdict)).toEqual(failures);
    expect([verdict.trusted, verdict.simulated, verdict.layers.authentic]).toEqual([
      failures.length === 0,
      true,
      'pass',
    ]);
  });
});

describe('claims that are not as they should be are refused by their own check', () => {
  const container = (members: object): LauncherOptions => ({
    claims: (all) => {
      const { submods } = all as { readonly submods: { readonly container: object } };
      return { ...all, submods: { ...submods, container: { ...submods.container, ...members } } };
    },
  });
  const release = { name: 'workload', measurements: { imageDigest: `sha256:${'5a'.repeat(32)}` } };
  const named: Policy = { releases: [release], freshness: 'any', binding: 'any' };

  test.each([
    ['secure boot off', { claims: (all) => ({ ...all, secboot: false }) }, ['cs.secboot']],
    ['another image', container({ image_digest: `sha256:${'00'.repeat(32)}` }), ['identity.release']],
    ['a variable that the operator set', container({ env_override: { KEY: 'value' } }), ['cs.env-override']],
    ['a command that the operator set', container({ cmd_override: ['/bin/sh'] }), ['cs.cmd-override']],
    ['a token without its issue time', { claims: ({ iat: _, ...rest }) => rest }, ['cs.token.issued-at']],
  ] as const satisfies readonly (readonly [string, LauncherOptions, readonly string[]])[])(
    '%s',
    async (_what, options, failures) => {
      expect(failuresOf(await judge(options, named))).toEqual(failures);
    },
  );
});

describe('flaws that only a caller who expects something can see', () => {
  const flawed = (flaw: 'nonces-dropped' | 'wrong-issuer'): LauncherOptions => ({
    fault: () => ({ kind: 'token', flaw }),
  });

  test('a nonce that is not in the token', async () => {
    const fresh: Policy = { identity: 'any', binding: 'any' };
    expect((await judge({}, fresh)).layers.fresh).toBe('pass');
    const verdict = await judge(flawed('nonces-dropped'), fresh);
    expect([verdict.trusted, verdict.layers.fresh, failuresOf(verdict)]).toEqual([false, 'unchecked', []]);
  });

  test('an issuer that is nobody’s is at best simulated', async () => {
    const verdict = await judge(flawed('wrong-issuer'), WAIVED, {});
    expect(failuresOf(verdict)).toContain('trust.simulated');
  });
});
