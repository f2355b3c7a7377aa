import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';
import { toBase64Url } from '../codec/base64.ts';
import { toHex } from '../codec/hex.ts';
import { fromCertificateChain } from '../codec/pem.ts';
import { utf8 } from '../codec/text.ts';
import { parseCertificate } from '../codec/x509.ts';
import { keyFingerprint } from '../crypto/certificate-key.ts';
import type { Policy } from '../policy/policy.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { AuthenticatedToken } from './authenticate.ts';
import { confidentialSpace } from './index.ts';
import { GOOGLE_ROOT_KEY_SHA256 } from './pins.ts';

/** Within the token's hour. */
const THEN = 1_750_688_600;
/** Its leaf certificate and the token have expired by then. */
const TODAY = 1_795_176_000;

interface Judged {
  readonly checks: readonly Check[];
  readonly failed: readonly string[];
  readonly found: AuthenticatedToken | undefined;
}

async function judge(evidence: Uint8Array, policy: Policy = {}, now = THEN): Promise<Judged> {
  const checklist = new Checklist(confidentialSpace.checks);
  const { checks } = checklist;
  const clock = { now, skew: 0 };
  const parsed = confidentialSpace.parse(evidence, checklist);
  const handle = await confidentialSpace.endorsements.authenticate({}, { roots: [], source: 'caller' });
  const found = parsed && (await confidentialSpace.authenticate(parsed, handle, clock, checklist));
  if (found !== undefined) confidentialSpace.appraise(found, policy, clock, checklist);
  return { checks, failed: checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id), found };
}

const outcomeOf = ({ checks }: Judged, id: string): string | undefined =>
  checks.find((check) => check.id === id)?.outcome;
const real = (): Uint8Array => vector('confidential-space/valid.jwt');
const AUDIENCE: Policy = { binding: { profile: 'assay/1', audience: 'https://echo.oak.dev' } };
const DEBUG: Policy = { ...AUDIENCE, debug: 'allow', confidentialSpace: { profile: 'debug' } };

describeWithVectors('a token that Google issued (PKI, debug image)', () => {
  test('is pinned by the key of the published root', async () => {
    const [der = new Uint8Array()] = fromCertificateChain(vector('confidential-space/root.crt'));
    const root = parseCertificate(der);
    expect(toHex(await keyFingerprint(root.publicKey))).toBe(GOOGLE_ROOT_KEY_SHA256);
    expect(root.serial).toBe('601bd1cb983d69860c87bb494bba45c1a7cbea');
  });

  test('is authentic without any endorsement, and not simulated', async () => {
    const { checks, found } = await judge(real());
    const authentic = checks.filter(({ layer }) => layer === 'authentic');
    expect(authentic.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    const ran = authentic.map(({ id }) => id);
    expect(confidentialSpace.required.authentic.filter((id) => !ran.includes(id))).toEqual([]);
    expect(found?.simulated).toBe(false);
    expect(found?.validity).toEqual({ notBefore: 1_750_688_551, notAfter: 1_750_692_150 });
  });

  test('says what runs, where, and with which nonce', async () => {
    const { found } = await judge(real());
    expect(found?.claims).toMatchObject({
      measurements: {
        imageDigest: 'sha256:313b8a83d3c8bfc9abcffee4f538424473e2705383a7e46f16d159faf0e5ef34',
        imageId: 'sha256:7b5cbc3256c1c8b8b2d9add4b6540b26fa7f71ec61b07b86629fa20f5475d647',
      },
      platform: {
        projectId: 'oak-ci',
        projectNumber: '691249393555',
        instanceId: '6256007950053693934',
        zone: 'us-west1-b',
      },
      debug: true,
      reportData: null,
      nonces: ['a nonce between 10 and 74 characters'],
    });
  });

  test('is refused in production: it is a debug image, which Google supports in no way', async () => {
    expect((await judge(real(), AUDIENCE)).failed).toEqual(['cs.dbgstat', 'cs.support']);
  });

  test('is accepted under the debug profile, with a warning', async () => {
    const judged = await judge(real(), DEBUG);
    expect(judged.failed).toEqual([]);
    expect(outcomeOf(judged, 'cs.dbgstat')).toBe('warn');
  });

  test('is refused today: token and leaf have expired', async () => {
    expect((await judge(real(), DEBUG, TODAY)).failed).toEqual(['cs.pki.validity', 'cs.token.expiry']);
  });

  test('is refused on the second of its expiry, and before it was issued', async () => {
    expect((await judge(real(), DEBUG, 1_750_692_150)).failed).toEqual([]);
    expect((await judge(real(), DEBUG, 1_750_692_151)).failed).toEqual(['cs.token.expiry']);
    expect((await judge(real(), DEBUG, 1_750_688_550)).failed).toEqual(['cs.token.not-before', 'cs.token.issued-at']);
  });

  test('may end in a line end, and in nothing else', async () => {
    const text = new TextDecoder().decode(real());
    expect((await judge(utf8(`${text}\r\n`), DEBUG)).failed).toEqual([]);
    for (const tail of [' ', '=', '.', '\0', 'A']) {
      expect((await judge(utf8(text + tail), DEBUG)).failed, JSON.stringify(tail)).toContain(
        tail === 'A' ? 'cs.token.signature' : 'cs.token.form',
      );
    }
  });
});

describeWithVectors('one flipped bit of that token', () => {
  const flipped = (at: number, bit: number): Uint8Array => {
    const bytes = real();
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
    return bytes;
  };
  const text = (): string => new TextDecoder().decode(real());

  test('anywhere is refused by a check of form, certificates, key id or signature', async () => {
    const region = /^cs\.(token\.(form|algorithm|claims|nonces|signature|issuer)|pki\.)/;
    for (let at = 0, step = 0; at < real().length; at += 61, step += 1) {
      const { failed } = await judge(flipped(at, step % 8), DEBUG);
      expect(
        failed.some((id) => region.test(id)),
        `byte ${at}, bit ${step % 8}: ${failed.join(', ')}`,
      ).toBe(true);
    }
  });

  test('in the signature is refused by the signature alone', async () => {
    const start = text().lastIndexOf('.') + 1;
    // Base64url letters whose lowest bit flips to another letter.
    const at = [...text().slice(start)].findIndex((letter) => /[b-y]/.test(letter)) + start;
    expect((await judge(flipped(at, 1), DEBUG)).failed).toEqual(['cs.token.signature']);
  });

  test('in what it says is refused by the signature alone', async () => {
    const [header = '', payload = '', signature = ''] = text().split('.');
    const said = new TextDecoder().decode(
      Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0)),
    );
    const altered = said.replace('us-west1-b', 'us-west1-c');
    expect(altered).not.toBe(said);
    const token = `${header}.${toBase64Url(utf8(altered))}.${signature}`;
    expect((await judge(utf8(token), DEBUG)).failed).toEqual(['cs.token.signature']);
  });
});

describe('what recognises a token', () => {
  test('is its beginning', () => {
    expect(confidentialSpace.recognises(utf8('eyJhbGciOiJub25lIn0..'))).toBe(true);
    expect(confidentialSpace.recognises(utf8('ey'))).toBe(false);
    expect(confidentialSpace.recognises(new Uint8Array())).toBe(false);
    expect(confidentialSpace.recognises(Uint8Array.of(3, 0, 2, 0))).toBe(false);
  });
});
