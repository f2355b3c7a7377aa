import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { fromHex, fromPem, parseCertificate, toHex } from '@assay/verify/codec';
import { beforeAll, describe, expect, test } from 'vitest';
import { createIntelVendor, type IntelVendor } from '../../intel/vendor.ts';
import { bootGuest, type Guest } from '../guest.ts';
import { getKey } from '../keys/get-key.ts';
import type { CertificateRequest, CertifiedKey } from './issuer.ts';

const now = new Date('2026-11-20T12:00:00Z');
let vendor: IntelVendor;
let guest: Guest;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'issuer.test', now });
  guest = await bootGuest(vendor, {});
});

const issue = (request: CertificateRequest): Promise<CertifiedKey> => guest.certificates.issue('v0', request);
const leafOf = ({ certificateChain: [leaf] }: CertifiedKey): X509Certificate => new X509Certificate(leaf);
const secondsOf = (date: string): number => Date.parse(date) / 1000;
/** Content of one of dstack's extensions, unwrapped: all here are shorter than 128 bytes. */
function extensionOf({ certificateChain: [leaf] }: CertifiedKey, number: number): Uint8Array | undefined {
  const [der = new Uint8Array()] = fromPem(leaf, 'CERTIFICATE');
  return parseCertificate(der).extensions.get(`1.3.6.1.4.1.62397.1.${number}`)?.value.subarray(2);
}

describe('GetTlsKey and IssueCert', () => {
  test('key and chain fit: leaf, the app’s authority, the root of the KMS', async () => {
    const issued = await issue({ subject: 'app.example' });
    const [leaf, app, root] = issued.certificateChain.map((pem) => new X509Certificate(pem));
    if (!leaf || !app || !root) throw new Error('a certificate is missing');
    expect(issued.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(leaf.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
    expect(leaf.subject).toBe('CN=app.example');
    expect([leaf.checkIssued(app), app.checkIssued(root), root.checkIssued(root)]).toEqual([true, true, true]);
    expect([leaf.verify(app.publicKey), app.verify(root.publicKey)]).toEqual([true, true]);
    expect(root.toString()).toBe(guest.kms.rootCaPem);
    expect(leaf.ca).toBe(false);
    expect([leaf.subjectAltName, leaf.keyUsage]).toEqual([undefined, undefined]);
    expect([secondsOf(leaf.validFrom), secondsOf(leaf.validTo)]).toEqual([
      secondsOf('1975-01-01T00:00:00Z'),
      now.getTime() / 1000 + 10 * 365 * 86_400,
    ]);
  });

  test('says whose it is: app id and usage always, the app’s information when asked', async () => {
    const plain = await issue({});
    expect(extensionOf(plain, 3)).toEqual(guest.identity.appId);
    expect(new TextDecoder().decode(extensionOf(plain, 4))).toBe('app:custom');
    expect([1, 2, 8, 9].map((number) => extensionOf(plain, number))).toEqual(Array(4).fill(undefined));
    const [der = new Uint8Array()] = fromPem((await issue({ withAppInfo: true })).certificateChain[0], 'CERTIFICATE');
    const info = parseCertificate(der).extensions.get('1.3.6.1.4.1.62397.1.9')?.value;
    // OCTET STRING with a list of eight, of which the first two are binary strings of 20 and 32 bytes.
    const start = `98c414${toHex(guest.identity.appId)}c420${toHex(guest.identity.composeHash)}`;
    expect(toHex(info ?? new Uint8Array()).slice(8)).toMatch(new RegExp(`^${start}`));
  });

  test('names are DNS names or addresses', async () => {
    const leaf = leafOf(await issue({ altNames: ['app.example', '127.0.0.1', '2001:db8::1', '*.app.example'] }));
    expect(leaf.subjectAltName).toBe(
      'DNS:app.example, IP Address:127.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1, DNS:*.app.example',
    );
    await expect(issue({ altNames: ['bücher.example'] })).rejects.toMatchObject({
      name: 'RpcError',
      message: 'alt_names: expected DNS names in ASCII or IP addresses',
    });
    const message = 'alt_names: at most 1000, found 1001';
    await expect(issue({ altNames: new Array<string>(1001).fill('a') })).rejects.toMatchObject({ message });
  });

  test.each([
    [{ usageServerAuth: true }, ['1.3.6.1.5.5.7.3.1']],
    [{ usageClientAuth: true }, ['1.3.6.1.5.5.7.3.2']],
    [{ usageServerAuth: true, usageClientAuth: true }, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']],
  ])('%j', async (request, purposes) => {
    expect(leafOf(await issue(request)).keyUsage).toEqual(purposes);
  });

  test('is valid as asked, from 0.5.7 on, and by API v1', async () => {
    const request = { notBefore: 1_700_000_000, notAfter: 4_000_000_000 };
    const leaf = leafOf(await issue(request));
    expect([secondsOf(leaf.validFrom), secondsOf(leaf.validTo)]).toEqual([1_700_000_000, 4_000_000_000]);
    const old = await bootGuest(vendor, { version: '0.5.6' });
    const issued = await old.certificates.issue('v0', { ...request, withAppInfo: true });
    expect(secondsOf(leafOf(issued).validFrom)).toBe(secondsOf('1975-01-01T00:00:00Z'));
    expect(extensionOf(issued, 9)).toBeUndefined();
    expect(secondsOf(leafOf(await old.certificates.issue('v1', request)).validFrom)).toBe(1_700_000_000);
  });

  test.each([
    [{ notBefore: 2, notAfter: 2 }, 'not_before must be earlier than not_after'],
    [{ notBefore: 3, notAfter: 2 }, 'not_before must be earlier than not_after'],
    [{ notAfter: 253_402_300_800 }, 'not_after: expected seconds since 1970, at most those of the year 9999'],
    [{ notBefore: -1 }, 'not_before: expected seconds since 1970, at most those of the year 9999'],
    [{ notBefore: 0.5 }, 'not_before: expected seconds since 1970, at most those of the year 9999'],
  ])('%j is refused', async (request, message) => {
    await expect(issue(request)).rejects.toMatchObject({ name: 'RpcError', status: 400, message });
  });

  test('the last second of the year 9999 is a time', async () => {
    expect(leafOf(await issue({ notAfter: 253_402_300_799 })).validTo).toBe('Dec 31 23:59:59 9999 GMT');
  });

  test('another key at each call, even from a seed; the same ones after a restart from that seed', async () => {
    const again = await bootGuest(vendor, {});
    const [first, second] = [await again.certificates.issue('v0', {}), await again.certificates.issue('v0', {})];
    expect(first.key).not.toBe(second.key);
    const restarted = await bootGuest(await createIntelVendor({ seed: 'issuer.test', now }), {});
    expect(await restarted.certificates.issue('v0', {})).toEqual(first);
  });

  test('TLS with key and chain works for a client that trusts the root of the KMS', async () => {
    const { key, certificateChain } = await issue({ altNames: ['localhost'], usageServerAuth: true });
    const server = createServer({ key, cert: certificateChain.slice(0, 2).join('') });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
    const { port } = address;
    const dial = (ca: string): TLSSocket => connect({ host: '127.0.0.1', port, servername: 'localhost', ca });
    try {
      const trusting = dial(guest.kms.rootCaPem);
      await once(trusting, 'secureConnect');
      expect(trusting.authorized).toBe(true);
      trusting.destroy();
      const [error] = await once(dial(vendor.rootPem), 'error');
      expect(error).toMatchObject({ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
    } finally {
      server.close();
    }
  });
});

describe('DeriveKey of Tappd', () => {
  test('the key of a path: the 32 bytes that GetKey gives for it, as a scalar of P-256', async () => {
    const { key } = await guest.certificates.derive({ path: 'a/path', subject: 'x' });
    expect((await guest.certificates.derive({ path: 'a/path' })).key).toBe(key);
    expect((await guest.certificates.derive({ path: 'other' })).key).not.toBe(key);
    const { d } = createPrivateKey(key).export({ format: 'jwk' });
    const secret = getKey(guest.app.root, guest.release, { path: 'a/path' }).key;
    expect(Buffer.from(d ?? '', 'base64url').toString('hex')).toBe(toHex(secret));
  });

  test('random_seed: another one at each call', async () => {
    const request = { path: 'a/path', randomSeed: true };
    const [first, second] = [await guest.certificates.derive(request), await guest.certificates.derive(request)];
    expect(first.key).not.toBe(second.key);
  });

  test('is certified like any other', async () => {
    const derived = await guest.certificates.derive({
      subject: 'tappd',
      altNames: ['10.0.0.1'],
      usageClientAuth: true,
    });
    const leaf = leafOf(derived);
    expect([leaf.subject, leaf.subjectAltName]).toEqual(['CN=tappd', 'IP Address:10.0.0.1']);
    expect(leaf.checkPrivateKey(createPrivateKey(derived.key))).toBe(true);
    expect(leaf.verify(createPublicKey(derived.certificateChain[1]))).toBe(true);
    expect(extensionOf(derived, 3)).toEqual(fromHex(toHex(guest.identity.appId), 'app id'));
  });
});
