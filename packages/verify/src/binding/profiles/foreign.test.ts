import { expect, test } from 'vitest';
import { describeWithVectors, vector } from '../../../../../tools/vectors-in-tests.ts';
import { concatBytes } from '../../codec/bytes.ts';
import { fromHex, toHex } from '../../codec/hex.ts';
import { fromCertificateChain } from '../../codec/pem.ts';
import { utf8 } from '../../codec/text.ts';
import { parseCertificate } from '../../codec/x509.ts';
import { hashOf, sha256Hex } from '../../crypto/hash.ts';
import { Checklist } from '../../verdict/checklist.ts';
import type { Claims } from '../../verdict/verdict.ts';
import { bindingChecks } from '../checks.ts';
import type { Subject } from '../subject.ts';
import type { ForeignProfile } from './expectation.ts';
import { bindForeign } from './foreign.ts';

const NOTHING = { measurements: {}, platform: {}, debug: null, workload: null, nonces: [], keys: [], evidence: null };
const hello = utf8('hello');

/** How `binding.subject` comes out, and why where it is not passed. */
async function judge(profile: ForeignProfile, subject: Subject, reportData: Uint8Array | null): Promise<string> {
  const checks = new Checklist(bindingChecks);
  const claims: Claims = { ...NOTHING, reportData: reportData && toHex(reportData) };
  const expected = await bindForeign(profile, subject, claims, checks);
  const [check] = checks.checks;
  expect(checks.checks.map(({ id }) => id)).toEqual(['binding.subject']);
  expect(expected !== undefined).toBe(check?.outcome === 'pass');
  return check?.outcome === 'pass' ? 'pass' : `${check?.outcome}: ${check?.actual}`;
}

/** Report data that begins with the bytes. */
function starting(...parts: readonly Uint8Array[]): Uint8Array {
  const reportData = new Uint8Array(64);
  reportData.set(concatBytes(...parts));
  return reportData;
}

/** A profile passes on its own report data, and on no other: a changed first or last byte, none at all. */
async function expectExact(profile: ForeignProfile, subject: Subject, reportData: Uint8Array): Promise<void> {
  expect(await judge(profile, subject, reportData)).toBe('pass');
  for (const at of [0, 63]) {
    const changed = new Uint8Array(reportData);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(await judge(profile, subject, changed)).toMatch(/^fail/);
  }
  expect(await judge(profile, subject, null)).toBe('fail: evidence without report data');
  expect(await judge(profile, {}, reportData)).toMatch(/^skip: .*(given|empty)/);
}

test('raw compares all 64 bytes', async () => {
  const whole = Uint8Array.from({ length: 64 }, (_, index) => index);
  await expectExact('raw', { reportData: whole }, whole);
  await expectExact('raw', { reportData: hello }, starting(hello));
  expect(await judge('raw', { reportData: new Uint8Array(64) }, new Uint8Array(64))).toMatch(/^skip: .*zeros/);
  expect(await judge('raw', { reportData: new Uint8Array(64) }, whole)).toMatch(/^fail/);
});

test('sha256-info hashes whatever the length', async () => {
  for (const payload of [hello, new Uint8Array(1000)]) {
    await expectExact('sha256-info', { payload }, starting(await hashOf('SHA-256', payload)));
  }
  expect(await judge('sha256-info', { payload: hello }, starting(hello))).toMatch(/^fail/);
});

test.each(['oauth3-info', 'pbts-payload'] as const)('%s keeps 64 bytes as they are, and hashes 65', async (profile) => {
  const [short, long] = [new Uint8Array(64).fill(7), new Uint8Array(65).fill(7)];
  await expectExact(profile, { payload: hello }, starting(hello));
  await expectExact(profile, { payload: short }, short);
  await expectExact(profile, { payload: long }, starting(await hashOf('SHA-256', long)));
  // The documented rule hashes always; the deployed one does not.
  expect(await judge(profile, { payload: hello }, starting(await hashOf('SHA-256', hello)))).toMatch(/^fail/);
  // What a peer sent never makes it throw.
  expect(await judge(profile, { payload: utf8('hello\0') }, starting(hello))).toMatch(/^fail.*zero byte/);
  expect(await judge(profile, { payload: new Uint8Array() }, new Uint8Array(64))).toMatch(/^skip/);
});

test('oauth3-info knows the body of the deployed service', async () => {
  const payload = utf8('{"version":"0.1.0","name":"oauth3"}');
  expect(await judge('oauth3-info', { payload }, starting(payload))).toBe('pass');
});

test('tappd hashes tag, colon and payload', async () => {
  const sha512 = fromHex(
    'e39fd3dbee991d65e65cc38c6e9d664324929816279a19b495bcd3f77a62d81949ba61282d8a732916d39bb9f6a6a16d11211c0d800b6ffc56ecf74419a7c835',
  );
  await expectExact('tappd', { payload: hello }, sha512);
  for (const [hashAlgorithm, name] of [
    ['sha256', 'SHA-256'],
    ['sha384', 'SHA-384'],
  ] as const) {
    const reportData = starting(await hashOf(name, utf8('zt-cert:hello')));
    await expectExact('tappd', { payload: hello, tappd: { hashAlgorithm, prefix: 'zt-cert' } }, reportData);
  }
  const raw = new Uint8Array(64).fill(1);
  await expectExact('tappd', { payload: raw, tappd: { hashAlgorithm: 'raw' } }, raw);
  expect(await judge('tappd', { payload: hello, tappd: { hashAlgorithm: 'raw' } }, starting(hello))).toMatch(/^fail/);
});

test.each([
  [{ hashAlgorithm: 'keccak256' }, /keccak256 is not supported, expected sha256, sha384, sha512 or raw/],
  [{ hashAlgorithm: 'sha3-512' }, /sha3-512 is not supported/],
  [{ hashAlgorithm: 'toString' }, /toString is unknown/],
])('tappd refuses %j by name', async (tappd, message) => {
  await expect(judge('tappd', { payload: hello, tappd }, new Uint8Array(64))).rejects.toThrow(message);
});

test('dip1 spells the key', async () => {
  const [ed25519, secp256k1] = [new Uint8Array(32), new Uint8Array(33).fill(2)];
  const first = utf8(`dip1::ed25519-pk:${'A'.repeat(43)}`);
  await expectExact('dip1', { appKey: { algorithm: 'ed25519', publicKey: ed25519 } }, starting(first));
  const second = utf8(`dip1::secp256k1c-pk:${'AgIC'.repeat(11)}`);
  expect(second).toHaveLength(64);
  await expectExact('dip1', { appKey: { algorithm: 'secp256k1', publicKey: secp256k1 } }, second);
});

test('teekit has a form for SGX, for SNP and for TDX', async () => {
  const [publicKey, nonce, issuedAt] = [new Uint8Array(32).fill(1), new Uint8Array(40).fill(2), utf8('time')];
  await expectExact('teekit', { teekit: { publicKey } }, starting(await hashOf('SHA-256', publicKey)));
  await expectExact('teekit', { teekit: { publicKey, nonce } }, await hashOf('SHA-512', nonce, publicKey));
  const whole = await hashOf('SHA-512', nonce, issuedAt, publicKey);
  await expectExact('teekit', { teekit: { publicKey, nonce, issuedAt } }, whole);
  expect(await judge('teekit', { teekit: { publicKey, nonce } }, whole)).toMatch(/^fail/);
});

describeWithVectors('with real certificates and quotes', () => {
  const pem = (): Uint8Array => vector('tdx-v4-00806f050000-00b2526a/tcbSignChain.pem');
  const certificates = (): readonly Uint8Array[] => fromCertificateChain(pem());

  test('ratls-cert binds the key of the connection', async () => {
    const [certificate = hello, other = hello] = certificates();
    const spki = parseCertificate(certificate).publicKey.raw;
    const reportData = await hashOf('SHA-512', utf8('ratls-cert:'), spki);
    await expectExact('ratls-cert', { certificate }, reportData);
    await expectExact('ratls-cert', { spki }, reportData);
    await expectExact('ratls-cert', { certificate, spki }, reportData);
    expect(await judge('ratls-cert', { certificate: other }, reportData)).toMatch(/^fail/);
    expect(await judge('ratls-cert', { certificate: other, spki }, reportData)).toMatch(/^fail: subject.spki is not/);
    expect(await judge('ratls-cert', { certificate: hello }, reportData)).toMatch(/^fail/);
  });

  test('ingress-evidence binds the certificate of the connection through its list', async () => {
    const [certificate = hello, other = hello] = certificates();
    const sum = await sha256Hex(pem());
    const list = utf8(`${'0'.repeat(64)}  acme-account.json\n${sum}  cert-a.example.pem\n`);
    const reportData = starting(await hashOf('SHA-256', list));
    const files = { 'sha256sum.txt': list, 'cert-a.example.pem': pem() };
    await expectExact('ingress-evidence', { certificate, files }, reportData);

    const refused = (given: Subject['files'], seen = certificate): Promise<string> =>
      judge('ingress-evidence', { certificate: seen, files: given }, reportData);
    expect(await refused(files, other)).toMatch(/in no listed file/);
    expect(await refused({ 'sha256sum.txt': list })).toMatch(/in no listed file/);
    expect(await refused({ ...files, 'cert-b.example.pem': pem() })).toMatch(/cert-b.example.pem is not listed/);
    expect(await refused({ ...files, 'acme-account.json': hello })).toMatch(/acme-account.json is not what was listed/);
    expect(await refused({ ...files, 'cert-a.example.pem': concatBytes(pem(), hello) })).toMatch(/not what was listed/);
    const twice = { ...files, 'sha256sum.txt': utf8(`${sum}  a\n${sum}  a\n`) };
    expect(await refused(twice)).toMatch(/line 2 is malformed or names a file twice/);
    expect(await refused({ ...files, 'sha256sum.txt': Uint8Array.of(0xff) })).toMatch(/not UTF-8/);
    expect(await refused({ 'cert-a.example.pem': pem() })).toMatch(/^skip: sha256sum.txt was not given/);
  });

  test('payloads that services had quoted are found again', async () => {
    const sgx = vector('sgx-v3-00a067110000-proc-f8b81014/quote.bin').subarray(368, 432);
    expect(await judge('pbts-payload', { payload: utf8('Hello, world!') }, sgx)).toBe('pass');
    expect(await judge('pbts-payload', { payload: utf8('Hello, world') }, sgx)).toMatch(/^fail/);
    const tdx = vector('tdx-v4-00806f050000-3c51eae6/quote.bin').subarray(568, 632);
    expect(await judge('raw', { reportData: utf8('Hello from Edgeless Systems!') }, tdx)).toBe('pass');
    // A hash of nothing: an empty body names nothing, though report data has its SHA-256.
    const empty = vector('sgx-v3-00906ed50000-proc-3346527d/quote.bin').subarray(368, 432);
    expect(await judge('sha256-info', { payload: new Uint8Array() }, empty)).toMatch(/^skip/);
  });
});
