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
  type TestExtension,
  time,
} from '../../../../tools/der-in-tests.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { formProblem, type Role } from './certificate-form.ts';

const NAMES: Readonly<Record<Role, string>> = {
  root: 'Intel SGX Root CA',
  'pck-ca': 'Intel SGX PCK Platform CA',
  pck: 'Intel SGX PCK Certificate',
  'tcb-signer': 'Intel SGX TCB Signing',
};
const ROLES = Object.keys(NAMES) as Role[];
/** Arcs of CN, O, L, ST, C. */
const subjectOf = (role: Role): Readonly<Record<string, string>> => ({
  '3': NAMES[role],
  '10': 'Intel Corporation',
  '7': 'Santa Clara',
  '8': 'CA',
  '6': 'US',
});

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const ECDSA_SHA384 = sequence(oid('1.2.840.10045.4.3.3'));
const spki = (curve: string, size: number): Uint8Array =>
  sequence(sequence(oid('1.2.840.10045.2.1'), oid(curve)), bits(Uint8Array.of(4, ...new Uint8Array(size))));
const P256 = spki('1.2.840.10045.3.1.7', 64);
const P384 = spki('1.3.132.0.34', 96);

const AUTHORITY_KEY: TestExtension = { id: '2.5.29.35', value: sequence(der(0x80, new Uint8Array(20))) };
const SUBJECT_KEY: TestExtension = { id: '2.5.29.14', value: octets(new Uint8Array(20)) };
const uri = der(0x86, new TextEncoder().encode('https://example.com/crl'));
const CRL_POINT: TestExtension = { id: '2.5.29.31', value: sequence(sequence(der(0xa0, der(0xa0, uri)))) };
const usage = (byte: number): TestExtension => ({
  id: '2.5.29.15',
  critical: true,
  value: der(0x03, Uint8Array.of(1, byte)),
});
const constraints = (...items: readonly Uint8Array[]): TestExtension => ({
  id: '2.5.29.19',
  critical: true,
  value: sequence(...items),
});
const SIGNER = usage(0xc0);
const AUTHORITY = usage(0x06);

function extensionsOf(role: Role): readonly TestExtension[] {
  const common = [AUTHORITY_KEY, SUBJECT_KEY, CRL_POINT];
  if (role === 'root') return [...common, AUTHORITY, constraints(flag(true), integer(1))];
  if (role === 'pck-ca') return [...common, AUTHORITY, constraints(flag(true), integer(0))];
  return [...common, SIGNER, constraints()];
}

interface Form {
  readonly subject?: Readonly<Record<string, string>>;
  readonly extensions?: readonly TestExtension[];
  readonly key?: Uint8Array;
  readonly algorithm?: Uint8Array;
}

/** An unsigned certificate: its form is judged before its signature. */
function certificate(role: Role, form: Form = {}): Certificate {
  const { algorithm = ECDSA_SHA256, key = P256, subject = subjectOf(role), extensions = extensionsOf(role) } = form;
  const tbs = sequence(
    der(0xa0, integer(2)),
    integer(7),
    algorithm,
    name(subjectOf('root')),
    sequence(time('20200101000000Z'), time('20490101000000Z')),
    name(subject),
    key,
    der(0xa3, extensionList(extensions)),
  );
  return parseCertificate(sequence(tbs, algorithm, bits(new Uint8Array(70))));
}

const problem = (role: Role, form: Form = {}, genuine = true): string | undefined =>
  formProblem(certificate(role, form), role, genuine)?.actual;
const replaced = (role: Role, by: TestExtension): Form => ({
  extensions: extensionsOf(role).map((one) => (one.id === by.id ? by : one)),
});

describe.each(ROLES)('1.2 items 11 and 13: the certificate in the role %s', (role) => {
  test('has its form, by Intel or by a test vendor', () => {
    expect([problem(role), problem(role, {}, false)]).toEqual([undefined, undefined]);
    expect(problem(role, { subject: { ...subjectOf(role), '10': 'SIMULATED' } }, false)).toBeUndefined();
  });

  test('has its exact name', () => {
    for (const other of [...ROLES.filter((one) => one !== role).map((one) => NAMES[one]), 'Intel', `${NAMES[role]} `]) {
      expect(problem(role, { subject: { ...subjectOf(role), '3': other } })).toMatch(/^subject CN is /);
    }
    const { '3': _, ...unnamed } = subjectOf(role);
    expect(formProblem(certificate(role, { subject: unnamed }), role, true)).toMatchObject({
      actual: 'subject CN is missing',
      intelStatus: expect.stringMatching(/_MISSING$/),
    });
    expect(problem(role, { subject: { ...subjectOf(role), '10': 'SIMULATED' } })).toMatch(/subject O/);
    expect(problem(role, { subject: { ...subjectOf(role), '7': 'Santa Cruz' } })).toMatch(/subject L/);
    expect(problem(role, { subject: { ...subjectOf(role), '8': 'NY' } })).toMatch(/subject ST/);
    expect(problem(role, { subject: { ...subjectOf(role), '6': 'DE' } })).toMatch(/subject C /);
    expect(problem(role, { subject: { ...subjectOf(role), '11': 'Unit' } })).toMatch(/other attributes/);
  });

  test('has a P-256 key and ecdsa-with-SHA256', () => {
    expect(problem(role, { key: P384 })).toMatch(/P-256/);
    expect(problem(role, { algorithm: ECDSA_SHA384 })).toMatch(/signature algorithm is ecdsa-sha384/);
  });

  test.each(['2.5.29.35', '2.5.29.14', '2.5.29.31', '2.5.29.15', '2.5.29.19'])('has the extension %s', (id) => {
    expect(problem(role, { extensions: extensionsOf(role).filter((one) => one.id !== id) })).toMatch(/missing/);
    // There, but something else.
    expect(problem(role, replaced(role, { id, value: der(0x05) }))).toBeDefined();
  });

  test('has no unknown critical extension; others are no matter', () => {
    const unknown = { id: '1.3.6.1.4.1.99999.1', value: sequence() };
    expect(problem(role, { extensions: [...extensionsOf(role), unknown] })).toBeUndefined();
    expect(problem(role, { extensions: [...extensionsOf(role), { ...unknown, critical: true }] })).toMatch(/99999/);
    const critical = { ...CRL_POINT, critical: true };
    expect(problem(role, replaced(role, critical))).toMatch(/unknown critical/);
  });
});

describe('1.2 item 11: authorities', () => {
  test.each(['root', 'pck-ca'] as const)('the %s may sign certificates and CRLs, and is a CA', (role) => {
    for (const byte of [0xc0, 0x04, 0x02, 0x00])
      expect(problem(role, replaced(role, usage(byte)))).toMatch(/key usage/);
    expect(problem(role, replaced(role, constraints()))).toMatch(/no CA/);
    expect(problem(role, replaced(role, constraints(flag(false))))).toMatch(/no CA/);
    expect(problem(role, replaced(role, constraints(flag(true))))).toMatch(/path length/);
    const other = role === 'root' ? 0 : 1;
    for (const length of [other, 2]) {
      expect(problem(role, replaced(role, constraints(flag(true), integer(length))))).toMatch(/path length/);
    }
  });

  test.each(['pck', 'tcb-signer'] as const)('the %s is none, and signs', (role) => {
    expect(problem(role, replaced(role, constraints(flag(true), integer(0))))).toMatch(/is a CA/);
    expect(problem(role, replaced(role, usage(0x84)))).toMatch(/is a CA/);
    expect(problem(role, replaced(role, usage(0x40)))).toMatch(/digitalSignature/);
  });

  test('the PCK CA is that of processors or of platforms', () => {
    const subject = { ...subjectOf('pck-ca'), '3': 'Intel SGX PCK Processor CA' };
    expect(problem('pck-ca', { subject })).toBeUndefined();
    expect(problem('pck-ca', { subject: { ...subject, '3': 'Intel SGX PCK Other CA' } })).toMatch(/subject CN/);
  });
});
