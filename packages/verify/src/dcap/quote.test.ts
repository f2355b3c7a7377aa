import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../codec/bytes.ts';
import { fromHex } from '../codec/hex.ts';
import { sgx } from '../sgx/index.ts';
import { tdx } from '../tdx/index.ts';
import { Checklist } from '../verdict/checklist.ts';
import { INTEL_VENDOR } from './header.ts';
import type { Quote } from './quote.ts';

interface Form {
  readonly version?: number;
  readonly keyType?: number;
  readonly teeType?: number;
  readonly vendor?: string;
  /** Version 5 only. */
  readonly bodyType?: number;
  readonly bodySize?: number;
  readonly body?: number;
  readonly outerType?: number;
  readonly outerBy?: number;
  readonly authBy?: number;
  readonly qeAuth?: number;
  readonly qeAuthBy?: number;
  readonly certType?: number;
  readonly cert?: Uint8Array;
  readonly certBy?: number;
  readonly afterCert?: number;
  readonly trailing?: Uint8Array;
}

const le = (value: number, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, index) => Math.floor(value / 256 ** index) & 0xff);

/** A quote that has its form and no truth: every signature is zero. The `…By` members falsify lengths. */
function quote(form: Form = {}): Uint8Array {
  const { version = 3, teeType = 0, cert = new Uint8Array(100), certType = 5, qeAuth = 32 } = form;
  const body = form.body ?? (teeType === 0 ? 384 : 584);
  const descriptor = [le(form.bodyType ?? (teeType === 0 ? 1 : 2), 2), le(form.bodySize ?? body, 4)];
  const inner = concatBytes(
    new Uint8Array(384 + 64),
    le(qeAuth + (form.qeAuthBy ?? 0), 2),
    new Uint8Array(qeAuth),
    le(certType, 2),
    le(cert.length + (form.certBy ?? 0), 4),
    cert,
    new Uint8Array(form.afterCert ?? 0),
  );
  const outer = [le(form.outerType ?? 6, 2), le(inner.length + (form.outerBy ?? 0), 4)];
  const auth = concatBytes(new Uint8Array(128), ...(version > 3 ? outer : []), inner);
  return concatBytes(
    ...[le(version, 2), le(form.keyType ?? 2, 2), le(teeType, 4), new Uint8Array(4)],
    fromHex(form.vendor ?? INTEL_VENDOR),
    new Uint8Array(20),
    ...(version === 5 ? descriptor : []),
    new Uint8Array(body),
    le(auth.length + (form.authBy ?? 0), 4),
    auth,
    form.trailing ?? new Uint8Array(0),
  );
}

interface Parsing {
  readonly failed: readonly string[];
  readonly warned: readonly string[];
  readonly quote: Quote | undefined;
}

function parse(bytes: Uint8Array, tee: 'sgx' | 'tdx' = 'sgx'): Parsing {
  const { checks, parse: parseAs } = { sgx, tdx }[tee];
  const checklist = new Checklist(checks);
  const parsed = parseAs(bytes, checklist);
  const ids = (outcome: string): readonly string[] =>
    checklist.checks.filter((check) => check.outcome === outcome).map(({ id }) => id);
  return { failed: ids('fail'), warned: ids('warn'), quote: parsed?.quote };
}

const TD = { version: 4, teeType: 0x81 } as const;
/** Nothing but the check fails, and there is no quote. */
const refuses = (bytes: Uint8Array, id: string, tee: 'sgx' | 'tdx' = 'sgx'): void => {
  const { failed, quote: found } = parse(bytes, tee);
  expect([failed, found]).toEqual([[id], undefined]);
};

test('1.1: every version and body parses', () => {
  const forms: readonly (readonly [Form, 'sgx' | 'tdx', number])[] = [
    [{}, 'sgx', 384],
    [{ version: 4 }, 'sgx', 384],
    [{ version: 5 }, 'sgx', 384],
    [TD, 'tdx', 584],
    [{ ...TD, version: 5 }, 'tdx', 584],
    [{ ...TD, version: 5, bodyType: 3, body: 648 }, 'tdx', 648],
    [{ ...TD, version: 5, bodyType: 4, body: 885 }, 'tdx', 885],
  ];
  for (const [form, tee, size] of forms) {
    const { failed, quote: parsed } = parse(quote(form), tee);
    expect(failed).toEqual([]);
    expect(parsed?.body.length).toBe(size);
    // The descriptor of version 5 is signed too.
    expect(parsed?.signed.length).toBe(48 + (form.version === 5 ? 6 : 0) + size);
    expect(parsed?.bodyType ?? null).toBe(form.version === 5 ? (form.bodyType ?? (tee === 'sgx' ? 1 : 2)) : null);
  }
});

test('1.1: MISCSELECT is claimed as the number that it is, little endian', () => {
  const bytes = quote();
  bytes.set([1, 2, 3, 0xf4], 48 + 16);
  const claims = sgx.parse(bytes, new Checklist(sgx.checks))?.claims;
  expect(claims?.evidence).toMatchObject({ report: { miscSelect: 0xf4030201 } });
});

describe('1.1 item', () => {
  test('1: at least 1020 bytes, at most 1 MiB', () => {
    for (const length of [0, 1, 47, 48, 1019, 1_048_577]) {
      refuses(concatBytes(quote(), new Uint8Array(1_048_577)).subarray(0, length), 'dcap.quote.length');
    }
    expect(parse(concatBytes(quote(), new Uint8Array(1_048_576)).subarray(0, 1_048_576)).failed).toEqual([]);
  });

  test('2: the version is 3, 4 or 5', () => {
    for (const version of [0, 1, 2, 6, 255, 65_535]) refuses(quote({ version }), 'dcap.quote.version');
  });

  test('3: the attestation key type is 2', () => {
    for (const keyType of [0, 1, 3, 4, 65_535]) refuses(quote({ keyType }), 'dcap.quote.key-type');
  });

  test('4: the TEE type is this one; version 3 is SGX only', () => {
    for (const teeType of [1, 0x80, 0x82, 0x8100, 0xffff_ffff]) {
      refuses(quote({ version: 4, teeType }), 'dcap.quote.tee-type');
      refuses(quote({ version: 4, teeType }), 'dcap.quote.tee-type', 'tdx');
    }
    refuses(quote({ ...TD, version: 3 }), 'dcap.quote.tee-type', 'tdx');
    refuses(quote(TD), 'dcap.quote.tee-type', 'sgx');
    refuses(quote({ version: 4 }), 'dcap.quote.tee-type', 'tdx');
  });

  test("5: the quoting enclave's vendor is Intel", () => {
    for (const vendor of ['00'.repeat(16), `${INTEL_VENDOR.slice(0, 30)}06`]) {
      refuses(quote({ vendor }), 'dcap.quote.vendor');
      refuses(quote({ ...TD, vendor }), 'dcap.quote.vendor', 'tdx');
    }
  });

  test('6: body type and size of version 5 are those of the TEE', () => {
    for (const bodyType of [0, 2, 3, 4, 5, 65_535]) refuses(quote({ version: 5, bodyType }), 'dcap.quote.body');
    for (const bodySize of [0, 383, 385, 584, 2 ** 30, 2 ** 32 - 1]) {
      refuses(quote({ version: 5, bodySize }), 'dcap.quote.body');
    }
    for (const [bodyType, body] of [
      [1, 384],
      [2, 648],
      [3, 584],
      [3, 885],
      [4, 648],
      [5, 648],
    ] as const) {
      refuses(quote({ ...TD, version: 5, bodyType, body }), 'dcap.quote.body', 'tdx');
    }
    // The body is said to be longer than all that is there.
    refuses(quote({ ...TD, version: 5, bodyType: 4, body: 885 }).subarray(0, 1020), 'dcap.quote.auth-data', 'tdx');
  });

  test('7: signature data fits; bytes after it are counted, and reported unless zero', () => {
    for (const authBy of [1, 2 ** 30, 2 ** 32 - 1 - 680]) refuses(quote({ authBy }), 'dcap.quote.auth-data');
    const zeros = parse(quote({ trailing: new Uint8Array(3065) }));
    expect([zeros.failed, zeros.warned, zeros.quote?.trailing]).toEqual([[], [], 3065]);
    const ones = parse(quote({ trailing: new Uint8Array(9).fill(1) }));
    expect([ones.failed, ones.warned, ones.quote?.trailing]).toEqual([[], ['dcap.quote.trailing'], 9]);
    // Trailing zeros are no part of the signature data, however long that says it is.
    refuses(quote({ authBy: 5, trailing: new Uint8Array(70) }), 'dcap.quote.auth-data');
  });

  test('8: lengths inside the signature data are exact', () => {
    for (const by of [-1, 1, 2 ** 30]) {
      refuses(quote({ certBy: by }), 'dcap.quote.auth-data');
      refuses(quote({ ...TD, certBy: by }), 'dcap.quote.auth-data', 'tdx');
      refuses(quote({ ...TD, outerBy: by }), 'dcap.quote.auth-data', 'tdx');
    }
    for (const qeAuthBy of [-1, 1, 65_535 - 32]) refuses(quote({ qeAuthBy }), 'dcap.quote.auth-data');
    for (const outerType of [0, 1, 5, 7]) refuses(quote({ version: 4, outerType }), 'dcap.quote.auth-data');
    refuses(quote({ afterCert: 1 }), 'dcap.quote.auth-data');
    refuses(quote({ ...TD, afterCert: 4 }), 'dcap.quote.auth-data', 'tdx');
    for (const authBy of [-1, -100, -600]) refuses(quote({ authBy }), 'dcap.quote.auth-data');
    for (const qeAuth of [0, 1, 33, 65_535]) expect(parse(quote({ qeAuth })).failed).toEqual([]);
  });

  test('9: certification data is of type 1 to 5', () => {
    for (const certType of [0, 6, 7, 8, 65_535]) refuses(quote({ certType }), 'dcap.quote.certification');
    for (const certType of [4, 5]) expect(parse(quote({ certType, cert: new Uint8Array(0) })).failed).toEqual([]);
    for (const [certType, length] of [
      [1, 36],
      [2, 276],
      [3, 404],
    ] as const) {
      expect(parse(quote({ certType, cert: new Uint8Array(length) })).failed).toEqual([]);
      for (const by of [-1, 1]) {
        refuses(quote({ certType, cert: new Uint8Array(length + by) }), 'dcap.quote.certification');
      }
    }
  });
});

describe('1.1 item 10', () => {
  test('any bytes are refused by a check of the form, or parse', () => {
    const any = fc.uint8Array({ maxLength: 4000, size: 'max' });
    fc.assert(
      fc.property(any, fc.constantFrom('sgx' as const, 'tdx' as const), (bytes, tee) => {
        const { failed, quote: parsed } = parse(bytes, tee);
        expect(failed.every((id) => id.startsWith('dcap.quote.'))).toBe(true);
        expect(failed.length > 0).toBe(parsed === undefined);
      }),
    );
  });

  test('a quote cut anywhere is refused by its length or its signature data', () => {
    for (const whole of [quote({ qeAuth: 500 }), quote({ ...TD, qeAuth: 500 })]) {
      const tee = whole[4] === 0 ? 'sgx' : 'tdx';
      for (let length = 0; length < whole.length; length += 1) {
        refuses(whole.subarray(0, length), length < 1020 ? 'dcap.quote.length' : 'dcap.quote.auth-data', tee);
      }
    }
  });

  test('any 32-bit value in any length field parses or is refused, without allocating it', () => {
    const whole = quote({ ...TD, version: 5 });
    fc.assert(
      fc.property(
        fc.integer({ min: 48, max: whole.length - 4 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (at, value) => {
          const bytes = whole.slice();
          bytes.set(le(value, 4), at);
          expect(Array.isArray(parse(bytes, 'tdx').failed)).toBe(true);
        },
      ),
    );
  });
});
