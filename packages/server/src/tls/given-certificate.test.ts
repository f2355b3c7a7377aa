import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { AssayError } from '@assay/verify';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkGivenCertificate, type GivenCertificate } from './given-certificate.ts';
import { newP256Keys, type SelfSigned, selfSign } from './self-signed.ts';

const now = new Date('2026-11-20T12:00:00Z');
const [notBefore, notAfter] = [new Date('2026-11-20T00:00:00Z'), new Date('2026-11-21T00:00:00Z')];
let own: SelfSigned;
let other: SelfSigned;
beforeAll(async () => {
  const content = { names: ['app.example'], notBefore, notAfter, extensions: [] };
  own = await selfSign(await newP256Keys(), content);
  other = await selfSign(await newP256Keys(), content);
});

const given = ({ key, certificate }: SelfSigned): GivenCertificate => ({ tlsKey: key, tlsCertificate: certificate });

/** What is refused, and why. */
function refusal(wrong: Partial<GivenCertificate>, at = now): readonly [unknown, string] {
  try {
    checkGivenCertificate({ ...given(own), ...wrong }, at);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'usage') return [error.details.field, error.message];
    throw error;
  }
  throw new Error('it was accepted');
}

test('a key and its certificate are served as they were given, the key named by its hash', () => {
  const tlsCertificate = `${own.certificate}\n${other.certificate}\n`;
  const spki = createPublicKey(own.key).export({ format: 'der', type: 'spki' });
  expect(checkGivenCertificate({ tlsKey: own.key, tlsCertificate }, now)).toEqual({
    key: own.key,
    certificate: tlsCertificate,
    spkiSha256: createHash('sha256').update(spki).digest('hex'),
    notAfter,
  });
});

test('whatever the texts are, a refusal names one of them', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.base64String().map((body) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`),
    fc.base64String().map((body) => `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(refusal({ tlsCertificate: text })[0]).toBe('tlsCertificate');
      expect(refusal({ tlsKey: text })[0]).toBe('tlsKey');
    }),
  );
});

describe('tlsKey is refused', () => {
  test('when it is another one’s', () => {
    expect(refusal({ tlsKey: other.key })).toEqual([
      'tlsKey',
      'tlsKey: is not the key of the first certificate; give its own key, and the leaf first',
    ]);
  });

  test('when its certificate is not the first one', () => {
    expect(refusal({ tlsCertificate: other.certificate + own.certificate })[1]).toMatch(/the leaf first$/);
  });

  test('when it has a passphrase', () => {
    const { privateKey: tlsKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
    });
    expect(refusal({ tlsKey })).toEqual(['tlsKey', expect.stringMatching(/protected by a passphrase; .*without/)]);
  });

  test.each(['', 'junk', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])(
    'when it is %j, which the message does not repeat',
    (tlsKey) => {
      expect(refusal({ tlsKey })).toEqual([
        'tlsKey',
        'tlsKey: is no private key in PEM; give it as `openssl pkey` writes it, without a passphrase',
      ]);
    },
  );

  test('when it is a public key', () => {
    const tlsKey = createPublicKey(own.key).export({ format: 'pem', type: 'spki' }).toString();
    expect(refusal({ tlsKey })[0]).toBe('tlsKey');
  });
});

describe('tlsCertificate is refused', () => {
  test.each(['', 'junk', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'when it is %j',
    (wrong) => {
      expect(refusal({ tlsCertificate: wrong })).toEqual([
        'tlsCertificate',
        'tlsCertificate: is no PEM of certificates; give the leaf first, then its chain',
      ]);
    },
  );

  test('when a part of its chain does not parse', () => {
    const tlsCertificate = `${own.certificate}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`;
    expect(refusal({ tlsCertificate })[0]).toBe('tlsCertificate');
  });

  test('when the key stands where it should', () => {
    expect(refusal({ tlsCertificate: own.key })[0]).toBe('tlsCertificate');
  });

  test('when it is expired, or not valid yet, by the clock', () => {
    expect(refusal({}, new Date('2026-11-21T00:00:01Z'))[1]).toBe(
      'tlsCertificate: expired at 2026-11-21T00:00:00.000Z, now is 2026-11-21T00:00:01.000Z; renew it, or set the clock',
    );
    expect(refusal({}, new Date('2026-11-19T23:59:59Z'))[1]).toMatch(/is valid from 2026-11-20T00:00:00.000Z on/);
  });
});
