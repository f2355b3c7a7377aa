import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bits,
  der,
  extensionList,
  flag,
  integer,
  name,
  octets,
  oid,
  sequence,
} from '../../../../tools/der-in-tests.ts';
import { describeWithVectors, vector, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { certificate, ecdsaSha256, ecKey, rsaKey, utcTime } from '../../../../tools/x509-in-tests.ts';
import { AssayError } from '../errors.ts';
import {
  authorityKeyIdOf,
  basicConstraintsOf,
  crlUriOf,
  EXTENSION,
  keyUsageOf,
  subjectKeyIdOf,
  unknownCritical,
} from './extensions.ts';
import { fromHex, toHex } from './hex.ts';
import { showName } from './name.ts';
import { fromPem } from './pem.ts';
import { toIso } from './time.ts';
import { MAX_CERTIFICATE, parseCertificate } from './x509.ts';

/** A part that must not be, and the reason given. */
type Refused = [what: string, parts: Parameters<typeof certificate>[0], reason: string];

describe('a certificate (RFC 5280 section 4.1)', () => {
  test('is read part by part', () => {
    const parsed = parseCertificate(certificate());
    expect(parsed).toMatchObject({
      serial: 'ff01',
      issuer: { attributes: { CN: 'Issuer' } },
      subject: { attributes: { CN: 'Subject', O: 'Organisation' } },
      publicKey: { kind: 'ec', curve: 'P-256' },
      signatureAlgorithm: 'ecdsa-sha256',
    });
    expect([toIso(parsed.notBefore), toIso(parsed.notAfter)]).toEqual(['2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z']);
    expect(basicConstraintsOf(parsed.extensions)).toEqual({ ca: true });
    expect(showName(parsed.subject)).toBe('CN=Subject, O=Organisation');
    expect(parsed.raw.buffer).toBe(parsed.tbs.buffer);
  });

  const wide = (arc: string, text: Uint8Array, tag = 0x0c) => sequence(oid(`2.5.4.${arc}`), der(tag, text));
  const letters = fromHex('4142');
  const extensions = (...list: Parameters<typeof extensionList>[0]) => der(0xa3, extensionList(list));
  const some = { id: '1.2.3', value: fromHex('0500') };

  test.each([
    ['version 1', { version: new Uint8Array() }, 'version'],
    ['version 2', { version: der(0xa0, integer(1)) }, 'not version 3'],
    ['no extensions', { extensions: new Uint8Array() }, 'no extensions'],
    ['a unique id', { unique: der(0x81, fromHex('0001')) }, 'unexpected fields'],
    ['something after the signature', { after: der(0x05) }, 'more than 3'],
    ['a negative serial number', { serial: der(2, fromHex('ff')) }, 'serial number: negative'],
    ['a serial number of 33 bytes', { serial: der(2, new Uint8Array(33).fill(1)) }, 'longer than 32'],
    ['another algorithm outside', { outerAlgorithm: sequence(oid('1.2.840.10045.4.3.3')) }, 'algorithms differ'],
    ['an algorithm with parameters', { algorithm: sequence(oid('1.2.840.10045.4.3.2'), der(5)) }, 'unsupported|differ'],
    [
      'an unknown algorithm',
      {
        algorithm: sequence(oid('1.2.840.113549.1.1.5'), der(5)),
        outerAlgorithm: sequence(oid('1.2.840.113549.1.1.5'), der(5)),
      },
      'unsupported signature algorithm',
    ],
    ['times of one', { validity: sequence(utcTime('250101000000Z')) }, 'notAfter: missing'],
    ['times of three', { validity: sequence(...[1, 2, 3].map(() => utcTime('250101000000Z'))) }, 'more than 2'],
    ['a key of another curve', { key: ecKey('1.3.132.0.10') }, 'unsupported key algorithm'],
    ['a compressed point', { key: ecKey(undefined, fromHex(`02${'11'.repeat(32)}`)) }, 'not an uncompressed'],
    ['a hybrid point', { key: ecKey(undefined, fromHex(`06${'11'.repeat(64)}`)) }, 'not an uncompressed'],
    ['a point of another curve', { key: ecKey(undefined, fromHex(`04${'11'.repeat(96)}`)) }, 'not an uncompressed'],
    ['an RSA key of 1024 bits', { key: rsaKey(128) }, 'RSA key of 2048 to 4096 bits'],
    ['an RSA key of 8192 bits', { key: rsaKey(1024) }, 'RSA key of 2048 to 4096 bits'],
    ['an RSA key with exponent 3', { key: rsaKey(256, 3) }, 'exponent 65537'],
    ['an RSA key without NULL', { key: rsaKey(256, 65_537, new Uint8Array()) }, 'found nothing'],
    ['an RSA key with a full NULL', { key: rsaKey(256, 65_537, fromHex('050100')) }, 'malformed NULL'],
    ['a signature with unused bits', { signature: fromHex('030201fe') }, 'unused bits'],
    ['an extension twice', { extensions: extensions(some, some) }, 'extension 1.2.3: twice'],
    [
      'an extension that says critical FALSE',
      { extensions: der(0xa3, sequence(sequence(oid('1.2.3'), flag(false), octets(letters)))) },
      'DEFAULT FALSE',
    ],
    [
      'an extension whose critical is 01',
      { extensions: der(0xa3, sequence(sequence(oid('1.2.3'), fromHex('010101'), octets(letters)))) },
      'malformed BOOLEAN',
    ],
    ['an extension without value', { extensions: der(0xa3, sequence(sequence(oid('1.2.3')))) }, 'found nothing'],
    ['two lists of extensions', { extensions: der(0xa3, extensionList([some]), extensionList([some])) }, 'more than 1'],
    [
      '65 extensions',
      { extensions: extensions(...Array.from({ length: 65 }, (_, index) => ({ ...some, id: `1.2.${index}` }))) },
      'more than 64',
    ],
    [
      'an attribute twice',
      { subject: sequence(der(0x31, wide('3', letters)), der(0x31, wide('3', letters))) },
      'attribute CN twice',
    ],
    [
      'two attributes in one set',
      { subject: sequence(der(0x31, wide('3', letters), wide('10', letters))) },
      'more than 1',
    ],
    ['an empty set', { subject: sequence(der(0x31)) }, 'cut short'],
    ['a name in BMPString', { subject: sequence(der(0x31, wide('3', letters, 0x1e))) }, 'is not text'],
    ['a name that is no UTF-8', { subject: sequence(der(0x31, wide('3', fromHex('ff')))) }, 'not UTF-8'],
    [
      '33 attributes',
      { subject: name(Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`${100 + index}`, 'x']))) },
      'more than 32',
    ],
    ['a huge subject', { subject: name({ 3: 'x'.repeat(20_000) }) }, `exceed ${MAX_CERTIFICATE}`],
  ] satisfies readonly Refused[])('with %s is refused', (_what, parts, reason) => {
    expect(() => parseCertificate(certificate(parts))).toThrow(new RegExp(reason));
    expect(() => parseCertificate(certificate(parts))).toThrow(AssayError);
  });

  test.each([
    ['nothing', ''],
    ['a length of 1 GB', '30843b9aca00'],
    ['an indefinite length', '30800000'],
    ['no sequence', '0400'],
    ['empty', '3000'],
    ['one part', '30023000'],
    ['empty parts', '3006300030000300'],
  ])('%s is refused', (_what, hex) => {
    expect(() => parseCertificate(fromHex(hex))).toThrow(AssayError);
  });

  test('a certificate inside a certificate inside … ends', () => {
    let inner = certificate();
    for (let depth = 0; depth < 40; depth += 1) inner = sequence(inner, ecdsaSha256, bits(inner.subarray(0, 8)));
    expect(() => parseCertificate(inner)).toThrow(AssayError);
  });

  test('inherited names are no attributes', () => {
    const parsed = parseCertificate(certificate({ subject: name({ 3: '__proto__' }) }));
    expect(parsed.subject.attributes.toString).toBeUndefined();
    expect(showName(parsed.subject)).toBe('CN=__proto__');
  });
});

/** Parses mutated bytes: whatever comes, a certificate or a refusal, and what it reads lies inside the bytes. */
function tryParse(data: Uint8Array): void {
  try {
    const { extensions, tbs, signature } = parseCertificate(data);
    expect(tbs.length + signature.length).toBeLessThan(data.length);
    for (const read of [keyUsageOf, basicConstraintsOf, subjectKeyIdOf, authorityKeyIdOf, crlUriOf]) {
      try {
        read(extensions);
      } catch (error) {
        expect(error).toBeInstanceOf(AssayError);
      }
    }
  } catch (error) {
    expect(error).toBeInstanceOf(AssayError);
    expect(error).toMatchObject({ code: 'malformed' });
  }
}

const mutated = (sources: readonly Uint8Array[]) =>
  fc
    .tuple(
      fc.constantFrom(...sources),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.nat(8),
      fc.boolean(),
    )
    .map(([source, changes, cut, truncate]) => {
      const copy = source.slice(0, truncate ? source.length - cut : source.length);
      for (const [at, byte] of changes) copy[at % copy.length] = byte;
      return copy;
    });

test('no bytes crash it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), mutated([certificate(), certificate({ key: rsaKey(256) })])), tryParse),
    { numRuns: 2000 },
  );
});

describeWithVectors('real certificates', () => {
  const ders = () =>
    Object.keys(vectors).filter((path) => /(vcek|vlek|ask|ark|sev-|ark-)[^/]*\.der$/.test(path) && !/crl/i.test(path));
  const chains = () => Object.keys(vectors).filter((path) => /(Chain|Cert|CaCert)\.pem$|root\.crt$/.test(path));

  test('of Intel, AMD and Google all parse, and come back byte for byte', () => {
    const all = [
      ...ders().map((path) => vector(path)),
      ...chains().flatMap((path) => fromPem(vectorText(path), 'CERTIFICATE')),
    ];
    expect(all.length).toBeGreaterThan(80);
    for (const data of all) expect(toHex(parseCertificate(data).raw)).toBe(toHex(data));
  });

  test("Intel's root says what it is", () => {
    const [, root] = fromPem(vectorText('tdx-v4-00806f050000-3bffae89/tcbSignChain.pem'), 'CERTIFICATE');
    if (root === undefined) throw new Error('no root');
    const parsed = parseCertificate(root);
    expect(showName(parsed.subject)).toBe('CN=Intel SGX Root CA, O=Intel Corporation, L=Santa Clara, ST=CA, C=US');
    expect(toHex(parsed.subject.raw)).toBe(toHex(parsed.issuer.raw));
    expect(parsed.publicKey).toMatchObject({ kind: 'ec', curve: 'P-256' });
    expect(basicConstraintsOf(parsed.extensions)).toEqual({ ca: true, pathLength: 1 });
    expect(keyUsageOf(parsed.extensions)).toEqual({ digitalSignature: false, keyCertSign: true, cRLSign: true });
    expect(crlUriOf(parsed.extensions)).toBe('https://certificates.trustedservices.intel.com/IntelSGXRootCA.der');
    expect(toHex(subjectKeyIdOf(parsed.extensions) ?? new Uint8Array())).toBe(parsed.serial);
    expect(unknownCritical(parsed.extensions, [EXTENSION.keyUsage, EXTENSION.basicConstraints])).toEqual([]);
  });

  test('no change to one crashes the reader', () => {
    const sources = [
      vector('_amd/ark-milan-69d063.der'),
      ...fromPem(vectorText('sgx-v3-00606a000000-plat-268c0681/pckCrlIssuerChain.pem'), 'CERTIFICATE'),
    ];
    fc.assert(fc.property(mutated(sources), tryParse), { numRuns: 2000 });
  });
});
