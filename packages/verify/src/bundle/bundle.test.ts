import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../codec/hex.ts';
import type { AssayError } from '../errors.ts';
import type { Verdict } from '../verdict/verdict.ts';
import {
  type Bundle,
  type BundleInput,
  bundleDigest,
  makeBundle,
  parseBundle,
  serialiseBundle,
  verdictDigest,
} from './bundle.ts';

const verdict: Verdict = {
  schema: 'assay.verdict/1',
  outcome: 'affirming',
  trusted: true,
  tee: 'tdx',
  simulated: false,
  waived: [],
  layers: { authentic: 'pass', platform: 'pass', identity: 'pass', fresh: 'pass', bound: 'pass' },
  tcb: null,
  checks: [],
  claims: null,
  validity: null,
};
const bytes = (seed: number, length = 32): Uint8Array => new Uint8Array(length).fill(seed);
const input: BundleInput = {
  evidence: { tee: 'tdx', evidence: bytes(1), statement: bytes(2), endorsements: { dcap: { tcbInfo: '{ }' } } },
  verdict,
  version: '@assay/verify 0.0.0',
  policy: { identity: 'any', freshness: { maxAgeSeconds: 60 }, tcb: undefined },
  now: new Date('2026-01-31T12:00:00Z'),
  nonce: bytes(3),
  roots: [bytes(4)],
  subject: {
    peerKey: { spkiSha256: bytes(5), use: undefined },
    handshakeHash: bytes(6),
    response: { method: 'GET', target: '/', status: 200, requestSha256: bytes(7), bodySha256: bytes(8) },
    ...{
      reportData: bytes(9),
      payload: bytes(10),
      tappd: { prefix: 'app-data' },
      certificate: bytes(11),
      spki: bytes(12),
    },
    files: { 'b.pem': bytes(13), 'a.pem': bytes(14) },
    appKey: { algorithm: 'ed25519', publicKey: bytes(15) },
    teekit: { publicKey: bytes(16), nonce: bytes(17) },
  },
};

const refusal = (change: (object: Record<string, unknown>) => void, text: string): string => {
  const object = JSON.parse(text) as Record<string, unknown>;
  change(object);
  try {
    parseBundle(JSON.stringify(object));
  } catch (error) {
    expect((error as AssayError).code).toBe('malformed');
    return (error as AssayError).message;
  }
  return 'accepted';
};

describe('bundles', () => {
  test('read back as they were made', async () => {
    const bundle = await makeBundle(input);
    const back = parseBundle(serialiseBundle(bundle));
    expect(back).toEqual(bundle);
    expect(serialiseBundle(back)).toBe(serialiseBundle(bundle));
    expect(back.evidence).toEqual(input.evidence);
    expect(back.record).toMatchObject({
      version: '@assay/verify 0.0.0',
      policy: { identity: 'any', freshness: { maxAgeSeconds: 60 } },
      nonce: bytes(3),
      instant: 1_769_860_800,
      ...{ clockSkewSeconds: 0, allowSimulated: false, roots: [bytes(4)] },
      verdictDigest: await verdictDigest(verdict),
    });
    const { peerKey, ...subject } = back.record.subject ?? {};
    expect(peerKey).toEqual({ spkiSha256: bytes(5) });
    expect(subject).toEqual({ ...input.subject, peerKey: undefined });
  });

  test('keep proofs apart from what they are about', async () => {
    const bundle = await makeBundle(input);
    const countersignature = { key: toHex(bytes(1)), time: 1_769_860_800, signature: bytes(2, 64) };
    const proven: Bundle = { ...bundle, countersignatures: [countersignature], timestamps: [bytes(3)] };
    expect(parseBundle(serialiseBundle(proven))).toEqual(proven);
    expect(await bundleDigest(proven)).toEqual(await bundleDigest(bundle));
  });

  test('have one digest, whatever the white space and the order of members', async () => {
    const bundle = await makeBundle(input);
    const digest = toHex(await bundleDigest(bundle));
    const { evidence, record, schema } = JSON.parse(serialiseBundle(bundle)) as Record<string, unknown>;
    const reordered = JSON.stringify({ record, schema, evidence }, null, 2);
    expect(toHex(await bundleDigest(parseBundle(reordered)))).toBe(digest);
    const other = await makeBundle({ ...input, nonce: bytes(4) });
    expect(toHex(await bundleDigest(other))).not.toBe(digest);
  });

  test('are made of what was there when it was called', async () => {
    const nonce = bytes(3);
    const evidence = { evidence: bytes(1), endorsements: {} };
    const pending = makeBundle({ ...input, evidence, nonce });
    nonce.fill(0);
    evidence.evidence.fill(0);
    const { record, evidence: kept } = await pending;
    expect({ nonce: record.nonce, evidence: kept.evidence }).toEqual({ nonce: bytes(3), evidence: bytes(1) });
  });

  test('are refused without endorsements, or with another form', async () => {
    await expect(makeBundle({ ...input, evidence: { evidence: bytes(1) } })).rejects.toThrow(
      /endorsements are missing/,
    );
    const text = serialiseBundle(await makeBundle(input));
    const record =
      (change: object) =>
      (object: Record<string, unknown>): void => {
        Object.assign(object.record as object, change);
      };
    expect(refusal(record({ policy: { half: 0.5 } }), text)).toMatch(/no integer/);
    expect(refusal(record({ policy: { text: '\ud800' } }), text)).toMatch(/surrogate/);
    expect(refusal(record({ policy: [] }), text)).toMatch(/^record\.policy/);
    expect(refusal(record({ nonce: 'xx' }), text)).toMatch(/^record\.nonce/);
    expect(refusal(record({ instant: 'yesterday' }), text)).toMatch(/^record\.instant/);
    expect(refusal(record({ allowSimulated: 1 }), text)).toMatch(/^record\.allowSimulated/);
    expect(refusal(record({ verdictDigest: 'ab' }), text)).toMatch(/^record\.verdictDigest/);
    expect(refusal(record({ subject: { other: 1 } }), text)).toMatch(/unknown member "other"/);
    expect(refusal(record({ subject: { peerKey: {} } }), text)).toMatch(/spkiSha256 is missing/);
    expect(refusal(record({ trusted: true }), text)).toMatch(/unknown member "trusted"/);
    expect(refusal((object) => Object.assign(object, { schema: 'assay.bundle/2' }), text)).toMatch(/^bundle\.schema/);
    expect(refusal((object) => Object.assign(object, { verdict }), text)).toMatch(/unknown member "verdict"/);
    expect(refusal((object) => Object.assign(object, { proofs: {} }), text)).toMatch(/countersignatures is missing/);
  });

  test('never crash their parser', async () => {
    const text = serialiseBundle(await makeBundle(input));
    const mutated = fc.tuple(fc.nat({ max: text.length - 1 }), fc.string({ maxLength: 4 })).map(([at, inserted]) => {
      return text.slice(0, at) + inserted + text.slice(at + inserted.length);
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), mutated), (changed) => {
        try {
          expect(parseBundle(changed).record).toBeTypeOf('object');
        } catch (error) {
          expect((error as AssayError).code).toBe('malformed');
        }
      }),
    );
  });
});
