import { X509Certificate } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { issuePck } from '../pck.ts';
import { tcbLevels } from '../tcb-level.ts';
import { createIntelVendor, issueCrl } from '../vendor.ts';
import { createPcsService, type PcsServiceOptions } from './service.ts';

const vendor = await createIntelVendor({
  seed: 'service.test',
  now: new Date('2026-03-01T12:00:00Z'),
  baseUrl: 'https://certificates.invalid/pki',
});
const pck = await issuePck(vendor);
const single = await issuePck(vendor, { ca: 'processor', fmspc: '00906ed50000' });
const older = await issuePck(vendor, { pceSvn: 11 });
const { root, platform, processor, tcbSigning } = vendor.authorities;

const V4 = '/sgx/certification/v4';
const FMSPC = 'A55A00000000';
const SVNS = `cpusvn=${bytesToHex(pck.platform.cpuSvn)}&pceid=0000`;
const PPID = `encrypted_ppid=${'ab'.repeat(384)}`;

const served = [{ pck }, { pck: older }, { pck: single, encryptedPpid: new Uint8Array(384) }];
const handlers = {
  pcs: createPcsService(vendor, { kind: 'pcs', platforms: served }),
  pccs: createPcsService(vendor, { kind: 'pccs', platforms: served }),
};

async function get(kind: 'pcs' | 'pccs', target: string, handle = handlers[kind]) {
  const response = await handle(new Request(`http://localhost${target}`));
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString() };
}

/** Subjects of the chain in a header. */
function chain(headers: Headers, name: string): readonly string[] {
  const header = headers.get(name) ?? '';
  expect(header).toMatch(/^-----BEGIN%20CERTIFICATE-----%0A[A-Za-z0-9%-]+-----END%20CERTIFICATE-----%0A$/);
  const blocks = decodeURIComponent(header).match(/-----BEGIN[\s\S]+?END CERTIFICATE-----\n/g) ?? [];
  return blocks.map((block) => new X509Certificate(block).subject);
}

const subjects = (...authorities: readonly { readonly certificate: { readonly der: Uint8Array } }[]) =>
  authorities.map(({ certificate }) => new X509Certificate(certificate.der).subject);

describe.each(['pcs', 'pccs'] as const)('%s', (kind) => {
  test.each([
    [`${V4}/tcb?fmspc=${FMSPC}`, 'TCB-Info-Issuer-Chain', '{"tcbInfo":{"id":"SGX","version":3,'],
    [`/tdx/certification/v4/tcb?fmspc=${FMSPC.toLowerCase()}`, 'TCB-Info-Issuer-Chain', '{"tcbInfo":{"id":"TDX",'],
    [`${V4}/qe/identity`, 'SGX-Enclave-Identity-Issuer-Chain', '{"enclaveIdentity":{"id":"QE","version":2,'],
    ['/tdx/certification/v4/qe/identity', 'SGX-Enclave-Identity-Issuer-Chain', '{"enclaveIdentity":{"id":"TD_QE",'],
    [`${V4}/qve/identity`, 'SGX-Enclave-Identity-Issuer-Chain', '{"enclaveIdentity":{"id":"QVE",'],
    [
      '/tdx/certification/v4/tcbevaluationdatanumbers',
      'TCB-Evaluation-Data-Numbers-Issuer-Chain',
      '{"tcbEvaluationDataNumbers":{"id":"TDX","version":1,',
    ],
  ])('%s has its signers, a type and an identifier, and stays the same', async (target, header, start) => {
    const { status, headers, text } = await get(kind, target);
    expect([status, text.slice(0, start.length)]).toEqual([200, start]);
    expect(chain(headers, header)).toEqual(subjects(tcbSigning, root));
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('request-id')).toMatch(/^[0-9a-f]{32}$/);
    const again = await get(kind, target);
    expect(again.text).toBe(text);
    expect(again.headers.get('request-id')).not.toBe(headers.get('request-id'));
  });

  test.each([
    ['platform', platform],
    ['processor', processor],
  ] as const)('the CRL of the %s CA, in its encodings', async (ca, authority) => {
    const der = Buffer.from(await issueCrl(vendor, ca));
    const plain = await get(kind, `${V4}/pckcrl?ca=${ca}`);
    const encoded = await get(kind, `${V4}/pckcrl?ca=${ca}&encoding=der`);
    expect(encoded.bytes).toEqual(der);
    expect(encoded.headers.get('content-type')).toBe('application/pkix-crl');
    expect(chain(plain.headers, 'SGX-PCK-CRL-Issuer-Chain')).toEqual(subjects(authority, root));
    if (kind === 'pccs') expect(plain.text).toBe(der.toString('hex'));
    else {
      expect(plain.headers.get('content-type')).toBe('application/x-pem-file');
      expect(plain.text.startsWith('-----BEGIN X509 CRL-----\n')).toBe(true);
      expect(Buffer.from(plain.text.replace(/-----.*/g, ''), 'base64')).toEqual(der);
    }
  });

  test.each([
    ['0d00', pck, '0D00'],
    ['ff00', pck, '0D00'],
    ['0c00', older, '0B00'],
  ])('the PCK certificate for PCESVN %s is the highest it reaches', async (pceSvn, found, matched) => {
    const { headers, text } = await get(kind, `${V4}/pckcert?${PPID}&${SVNS}&pcesvn=${pceSvn}&qeid=00`);
    expect(text).toBe(found.certificate.pem);
    expect(chain(headers, 'SGX-PCK-Certificate-Issuer-Chain')).toEqual(subjects(platform, root));
    const names = ['content-type', 'sgx-fmspc', 'sgx-pck-certificate-ca-type', 'sgx-tcbm'];
    const tcbm = `${bytesToHex(found.platform.cpuSvn).toUpperCase()}${matched}`;
    const expected = ['application/x-pem-file', FMSPC, 'platform', tcbm];
    expect(names.map((name) => headers.get(name))).toEqual(expected);
  });

  test.each([
    [404, `${V4}/tcb?fmspc=000000000000`],
    [404, '/tdx/certification/v4/tcb?fmspc=00906ED50000'],
    [400, `${V4}/tcb`],
    [400, `${V4}/tcb?fmspc=A55A`],
    [400, `${V4}/tcb?fmspc=${FMSPC}&fmspc=${FMSPC}`],
    [400, `${V4}/tcb?fmspc=${FMSPC}&update=late`],
    [400, `${V4}/tcb?fmspc=${FMSPC}&update=early&tcbEvaluationDataNumber=21`],
    [400, `${V4}/qe/identity?update=standard&tcbEvaluationDataNumber=20`],
    [400, `${V4}/qe/identity?tcbEvaluationDataNumber=-1`],
    [410, `${V4}/qe/identity?tcbEvaluationDataNumber=18`],
    [404, `${V4}/qe/identity?tcbEvaluationDataNumber=22`],
    [410, `${V4}/tcb?fmspc=${FMSPC}&tcbEvaluationDataNumber=1`],
    [400, `${V4}/pckcrl`],
    [400, `${V4}/pckcrl?ca=root`],
    [400, `${V4}/pckcrl?ca=platform&encoding=text`],
    [400, `${V4}/pckcert?${PPID}&${SVNS}&qeid=00`],
    [400, `${V4}/pckcert?encrypted_ppid=ab&${SVNS}&pcesvn=0d00&qeid=00`],
    [404, `${V4}/pckcert?${PPID}&${SVNS}&pcesvn=0a00&qeid=00`],
    [400, `${V4}/fmspcs?platform=E7`],
    [404, '/sgx/certification/v3/qe/identity'],
    [404, '/'],
  ])('%i for %s', async (status, target) => {
    const answer = await get(kind, target);
    expect([answer.status, answer.text === '']).toEqual([status, kind === 'pcs']);
    expect(answer.headers.get('request-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  test('only GET is served', async () => {
    const request = new Request(`http://localhost${V4}/qe/identity`, { method: 'POST', body: '{}' });
    expect((await handlers[kind](request)).status).toBe(404);
  });
});

test.each([
  ['', 20],
  ['update=standard', 20],
  ['update=early', 21],
  ['tcbEvaluationDataNumber=19', 19],
])('"%s" is evaluation %i, in both documents', async (choice, number) => {
  for (const target of [`${V4}/tcb?fmspc=${FMSPC}&${choice}`, `${V4}/qe/identity?${choice}`]) {
    expect((await get('pcs', target)).text).toContain(`"tcbEvaluationDataNumber":${number},`);
  }
});

test('evaluations are listed, newest first', async () => {
  const { text } = await get('pcs', `${V4}/tcbevaluationdatanumbers`);
  const { tcbEvalNumbers } = JSON.parse(text).tcbEvaluationDataNumbers;
  expect(tcbEvalNumbers.map((entry: Readonly<Record<string, unknown>>) => entry.tcbEvaluationDataNumber)).toEqual([
    21, 20, 19,
  ]);
  expect(tcbEvalNumbers[2]).toEqual({
    tcbEvaluationDataNumber: 19,
    tcbRecoveryEventDate: '2025-05-13T00:00:00Z',
    tcbDate: '2025-05-14T00:00:00Z',
  });
});

test('FMSPCs are listed once, and filtered', async () => {
  const all = [
    { fmspc: FMSPC, platform: 'E5' },
    { fmspc: '00906ED50000', platform: 'E3' },
  ];
  const list = async (query: string): Promise<unknown> => JSON.parse((await get('pcs', `${V4}/fmspcs${query}`)).text);
  expect(await list('')).toEqual(all);
  expect(await list('?platform=E3')).toEqual(all.slice(1));
  expect(await list('?platform=client')).toEqual([]);
});

test("the root's CRL: where the certificates say, or a PCCS's hexadecimal", async () => {
  const der = Buffer.from(await issueCrl(vendor, 'root'));
  expect((await get('pcs', '/pki/IntelSGXRootCA.der')).bytes).toEqual(der);
  expect((await get('pcs', `${V4}/rootcacrl`)).status).toBe(404);
  expect((await get('pccs', `${V4}/rootcacrl`)).text).toBe(der.toString('hex'));
  const uri = encodeURIComponent('https://certificates.invalid/pki/IntelSGXRootCA.der');
  expect((await get('pccs', `${V4}/crl?uri=${uri}`)).bytes).toEqual(der);
  expect((await get('pccs', `${V4}/crl?uri=https%3A%2F%2Fother.invalid`)).status).toBe(404);
});

test.each([`${V4}/pckcrl?ca=PLATFORM&encoding=DER`, `${V4}/qe/identity?update=EARLY`])(
  'a PCCS takes %s, Intel does not',
  async (target) => {
    expect([(await get('pccs', target)).status, (await get('pcs', target)).status]).toEqual([200, 400]);
  },
);

test('a PCCS needs the QE id, Intel the encrypted PPID', async () => {
  const svns = `${V4}/pckcert?${SVNS}&pcesvn=0d00`;
  expect([(await get('pccs', `${svns}&qeid=aa`)).status, (await get('pcs', `${svns}&qeid=aa`)).status]).toEqual([
    200, 400,
  ]);
  expect([(await get('pccs', `${svns}&${PPID}`)).status, (await get('pcs', `${svns}&${PPID}`)).status]).toEqual([
    400, 200,
  ]);
});

test('documents say what they are told, at the evaluation they are told for', async () => {
  const options: PcsServiceOptions = {
    kind: 'pcs',
    platforms: [
      {
        pck,
        encryptedPpid: new Uint8Array(384).fill(1),
        tcbInfo: (evaluation, tee) =>
          evaluation === 21 ? { levels: tcbLevels(pck.platform, tee, 'OutOfDate', ['INTEL-SA-09999']) } : {},
      },
    ],
    enclaveIdentity: (evaluation) => ({ isvprodid: evaluation }),
    crls: { platform: { revoked: [pck.certificate.serial] } },
  };
  const handle = createPcsService(vendor, options);
  const ask = (target: string) => get('pcs', `${V4}/${target}`, handle);
  expect((await ask(`tcb?fmspc=${FMSPC}&update=early`)).text).toContain('INTEL-SA-09999');
  expect((await ask(`tcb?fmspc=${FMSPC}`)).text).not.toContain('INTEL-SA-09999');
  expect((await ask('qe/identity?update=early')).text).toContain('"isvprodid":21,');
  expect((await ask('pckcrl?ca=platform&encoding=der')).bytes.includes(Buffer.from(pck.certificate.serial))).toBe(true);
  expect((await ask(`pckcert?${PPID}&${SVNS}&pcesvn=0d00`)).status).toBe(404);
  expect((await ask(`pckcert?encrypted_ppid=${'01'.repeat(384)}&${SVNS}&pcesvn=0d00`)).status).toBe(200);
});

test('updates must name evaluations that are there', () => {
  const updates = { evaluations: [], early: 1, standard: 1 };
  expect(() => createPcsService(vendor, { kind: 'pcs', platforms: [], updates })).toThrow('updates: early is 1');
});
