import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { toBase64 } from '../codec/base64.ts';
import { concatBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import type { JsonObject } from '../codec/json.ts';
import { fromCertificateChain } from '../codec/pem.ts';
import { utf8 } from '../codec/text.ts';
import { AssayError } from '../errors.ts';
import { endorsementsJson, parseEndorsements } from './json.ts';

const parse = (value: unknown): ReturnType<typeof parseEndorsements> => parseEndorsements(utf8(JSON.stringify(value)));
const refusal = (value: unknown): string => {
  try {
    parse(value);
  } catch (error) {
    expect((error as AssayError).code).toBe('malformed');
    return (error as AssayError).message;
  }
  return 'accepted';
};
const schema = 'assay.endorsements/1';

describe('assay.endorsements/1', () => {
  test('reads back as it was written, texts byte for byte', () => {
    const raw = {
      dcap: {
        tcbInfo: '{ "tcbInfo" : {} }\n',
        qeIdentity: '\ufeff{}',
        tcbSignChain: utf8('-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----\0'),
        rootCaCrl: Uint8Array.of(0x30, 0),
      },
      snp: { vek: Uint8Array.of(1), ask: Uint8Array.of(2), ark: Uint8Array.of(3), crl: Uint8Array.of(0x30, 1, 0) },
      confidentialSpace: { jwks: '{"keys":[]}' },
    };
    expect(parse(endorsementsJson(raw))).toEqual(raw);
    expect(parse(endorsementsJson({}))).toEqual({});
    expect(parse(endorsementsJson({ dcap: {}, snp: {}, confidentialSpace: {} }))).toEqual({
      ...{ dcap: {}, snp: {}, confidentialSpace: {} },
    });
  });

  test.each([
    [{ schema, more: 1 }, /unknown member "more"/],
    [{ schema, dcap: { tcb: '' } }, /unknown member "tcb"/],
    [{ schema, snp: { vcek: '' } }, /unknown member "vcek"/],
    [{ schema, confidentialSpace: { keys: '' } }, /unknown member "keys"/],
    [{ schema, dcap: null }, /endorsements\.dcap: expected an object/],
    [{ schema, dcap: { tcbInfo: {} } }, /endorsements\.dcap\.tcbInfo: expected text/],
    [{ schema, dcap: { pckCrl: '!' } }, /endorsements\.dcap\.pckCrl/],
    [{ schema, snp: { vek: 'AA' } }, /endorsements\.snp\.vek/],
    [{ schema: 'assay.endorsements/2' }, /endorsements\.schema/],
    [{ tcb_info: 'x' }, /collateral: pck_crl_issuer_chain is missing/],
    [[], /expected an object/],
  ])('refuses %j', (value, message) => {
    expect(refusal(value)).toMatch(message);
  });

  test('refuses a chain that is neither text nor DER', () => {
    expect(() => endorsementsJson({ dcap: { tcbSignChain: Uint8Array.of(0xff, 0xff) } })).toThrow(AssayError);
  });

  test('never crashes the parser', () => {
    const forms = fc.dictionary(
      fc.constantFrom('schema', 'dcap', 'snp', 'tcb_info', 'pck_crl', 'root_ca_crl', 'tcb_info_signature'),
      fc.oneof(fc.constant(schema), fc.jsonValue()),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          forms.map((value) => utf8(JSON.stringify(value))),
        ),
        (bytes) => {
          try {
            parseEndorsements(bytes);
          } catch (error) {
            expect((error as AssayError).code).toBe('malformed');
          }
        },
      ),
    );
  });
});

describeWithVectors('collateral of other verifiers', () => {
  const name = 'tdx-v4-00806f050000-00b2526a';
  const chain = (): string => vectorText(`${name}/tcbSignChain.pem`);
  /** The signed text and the signature of one of Intel's documents. */
  const document = (file: string, member: string): readonly [string, string] => {
    const text = vectorText(`${name}/${file}`);
    const start = text.indexOf(`"${member}":`) + member.length + 3;
    const end = text.lastIndexOf(',"signature":');
    return [text.slice(start, end), text.slice(end + 14, end + 14 + 128)];
  };
  const collateral = (): JsonObject => {
    const [tcbInfo, tcbSignature] = document('tcbInfo.json', 'tcbInfo');
    const [qeIdentity, qeSignature] = document('qeIdentity.json', 'enclaveIdentity');
    return {
      pck_crl_issuer_chain: vectorText(`${name}/pckCrlIssuerChain.pem`),
      root_ca_crl: toHex(vector(`${name}/rootCaCrl.der`)),
      pck_crl: toHex(vector(`${name}/pckCrl.der`)),
      tcb_info_issuer_chain: chain(),
      tcb_info: tcbInfo,
      tcb_info_signature: tcbSignature,
      qe_identity_issuer_chain: chain().replaceAll('\n', '\r\n'),
      qe_identity: qeIdentity,
      qe_identity_signature: qeSignature,
    };
  };

  test('gives Intel’s documents back byte for byte', () => {
    expect(parse(collateral()).dcap).toEqual({
      tcbInfo: vectorText(`${name}/tcbInfo.json`).trim(),
      qeIdentity: vectorText(`${name}/qeIdentity.json`).trim(),
      tcbSignChain: utf8(chain()),
      pckCrlIssuerChain: vector(`${name}/pckCrlIssuerChain.pem`),
      rootCaCrl: vector(`${name}/rootCaCrl.der`),
      pckCrl: vector(`${name}/pckCrl.der`),
    });
  });

  test('reads CRLs and signatures in hexadecimal, base64 and as arrays', () => {
    const hex = parse(collateral());
    const crl = vector(`${name}/pckCrl.der`);
    const signature = collateral().tcb_info_signature as string;
    const bytes = Array.from({ length: 64 }, (_, at) => Number.parseInt(signature.slice(2 * at, 2 * at + 2), 16));
    const base64 = { pck_crl: toBase64(crl), tcb_info_signature: toBase64(Uint8Array.from(bytes)) };
    expect(parse({ ...collateral(), ...base64 })).toEqual(hex);
    const arrays = { pck_crl: [...crl], tcb_info_signature: bytes, pck_certificate_chain: null };
    expect(parse({ ...collateral(), ...arrays })).toEqual(hex);
    expect(parse({ ...collateral(), pck_certificate_chain: chain() }).dcap?.pckCertChain).toEqual(utf8(chain()));
  });

  test('takes whole documents where there is no signature beside them', () => {
    const { tcb_info_signature: _tcb, qe_identity_signature: _qe, ...rest } = collateral();
    const whole = { tcb_info: vectorText(`${name}/tcbInfo.json`), qe_identity: vectorText(`${name}/qeIdentity.json`) };
    expect(parse({ ...rest, ...whole, version: 3 }).dcap?.tcbInfo).toBe(vectorText(`${name}/tcbInfo.json`));
    expect(refusal({ ...rest, version: 3 })).toMatch(/collateral\.tcb_info: tcbInfo is missing/);
  });

  test.each([
    [{ tcb_info: '{},"x":{}' }, /collateral\.tcb_info: not JSON/],
    [{ tcb_info: '{"a":1,"a":2}' }, /duplicate keys/],
    [{ pck_crl: [256] }, /collateral\.pck_crl: expected an integer/],
    [{ pck_crl: 'not base64' }, /collateral\.pck_crl/],
    [{ extra: 1 }, /unknown member "extra"/],
  ])('refuses %j', (change, message) => {
    expect(refusal({ ...collateral(), ...change })).toMatch(message);
  });

  test("a QE identity's own chain is kept, when it is not that of the TCB info", () => {
    const read = (change: object) => parseEndorsements(utf8(JSON.stringify({ ...collateral(), ...change }))).dcap;
    expect(read({})?.qeIdentitySignChain).toBeUndefined();
    expect(read({ qe_identity_issuer_chain: 'another' })?.qeIdentitySignChain).toEqual(utf8('another'));
  });

  test('DER chains are written as PEM, hexadecimal CRLs as DER', () => {
    const certificates = fromCertificateChain(utf8(chain()));
    const crl = vector(`${name}/rootCaCrl.der`);
    const written = parse(
      endorsementsJson({ dcap: { tcbSignChain: concatBytes(...certificates), rootCaCrl: utf8(toHex(crl)) } }),
    );
    expect(written.dcap?.tcbSignChain && fromCertificateChain(written.dcap.tcbSignChain)).toEqual(certificates);
    expect(written.dcap?.rootCaCrl).toEqual(crl);
  });
});
