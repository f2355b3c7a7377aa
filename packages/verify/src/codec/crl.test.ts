import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { der, extensionList, flag, integer, octets, oid, sequence } from '../../../../tools/der-in-tests.ts';
import { describeWithVectors, vector, vectors } from '../../../../tools/vectors-in-tests.ts';
import { crl, revoked, utcTime } from '../../../../tools/x509-in-tests.ts';
import { AssayError } from '../errors.ts';
import { MAX_CRL, parseCrl } from './crl.ts';
import { EXTENSION } from './extensions.ts';
import { fromHex, toHex } from './hex.ts';
import { toIso } from './time.ts';

const nothing = new Uint8Array();
const reason = (value: Uint8Array, ...critical: readonly Uint8Array[]) =>
  sequence(sequence(oid('2.5.29.21'), ...critical, octets(value)));

describe('a CRL (RFC 5280 section 5.1)', () => {
  test('is read part by part', () => {
    const parsed = parseCrl(crl());
    expect(parsed).toMatchObject({
      issuer: { attributes: { CN: 'Issuer' } },
      number: '1',
      signatureAlgorithm: 'ecdsa-sha256',
    });
    expect([...parsed.revoked]).toEqual(['ff01', '05']);
    expect([toIso(parsed.thisUpdate), toIso(parsed.nextUpdate)]).toEqual([
      '2025-01-01T00:00:00Z',
      '2026-01-01T00:00:00Z',
    ]);
  });

  test('may revoke nothing, number itself not, and number itself high', () => {
    expect(parseCrl(crl({ revoked: nothing })).revoked.size).toBe(0);
    expect(parseCrl(crl({ revoked: sequence() })).revoked.size).toBe(0);
    const other = der(0xa0, extensionList([{ id: '1.2.3', value: fromHex('0500') }]));
    expect(parseCrl(crl({ extensions: other })).number).toBeUndefined();
    const high = der(0xa0, extensionList([{ id: EXTENSION.crlNumber, value: fromHex('020900ffffffffffffffff') }]));
    expect(parseCrl(crl({ extensions: high })).number).toBe('18446744073709551615');
  });

  test('entries may give a reason', () => {
    expect(parseCrl(crl({ revoked: sequence(revoked(7, reason(fromHex('0a0101')))) })).revoked).toEqual(
      new Set(['07']),
    );
  });

  test.each([
    ['version 1', { version: nothing }, 'CRL version'],
    ['version 3', { version: integer(2) }, 'not version 2'],
    ['no nextUpdate', { nextUpdate: nothing }, 'nextUpdate: not a time'],
    ['no extensions', { extensions: nothing }, 'extensions: expected DER tag 0xa0'],
    ['two lists of entries', { revoked: fromHex('30003000') }, 'more than 7'],
    ['another algorithm outside', { outerAlgorithm: sequence(oid('1.2.840.10045.4.3.3')) }, 'algorithms differ'],
    ['an entry without a date', { revoked: sequence(sequence(integer(5))) }, 'revocation date: missing'],
    [
      'an entry with a bad date',
      { revoked: sequence(sequence(integer(5), utcTime('251301000000Z'))) },
      'revocation date: no such date',
    ],
    [
      'an entry of a negative number',
      { revoked: sequence(sequence(der(2, fromHex('ff')), utcTime('250101000000Z'))) },
      'negative',
    ],
    [
      'an entry with four parts',
      { revoked: sequence(revoked(5, reason(fromHex('0a0101')), reason(fromHex('0a0101')))) },
      'more than 3',
    ],
    ['an entry of something', { revoked: sequence(integer(5)) }, 'revoked certificate: expected'],
    ['an entry with something', { revoked: sequence(revoked(5, integer(1))) }, 'CRL entry extensions: expected'],
    // certificateIssuer: the entry may be of another issuer's certificate.
    [
      'an entry with a critical extension',
      { revoked: sequence(revoked(5, reason(fromHex('3000'), flag(true)))) },
      'critical',
    ],
    [
      'a number of 21 bytes',
      {
        extensions: der(0xa0, extensionList([{ id: EXTENSION.crlNumber, value: der(2, new Uint8Array(21).fill(1)) }])),
      },
      'longer than 20',
    ],
    [
      'a negative number',
      { extensions: der(0xa0, extensionList([{ id: EXTENSION.crlNumber, value: fromHex('0201ff') }])) },
      'negative',
    ],
  ] as const)('with %s is refused', (_what, parts, message) => {
    expect(() => parseCrl(crl(parts))).toThrow(new RegExp(message));
    expect(() => parseCrl(crl(parts))).toThrow(AssayError);
  });

  test.each(['', '3000', '30843b9aca00', '30800000', '300630003000030100', '04023000'])('%j is refused', (hex) => {
    expect(() => parseCrl(fromHex(hex))).toThrow(AssayError);
  });

  test('is bounded in size and in entries', () => {
    expect(() => parseCrl(new Uint8Array(MAX_CRL + 1))).toThrow(`exceed ${MAX_CRL}`);
    const entry = revoked(5);
    const many = der(
      0x30,
      new Uint8Array(entry.length * 100_001).map((_, index) => entry[index % entry.length] ?? 0),
    );
    expect(() => parseCrl(crl({ revoked: many }))).toThrow('more than 100000');
  });
});

/** Parses mutated bytes: a list or a refusal. */
function tryParse(data: Uint8Array): void {
  try {
    expect(parseCrl(data).tbs.length).toBeLessThan(data.length);
  } catch (error) {
    expect(error).toBeInstanceOf(AssayError);
    expect(error).toMatchObject({ code: 'malformed' });
  }
}

const mutated = (sources: readonly Uint8Array[]) =>
  fc
    .tuple(fc.constantFrom(...sources), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
    .map(([source, changes]) => {
      const copy = source.slice();
      for (const [at, byte] of changes) copy[at % copy.length] = byte;
      return copy;
    });

test('no bytes crash it', () => {
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), mutated([crl()])), tryParse), { numRuns: 2000 });
});

describeWithVectors('real CRLs', () => {
  const lists = () => Object.keys(vectors).filter((path) => /(Crl|\/crl-[^/]*)\.der$/.test(path));

  test('of Intel and AMD all parse', () => {
    expect(lists().length).toBeGreaterThan(40);
    for (const path of lists()) {
      const parsed = parseCrl(vector(path));
      expect(parsed.thisUpdate, path).toBeLessThan(parsed.nextUpdate);
      for (const serial of parsed.revoked) expect(serial).toMatch(/^[0-9a-f]+$/);
    }
  });

  test('the Platform CA had revoked 57 certificates, each once', () => {
    const sizes = lists()
      .filter((path) => path.endsWith('pckCrl.der'))
      .map((path) => parseCrl(vector(path)).revoked.size);
    expect(Math.max(...sizes)).toBe(57);
  });

  test('a revoked serial number is found in the form that certificates have', () => {
    const path = 'sgx-v3-00606a000000-plat-268c0681/pckCrl.der';
    const { tbs, revoked: serials } = parseCrl(vector(path));
    const hex = toHex(tbs);
    for (const serial of serials) expect(hex).toContain(serial);
  });

  test('no change to one crashes the reader', () => {
    const sources = [
      'sgx-v3-00606a000000-plat-268c0681/pckCrl.der',
      '_amd/crl-ark-genoa-2024-10-23-2025-11-03.der',
    ].map(vector);
    fc.assert(fc.property(mutated(sources), tryParse), { numRuns: 1000 });
  });
});
