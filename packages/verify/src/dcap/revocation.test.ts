import { describe, expect, test } from 'vitest';
import {
  bits,
  der,
  extensionList,
  integer,
  name,
  octets,
  oid,
  sequence,
  type TestExtension,
  time,
} from '../../../../tools/der-in-tests.ts';
import { toBase64 } from '../codec/base64.ts';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import type { Certificate } from '../codec/x509.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { Trusted } from './anchor.ts';
import { dcapChecks } from './checks.ts';
import { authenticateCrl, notRevoked } from './revocation.ts';
import type { Window } from './window.ts';

const KEY_ID = new Uint8Array(20).fill(5);
const NAME = name({ '3': 'Intel SGX Root CA', '10': 'Intel Corporation' });
const SIGNATURE = sequence(integer(1), integer(2));
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const ECDSA_SHA384 = sequence(oid('1.2.840.10045.4.3.3'));

const NUMBER: TestExtension = { id: '2.5.29.20', value: integer(1) };
const authority = (id: Uint8Array): TestExtension => ({ id: '2.5.29.35', value: sequence(der(0x80, id)) });
const EXTENSIONS = [NUMBER, authority(KEY_ID)];

interface Form {
  readonly version?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly dates?: readonly Uint8Array[];
  readonly revoked?: readonly Uint8Array[];
  readonly extensions?: readonly TestExtension[];
  readonly outer?: Uint8Array;
  readonly signature?: Uint8Array;
}

const DATES = [time('20260101000000Z'), time('20260201000000Z')];
const entry = (serial: Uint8Array): Uint8Array =>
  sequence(der(0x02, serial), time('20250101000000Z'), extensionList([{ id: '2.5.29.21', value: integer(1, 0x0a) }]));

function crl(form: Form = {}): Uint8Array {
  const { version = integer(1), issuer = NAME, dates = DATES, revoked = [], extensions = EXTENSIONS } = form;
  const tbs = sequence(
    version,
    ECDSA_SHA256,
    issuer,
    ...dates,
    ...(revoked.length > 0 ? [sequence(...revoked)] : []),
    der(0xa0, extensionList(extensions)),
  );
  return sequence(tbs, form.outer ?? ECDSA_SHA256, bits(form.signature ?? SIGNATURE));
}

/** A CA of that name and key id, whose key signs all, or nothing. */
function issuerOf(signs: boolean): Trusted {
  const extensions = new Map([['2.5.29.14', { critical: false, value: octets(KEY_ID) }]]);
  const certificate = { subject: { raw: NAME, attributes: { CN: 'Intel SGX Root CA' } }, extensions };
  return { certificate: certificate as unknown as Certificate, key: { verify: () => signs } };
}

async function judge(file: Uint8Array | undefined, issuer: Trusted | undefined = issuerOf(true)) {
  const checks = new Checklist(dcapChecks);
  const windows: Window[] = [];
  const found = await authenticateCrl('root-crl', file, issuer, checks, windows);
  const ids = (outcome: string) =>
    checks.checks.filter((check) => check.outcome === outcome).map(({ id }) => id.replace('dcap.root-crl.', ''));
  return { found, windows, failed: ids('fail'), skipped: ids('skip'), passed: ids('pass') };
}

describe('1.3: a CRL', () => {
  test('that is sound passes four checks, and its dates are judged on each use', async () => {
    const { found, windows, failed, passed } = await judge(crl());
    expect([failed, passed]).toEqual([[], ['form', 'extensions', 'issuer', 'signature']]);
    expect([found?.number, found?.revoked.size]).toEqual(['1', 0]);
    expect(windows).toEqual([
      {
        check: 'dcap.root-crl.validity',
        what: 'CRL',
        notBefore: Date.UTC(2026, 0, 1) / 1000,
        notAfter: Date.UTC(2026, 1, 1) / 1000,
      },
    ]);
  });

  test('may be DER, PEM or hexadecimal', async () => {
    const bytes = crl();
    const pem = `-----BEGIN X509 CRL-----\n${toBase64(bytes)}\n-----END X509 CRL-----\n`;
    for (const file of [utf8(toHex(bytes)), utf8(`${toHex(bytes).toUpperCase()}\n`), utf8(pem)]) {
      expect((await judge(file)).found?.raw).toEqual(bytes);
    }
  });
});

describe('1.3 item 17: what is no CRL', () => {
  const bytes = crl();
  test.each<readonly [string, Uint8Array | undefined]>([
    ['nothing', undefined],
    ['empty', new Uint8Array(0)],
    ['garbage', utf8('not a CRL')],
    ['hexadecimal of odd length', utf8(toHex(bytes).slice(1))],
    ['a PEM of two', utf8(`-----BEGIN X509 CRL-----\n${toBase64(bytes)}\n-----END X509 CRL-----\n`.repeat(2))],
    ['a PEM certificate', utf8(`-----BEGIN CERTIFICATE-----\n${toBase64(bytes)}\n-----END CERTIFICATE-----\n`)],
    ['cut', bytes.subarray(0, -1)],
    ['with a byte after it', Uint8Array.of(...bytes, 0)],
    ['of version 1', crl({ version: integer(0) })],
    ['of two algorithms', crl({ outer: ECDSA_SHA384 })],
    ['without nextUpdate', crl({ dates: DATES.slice(0, 1) })],
    ['with a date that does not exist', crl({ dates: [time('20260230000000Z'), time('20260301000000Z')] })],
    ['with a revoked entry without a date', crl({ revoked: [sequence(integer(5))] })],
    ['with a negative serial number', crl({ revoked: [entry(Uint8Array.of(0x80))] })],
    ['with an extension twice', crl({ extensions: [...EXTENSIONS, NUMBER] })],
    ['with a number that is none', crl({ extensions: [{ ...NUMBER, value: octets(KEY_ID) }, authority(KEY_ID)] })],
  ])('%s', async (_, file) => {
    const { found, failed, windows } = await judge(file);
    expect([failed, found, windows]).toEqual([['form'], undefined, []]);
  });
});

describe('1.3 items 18 to 20', () => {
  test('18: the issuer is the CA by name and by key id', async () => {
    const other = name({ '3': 'Intel SGX Root CA', '10': 'Somebody' });
    for (const form of [
      { issuer: other },
      { extensions: [NUMBER, authority(new Uint8Array(20))] },
      { extensions: [NUMBER, authority(KEY_ID.subarray(1))] },
    ]) {
      const { found, failed } = await judge(crl(form));
      expect([failed, found]).toEqual([['issuer'], undefined]);
    }
  });

  test.each<readonly [string, readonly TestExtension[]]>([
    ['a number', [authority(KEY_ID)]],
    ['a key id', [NUMBER]],
    ['a key id that is one', [NUMBER, { id: '2.5.29.35', value: sequence() }]],
    ['no delta', [...EXTENSIONS, { id: '2.5.29.27', critical: true, value: integer(1) }]],
    ['no part of a list', [...EXTENSIONS, { id: '2.5.29.28', critical: true, value: sequence() }]],
    [
      'nothing unknown that is critical',
      [...EXTENSIONS, { id: '1.3.6.1.4.1.99999', critical: true, value: sequence() }],
    ],
  ])('19: it has %s', async (_, extensions) => {
    const { found, failed } = await judge(crl({ extensions }));
    expect([failed, found]).toEqual([['extensions'], undefined]);
  });

  test('19: an unknown extension is no matter unless it is critical', async () => {
    const { failed } = await judge(
      crl({ extensions: [...EXTENSIONS, { id: '1.3.6.1.4.1.99999', value: sequence() }] }),
    );
    expect(failed).toEqual([]);
  });

  test('20: it is signed by the CA, with a DER signature', async () => {
    expect((await judge(crl(), issuerOf(false))).failed).toEqual(['signature']);
    for (const signature of [new Uint8Array(64), sequence(integer(1)), new Uint8Array(0), SIGNATURE.subarray(1)]) {
      const { found, failed } = await judge(crl({ signature }));
      expect([failed, found]).toEqual([['signature'], undefined]);
    }
  });

  test('without a trusted CA it says nothing', async () => {
    const checks = new Checklist(dcapChecks);
    const found = await authenticateCrl('pck-crl', crl(), undefined, checks, []);
    expect(found).toBeUndefined();
    expect(checks.checks.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'dcap.pck-crl.form pass',
      'dcap.pck-crl.extensions pass',
      'dcap.pck-crl.issuer skip',
      'dcap.pck-crl.signature skip',
    ]);
  });
});

describe('1.3 item 22: revocation', () => {
  const outcome = async (serial: string, revoked: readonly Uint8Array[]): Promise<string | undefined> => {
    const { found } = await judge(crl({ revoked: revoked.map(entry) }));
    const checks = new Checklist(dcapChecks);
    notRevoked('dcap.pck.revoked', { serial } as Certificate, found, checks);
    return checks.checks[0]?.outcome;
  };

  test('compares serial numbers as unsigned integers', async () => {
    const high = Uint8Array.of(0, 0x88, 0xd3, 0xae);
    expect(await outcome('88d3ae', [Uint8Array.of(1), high])).toBe('fail');
    expect(await outcome('88d3af', [Uint8Array.of(1), high])).toBe('pass');
    expect(await outcome('88d3', [high])).toBe('pass');
    expect(await outcome('01', [Uint8Array.of(1)])).toBe('fail');
    expect(await outcome('88d3ae', [])).toBe('pass');
  });

  test('cannot be told without the list or the certificate', () => {
    const checks = new Checklist(dcapChecks);
    notRevoked('dcap.pck.revoked', { serial: '01' } as Certificate, undefined, checks);
    notRevoked('dcap.pck.revoked', undefined, undefined, checks);
    expect(checks.checks.map((check) => check.outcome)).toEqual(['skip', 'skip']);
  });
});
