import { verify, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { describeWithVectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { issueEnclaveIdentity } from './enclave-identity.ts';
import { definePlatform } from './platform.ts';
import { issueTcbInfo } from './tcb-info.ts';
import { tcbLevels } from './tcb-level.ts';
import { createIntelVendor } from './vendor.ts';

const vendor = await createIntelVendor({ seed: 'documents.test', now: new Date('2026-03-01T12:00:00Z') });
const platform = definePlatform(vendor.entropy);
const signer = new X509Certificate(vendor.authorities.tcbSigning.certificate.der).publicKey;

/** Whether the signature at a document's end is the TCB signing key's over the member's text as it stands. */
function soundlySigned(document: string): boolean {
  const [, text = '', signature = ''] = /^\{"[A-Za-z]+":(\{.*\}),"signature":"([0-9a-f]{128})"\}$/.exec(document) ?? [];
  return verify('sha256', Buffer.from(text), { key: signer, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'hex'));
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The document with its values replaced by their types; of each list only the first entry. */
function shape(value: Json): Json {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.entries(value).map(([key, member]) => [key, shape(member)]);
}

const parsed = (text: string): { readonly tcbInfo: Record<string, Json> } => JSON.parse(text);

describe('TCB info', () => {
  test.each(['sgx', 'tdx'] as const)('%s: compact JSON, signed over its text', async (tee) => {
    const document = await issueTcbInfo(vendor, platform, { tee });
    expect(JSON.stringify(JSON.parse(document))).toBe(document);
    expect(soundlySigned(document)).toBe(true);
    expect(parsed(document).tcbInfo).toMatchObject({
      id: tee.toUpperCase(),
      version: 3,
      fmspc: 'A55A00000000',
      issueDate: '2026-03-01T00:00:00Z',
      nextUpdate: '2026-03-31T00:00:00Z',
    });
  });

  test('every member can be replaced or taken out, and is still signed', async () => {
    const document = await issueTcbInfo(vendor, platform, { members: { tcbType: 7, pceId: undefined, extra: [1] } });
    expect(soundlySigned(document)).toBe(true);
    const { tcbInfo } = parsed(document);
    expect(tcbInfo).toMatchObject({ tcbType: 7, extra: [1] });
    expect(tcbInfo).not.toHaveProperty('pceId');
  });

  test('text can be changed before and after signing', async () => {
    const change = (text: string): string => text.replace('"UpToDate"', '"Revoked"');
    expect(soundlySigned(await issueTcbInfo(vendor, platform, { signedText: change }))).toBe(true);
    expect(soundlySigned(await issueTcbInfo(vendor, platform, { document: change }))).toBe(false);
  });

  test('levels stand in descending order and differ', () => {
    const levels = tcbLevels(platform, 'sgx', 'OutOfDate');
    const first = levels.map(({ components }) => components[0] ?? 0);
    expect(first).toEqual(first.toSorted((a, b) => b - a));
    expect(new Set(first).size).toBe(levels.length);
    expect(levels.map(({ status }) => status)).toEqual(['UpToDate', 'OutOfDate', 'OutOfDate']);
  });
});

describe('enclave identity', () => {
  test.each(['QE', 'TD_QE', 'QVE'] as const)('%s: compact JSON, signed over its text', async (id) => {
    const document = await issueEnclaveIdentity(vendor, { id });
    expect(JSON.stringify(JSON.parse(document))).toBe(document);
    expect(soundlySigned(document)).toBe(true);
    expect(JSON.parse(document)).toMatchObject({ enclaveIdentity: { id, version: 2 } });
  });
});

describeWithVectors('beside Intel’s own', () => {
  test.each([
    ['sgx-v3-00a067110000-proc-f8b81014', 'sgx', 'QE'],
    ['tdx-v4-00806f050000-00b2526a', 'tdx', 'TD_QE'],
  ] as const)('%s: the same members in the same order', async (folder, tee, id) => {
    const tcbInfo = parsed(vectorText(`${folder}/tcbInfo.json`));
    const ours = parsed(await issueTcbInfo(vendor, platform, { tee }));
    expect(Object.keys(ours.tcbInfo)).toEqual(Object.keys(tcbInfo.tcbInfo));
    if (tee === 'tdx') expect(shape(ours)).toEqual(shape(tcbInfo));
    const identity = JSON.parse(vectorText(`${folder}/qeIdentity.json`));
    expect(shape(JSON.parse(await issueEnclaveIdentity(vendor, { id })))).toEqual(shape(identity));
  });
});
