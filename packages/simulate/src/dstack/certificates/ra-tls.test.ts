import { createHash, X509Certificate } from 'node:crypto';
import { type Verdict, verify } from '@assay/verify';
import { fromPem, octetsOf, parseCertificate, readWholeDer } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { tdx } from '@assay/verify/tdx';
import { decode } from '@msgpack/msgpack';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { issueCollateral } from '../../intel/collateral.ts';
import { createIntelVendor, type IntelVendor } from '../../intel/vendor.ts';
import { bootGuest, type Guest } from '../guest.ts';

const now = new Date('2026-11-20T12:00:00Z');
let vendor: IntelVendor;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'ra-tls.test', now });
});

/** Verdict on the evidence that a guest put in a certificate, for a peer that showed `shown`. */
async function judge(guest: Guest, evidence: Uint8Array, shown: Uint8Array): Promise<Verdict> {
  const files = Object.entries(await issueCollateral(vendor, guest.td.pck, { tee: 'tdx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8ToBytes(file) : file] as const,
  );
  return verify(evidence, {
    tees: [tdx],
    now,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    policy: { identity: 'any', freshness: 'any', binding: { profile: 'ratls-cert' } },
    subject: { certificate: shown },
  });
}

const derOf = (pem: string): Uint8Array => fromPem(pem, 'CERTIFICATE')[0] ?? new Uint8Array();
const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

/** The quote in a certificate of an old agent: an OCTET STRING of more than 255 bytes. */
function quoteIn(leaf: Uint8Array): Uint8Array {
  const value = parseCertificate(leaf).extensions.get('1.3.6.1.4.1.62397.1.1')?.value;
  return value?.subarray(4) ?? new Uint8Array();
}

describe('RA-TLS: evidence in a certificate is about its key', () => {
  test('the verifier accepts the certificate’s own key, and refuses any other', async () => {
    const guest = await bootGuest(vendor, { version: '0.5.5' });
    const issued = await guest.certificates.issue('v0', { usageRaTls: true, usageServerAuth: true });
    const leaf = derOf(issued.certificateChain[0]);
    expect(await judge(guest, quoteIn(leaf), leaf)).toMatchObject({
      outcome: 'affirming',
      trusted: true,
      simulated: true,
    });
    const other = derOf((await guest.certificates.issue('v0', { usageRaTls: true })).certificateChain[0]);
    expect(failuresOf(await judge(guest, quoteIn(leaf), other))).toEqual(['binding.subject']);
    expect(failuresOf(await judge(guest, quoteIn(other), leaf))).toEqual(['binding.subject']);
  });

  test('report data is SHA-512 of "ratls-cert:" and the DER of the key', async () => {
    const guest = await bootGuest(vendor, { version: '0.5.5' });
    const issued = await guest.certificates.derive({ path: 'p', usageRaTls: true });
    const leaf = derOf(issued.certificateChain[0]);
    // From PEM: in DER, Node finds the PEM of the PCK certificate that is in the quote, and takes that.
    const spki = new X509Certificate(issued.certificateChain[0]).publicKey.export({ format: 'der', type: 'spki' });
    const expected = createHash('sha512').update('ratls-cert:').update(spki).digest();
    expect(Buffer.from(quoteIn(leaf).subarray(568, 632))).toEqual(expected);
  });

  test.each([
    ['0.5.5', 'v0', [1, 2]],
    ['0.5.6', 'v0', [1, 2]],
    ['0.5.7', 'v0', [8]],
    ['0.6.0', 'v0', [8]],
    ['0.6.0', 'v1', [8]],
  ] as const)('release %s, API %s: evidence is in the extensions %j', async (version, api, numbers) => {
    const guest = await bootGuest(vendor, { version });
    const issued = await guest.certificates.issue(api, { usageRaTls: true });
    const { extensions } = parseCertificate(derOf(issued.certificateChain[0]));
    const found = [1, 2, 8].filter((number) => extensions.has(`1.3.6.1.4.1.62397.1.${number}`));
    expect(found).toEqual(numbers);
  });

  test.each([
    ['0.5.11', []],
    ['0.6.0', ['acpi-loader', 'acpi-rsdp', 'acpi-tables']],
  ])('an attestation of release %s keeps of the log, besides RTMR3: %j', async (version, acpi) => {
    const guest = await bootGuest(vendor, { version });
    const issued = await guest.certificates.issue('v1', { usageRaTls: true });
    const { extensions } = parseCertificate(derOf(issued.certificateChain[0]));
    const { value = new Uint8Array() } = extensions.get('1.3.6.1.4.1.62397.1.8') ?? {};
    const attestation = decode(octetsOf(readWholeDer(value, 'extension'), 'attestation')) as Attestation;
    const runtime = guest.log.quoted().filter(({ register }) => register === 3);
    expect(attestation.platform.data.event_log).toEqual([
      ...acpi.map((event) => expect.objectContaining({ imr: 0, event, event_payload: utf8ToBytes('ACPI DATA') })),
      ...runtime.map(({ name, digest, payload }) =>
        expect.objectContaining({ imr: 3, event: name, digest, event_payload: payload }),
      ),
    ]);
  });
});

/** Of a versioned attestation, what is looked at here. */
interface Attestation {
  readonly platform: { readonly data: { readonly event_log: readonly unknown[] } };
}
