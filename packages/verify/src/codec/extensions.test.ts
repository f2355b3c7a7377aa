import { describe, expect, test } from 'vitest';
import { der, extensionList } from '../../../../tools/der-in-tests.ts';
import { certificate } from '../../../../tools/x509-in-tests.ts';
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
import { fromHex } from './hex.ts';
import { parseCertificate } from './x509.ts';

describe('extensions (RFC 5280 section 4.2.1)', () => {
  const withExtension = (id: string, value: Uint8Array, critical = false) =>
    parseCertificate(certificate({ extensions: der(0xa3, extensionList([{ id, value, critical }])) })).extensions;

  test('key usage is a BIT STRING whose unused bits are zero', () => {
    const usage = (hex: string) => keyUsageOf(withExtension(EXTENSION.keyUsage, fromHex(hex)));
    expect(usage('03020106')).toEqual({ digitalSignature: false, keyCertSign: true, cRLSign: true });
    expect(usage('030206c0')).toEqual({ digitalSignature: true, keyCertSign: false, cRLSign: false });
    expect(usage('0303070080')).toEqual({ digitalSignature: false, keyCertSign: false, cRLSign: false });
    expect(keyUsageOf(withExtension('1.2.3', fromHex('0500')))).toBeUndefined();
    for (const hex of [
      '030107',
      '0301',
      '03020806',
      '03020706',
      '0302067f',
      '030300ffff01',
      '03050000000000',
      '040100',
      '0302010600',
    ]) {
      expect(() => usage(hex)).toThrow(AssayError);
    }
  });

  test('basic constraints', () => {
    const constraints = (hex: string) => basicConstraintsOf(withExtension(EXTENSION.basicConstraints, fromHex(hex)));
    expect(constraints('3000')).toEqual({ ca: false });
    expect(constraints('30060101ff020100')).toEqual({ ca: true, pathLength: 0 });
    for (const hex of ['', '3003020100', '30060101ff0201ff', '30090101ff020100020100', '300301010a', '0500']) {
      expect(() => constraints(hex)).toThrow(AssayError);
    }
  });

  test('key identifiers and the address of the CRL', () => {
    expect(subjectKeyIdOf(withExtension(EXTENSION.subjectKeyIdentifier, fromHex('0402abcd')))).toEqual(fromHex('abcd'));
    expect(authorityKeyIdOf(withExtension(EXTENSION.authorityKeyIdentifier, fromHex('30048002abcd')))).toEqual(
      fromHex('abcd'),
    );
    expect(authorityKeyIdOf(withExtension(EXTENSION.authorityKeyIdentifier, fromHex('3000')))).toBeUndefined();
    expect(crlUriOf(withExtension(EXTENSION.crlDistributionPoints, fromHex('300b3009a007a0058603782f79')))).toBe('x/y');
    expect(crlUriOf(withExtension(EXTENSION.crlDistributionPoints, fromHex('3000')))).toBeUndefined();
    for (const id of [
      EXTENSION.subjectKeyIdentifier,
      EXTENSION.authorityKeyIdentifier,
      EXTENSION.crlDistributionPoints,
    ]) {
      const broken = withExtension(id, fromHex('3084ffffffff'));
      expect(() => [subjectKeyIdOf(broken), authorityKeyIdOf(broken), crlUriOf(broken)]).toThrow(AssayError);
    }
  });

  test('an unknown critical one is found', () => {
    expect(unknownCritical(withExtension('1.2.3', fromHex('0500'), true), [EXTENSION.keyUsage])).toEqual(['1.2.3']);
    expect(unknownCritical(withExtension('1.2.3', fromHex('0500')), [])).toEqual([]);
    expect(unknownCritical(withExtension('1.2.3', fromHex('0500'), true), ['1.2.3'])).toEqual([]);
  });
});
