import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { createDstackAttester } from '@assay/attest';
import {
  createIntelVendor,
  createSoftwareEnclave,
  createSoftwareTd,
  type IntelVendor,
  issueCollateral,
  issuePck,
  type Pck,
} from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { fromPem, type Verdict, verify } from '@assay/verify';
import { octetsOf, parseCertificate, readWholeDer, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { beforeAll, describe, expect, test } from 'vitest';
import { runGuest } from '../../../../tools/dstack-guest-in-tests.ts';
import { handMadeAttester, until } from '../../../../tools/hand-made-attester.ts';
import { makeRaTlsCertificate, type ServedCertificate } from './ra-tls-certificate.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = (): Date => now;
const names = ['app.example', '*.app.example', '127.0.0.1', '::1'];
let vendor: IntelVendor;
let pck: Pck;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'ra-tls certificate', now });
  pck = await issuePck(vendor);
});

const derOf = (pem: string): Uint8Array => fromPem(pem, 'CERTIFICATE')[0] ?? new Uint8Array();
const extensionOf = (pem: string, oid: string): Uint8Array =>
  parseCertificate(derOf(pem)).extensions.get(oid)?.value ?? new Uint8Array();
const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

/** Verdict on evidence from a certificate, for a peer that showed `shown`. */
async function judge(evidence: Uint8Array, shown: Uint8Array, tee: 'sgx' | 'tdx'): Promise<Verdict> {
  const files = Object.entries(await issueCollateral(vendor, pck, { tee })).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const,
  );
  return verify(evidence, {
    tees: [sgx, tdx],
    now,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    policy: { identity: 'any', freshness: 'any', binding: { profile: 'ratls-cert' } },
    subject: { certificate: shown },
  });
}

const TDX_QUOTE = '1.3.6.1.4.1.62397.1.1';
const machines = {
  tdx: {
    make: () =>
      makeRaTlsCertificate({ attester: createSoftwareAttester(createSoftwareTd(vendor, { pck })), clock, names }),
    evidence: (pem: string) => octetsOf(readWholeDer(extensionOf(pem, TDX_QUOTE), 'extension'), 'quote'),
  },
  sgx: {
    make: () =>
      makeRaTlsCertificate({ attester: createSoftwareAttester(createSoftwareEnclave(vendor, { pck })), clock, names }),
    evidence: (pem: string) => extensionOf(pem, '1.2.840.113741.1337.6'),
  },
} as const;

describe.each(['tdx', 'sgx'] as const)('on %s', (tee) => {
  const { make, evidence } = machines[tee];

  test('the evidence is about the key of the certificate, and about no other', async () => {
    const [made, other] = await Promise.all([make(), make()]);
    const verdict = await judge(evidence(made.certificate), derOf(made.certificate), tee);
    expect([failuresOf(verdict), verdict.trusted, verdict.simulated]).toEqual([[], true, true]);
    expect(verdict.claims?.keys).toEqual([{ use: 'tls', spkiSha256: made.spkiSha256 }]);
    const elsewhere = await judge(evidence(made.certificate), derOf(other.certificate), tee);
    expect(failuresOf(elsewhere)).toEqual(['binding.subject']);
  });

  test('a bit that changes in the evidence is found', async () => {
    const { certificate } = await make();
    const changed = new Uint8Array(evidence(certificate));
    changed[100] = (changed[100] ?? 0) ^ 1;
    expect((await judge(changed, derOf(certificate), tee)).layers.authentic).toBe('fail');
  });
});

describe('the certificate', () => {
  let made: ServedCertificate;
  let leaf: X509Certificate;
  beforeAll(async () => {
    made = await machines.tdx.make();
    leaf = new X509Certificate(made.certificate);
  });

  test('is signed by its own key, for servers of these names', () => {
    expect(made.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    const spki = createPublicKey(made.key).export({ format: 'der', type: 'spki' });
    expect(createHash('sha256').update(spki).digest('hex')).toBe(made.spkiSha256);
    expect(Buffer.from(parseCertificate(derOf(made.certificate)).publicKey.raw)).toEqual(spki);
    expect([leaf.verify(leaf.publicKey), leaf.ca, leaf.keyUsage]).toEqual([true, false, ['1.3.6.1.5.5.7.3.1']]);
    expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(leaf.subjectAltName).toBe(
      'DNS:app.example, DNS:*.app.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
  });

  test('lives for a day of the clock that it is given', () => {
    expect(new Date(leaf.validFrom)).toEqual(new Date('2026-11-20T11:55:00Z'));
    expect(new Date(leaf.validTo)).toEqual(new Date('2026-11-21T12:00:00Z'));
    expect(made.notAfter).toEqual(new Date('2026-11-21T12:00:00Z'));
  });
});

test('of a dstack guest it has RTMR3 of the event log, which names the app', async () => {
  await using guest = await runGuest({ version: '0.5.11' });
  const attester = createDstackAttester({ endpoint: guest.socket });
  const { certificate } = await makeRaTlsCertificate({ attester, clock, names });
  const contentOf = (oid: string) => octetsOf(readWholeDer(extensionOf(certificate, oid), 'extension'), 'content');
  const log = contentOf('1.3.6.1.4.1.62397.1.2');
  expect(Buffer.from(log.subarray(0, 6)).toString()).toBe('ELGZv1');
  const quote = Buffer.from(contentOf(TDX_QUOTE)).toString('hex');
  const told = { quote, event_log: gunzipSync(log.subarray(6)).toString() };
  const events = JSON.parse(told.event_log) as readonly { readonly imr: number }[];
  expect(new Set(events.map(({ imr }) => imr))).toEqual(new Set([3]));
  const policy = guest.policy({ freshness: 'any', binding: { profile: 'ratls-cert' } });
  const verdict = await guest.judge(told, { policy, subject: { certificate: derOf(certificate) } });
  expect([failuresOf(verdict), verdict.trusted]).toEqual([[], true]);
});

describe('is refused', () => {
  const INSTEAD = 'give a key and a certificate of your own';

  test('on Confidential Space, before anything is asked for', async () => {
    const { attester, asked } = handMadeAttester('confidential-space');
    await expect(makeRaTlsCertificate({ attester, clock, names })).rejects.toMatchObject({
      code: 'usage',
      details: { field: 'tls' },
      message: expect.stringMatching(`no report data; ${INSTEAD}`),
    });
    expect(asked).toEqual([]);
  });

  test('on SEV-SNP, whose reports have no place in certificates', async () => {
    const { attester, asked } = handMadeAttester('tsm');
    const made = makeRaTlsCertificate({ attester, clock, names });
    await until(() => asked.length === 1);
    asked[0]?.answer({ tee: 'snp', evidence: new Uint8Array(1184) });
    await expect(made).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(`evidence of the kind snp; ${INSTEAD}`),
    });
  });

  test('for an event log that does not fit', async () => {
    const source = createSoftwareAttester(createSoftwareTd(vendor, { pck }));
    const entry = { imr: 3, event_type: 0x08000001, digest: '', event: 'a'.repeat(17_000), event_payload: '' };
    const eventLog = utf8(JSON.stringify([entry]));
    const attester = {
      ...source,
      evidence: async (request: Parameters<typeof source.evidence>[0]) => ({
        ...(await source.evidence(request)),
        eventLog,
      }),
    };
    await expect(makeRaTlsCertificate({ attester, clock, names })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/RTMR3 of the event log has \d+ bytes, 16384 fit/),
    });
  });

  test('for a certificate that verifiers would not read', async () => {
    const attester = createSoftwareAttester(createSoftwareTd(vendor, { pck }));
    const long = Array.from({ length: 100 }, (_, index) => `${index}.${`${'a'.repeat(60)}.`.repeat(3)}example`);
    await expect(makeRaTlsCertificate({ attester, clock, names: long })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/would have \d+ bytes, verifiers read 16384/),
    });
  });

  test.each([
    ['none', []],
    ['an empty one', ['']],
    ['one that is not ASCII', ['bücher.example']],
    ['one with a space', ['a b']],
    ['one with a line’s end', ['a.example\n']],
    ['a wildcard alone', ['*']],
    ['a label of 64 characters', ['a'.repeat(64)]],
    ['101', Array<string>(101).fill('a')],
  ])('for names: %s', async (_what, wrong) => {
    const { attester, asked } = handMadeAttester();
    await expect(makeRaTlsCertificate({ attester, clock, names: wrong })).rejects.toMatchObject({
      code: 'usage',
      details: { field: 'names' },
    });
    expect(asked).toEqual([]);
  });
});
