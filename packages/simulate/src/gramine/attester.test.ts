import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGramineAttester, type GramineOptions } from '@assay/attest';
import { AssayError, fromPem, verify } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import type { Envelope } from '@assay/verify/evidence';
import { sgx } from '@assay/verify/sgx';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTreeFiles } from '../fuse/files.ts';
import { fuseMissing } from '../fuse/missing.ts';
import { temporaryMount } from '../fuse/temporary-mount.ts';
import type { FuseFolder } from '../fuse/tree.ts';
import { issueCollateral } from '../intel/collateral.ts';
import { issuePck, type Pck } from '../intel/pck.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createSoftwareEnclave } from '../software/enclave.ts';
import type { QuoteSource } from '../software/source.ts';
import { createGramineFolder, type GramineFault, type GramineFolderOptions } from './folder.ts';

const now = new Date('2026-11-01T12:00:00Z');
const mrEnclave = Uint8Array.from(randomBytes(32));
let vendor: IntelVendor;
let pck: Pck;
let enclave: QuoteSource;
beforeAll(async () => {
  vendor = await createIntelVendor({ randomBytes, now });
  pck = await issuePck(vendor);
  enclave = createSoftwareEnclave(vendor, { pck, report: { mrEnclave } });
});

const folderWith = (options: Partial<GramineFolderOptions> = {}): FuseFolder =>
  createGramineFolder(enclave, { entropy: vendor.entropy, ...options });
const inMemory = (options: Partial<GramineFolderOptions> = {}, more: GramineOptions = {}) =>
  createGramineAttester({ files: createTreeFiles(folderWith(options), '/dev/attestation'), ...more });
const onQuote = (fault: GramineFault) => ({
  fault: ({ name }: { readonly name: string }) => (name === 'quote' ? fault : undefined),
});

/** The report data of an SGX quote of version 3. */
const carried = ({ evidence }: Envelope): string => toHex(evidence.subarray(48 + 320, 48 + 384));

/** With the test vendor's collateral: trusted only when the quote is genuine, of this enclave, and has the report data. */
async function judge(envelope: Envelope, reportData: Uint8Array) {
  const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'sgx' })).map(
    ([name, file]) => [name, typeof file === 'string' ? new TextEncoder().encode(file) : file] as const,
  );
  return verify(envelope, {
    tees: [sgx],
    now,
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    policy: {
      releases: [{ name: 'kettle 1', measurements: { mrenclave: toHex(mrEnclave) } }],
      freshness: 'any',
      binding: { profile: 'raw' },
    },
    subject: { reportData },
  });
}

const withoutFuse = await fuseMissing();

interface Place extends AsyncDisposable {
  readonly options: GramineOptions;
}
const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  'in memory': async () => ({
    options: { files: createTreeFiles(folderWith(), '/dev/attestation') },
    [Symbol.asyncDispose]: async () => undefined,
  }),
  mounted: async () => {
    const mounted = await temporaryMount(folderWith());
    return { options: { path: mounted.path }, [Symbol.asyncDispose]: () => mounted[Symbol.asyncDispose]() };
  },
};

describe.each(Object.keys(PLACES))('an enclave under Gramine, %s', (name) => {
  const missing = name === 'mounted' ? withoutFuse : undefined;
  const there = (what: string, work: () => Promise<void>): void =>
    test.skipIf(missing)(missing === undefined ? what : `${what} (${missing})`, work);
  const open = (): Promise<Place> => (PLACES[name] ?? (() => Promise.reject(new Error(name))))();

  there('is found, and its quote verifies with the report data that were asked for', async () => {
    await using place = await open();
    const attester = createGramineAttester(place.options);
    expect(await attester.detect()).toEqual({
      available: true,
      looked: [`${place.options.path ?? '/dev/attestation'}/attestation_type: dcap`],
    });
    const reportData = randomBytes(64);
    const envelope = await attester.evidence({ reportData });
    expect(envelope.tee).toBe('sgx');
    expect(await judge(envelope, reportData)).toMatchObject({ outcome: 'affirming', tee: 'sgx', simulated: true });
    expect((await judge(envelope, randomBytes(64))).outcome).toBe('contraindicated');
  });

  there('gives each of many callers at once the quote of its own, from two attesters', async () => {
    await using place = await open();
    const attesters = [createGramineAttester(place.options), createGramineAttester(place.options)];
    const asked = Array.from({ length: 16 }, () => randomBytes(64));
    const answers = await Promise.all(
      asked.flatMap((reportData, index) => attesters[index % 2]?.evidence({ reportData }) ?? []),
    );
    expect(answers.map(carried)).toEqual(asked.map((reportData) => reportData.toString('hex')));
  });

  there('passes every check of its health', async () => {
    await using place = await open();
    const { health } = createGramineAttester(place.options);
    const looks = await Promise.all(health.map(async ({ id, look }) => [id, (await look()).outcome]));
    expect(looks).toEqual([
      ['gramine.enclave', 'pass'],
      ['gramine.dcap', 'pass'],
      ['gramine.quote', 'pass'],
    ]);
  });
});

const reportData = randomBytes(64);
const failure = async (options: Partial<GramineFolderOptions>, more?: GramineOptions): Promise<AssayError> => {
  const error: unknown = await inMemory(options, more)
    .evidence({ reportData })
    .then(
      () => new Error('it made evidence'),
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof AssayError)) throw error;
  return error;
};

describe('refuses, and says what to do,', () => {
  test.each([
    ['none', 'found "none", so this enclave has no quotes; set `sgx.remote_attestation = "dcap"` in the manifest'],
    ['epid', 'found "epid", whose service Intel has ended; set `sgx.remote_attestation = "dcap"`'],
    ['dcap2', 'found "dcap2", which is unknown here; set'],
    ['', 'found "", which is unknown here; set'],
  ])('an attestation type %j', async (attestationType, message) => {
    const error = await failure({ attestationType });
    expect(error.code).toBe('unavailable');
    expect(error.message).toContain(`/dev/attestation/attestation_type: expected "dcap", ${message}`);
    expect(await inMemory({ attestationType }).detect()).toEqual({
      available: false,
      looked: [`/dev/attestation/attestation_type: ${attestationType}`],
    });
  });

  test('a quote that Gramine does not make: it says EACCES, whatever happened', async () => {
    const error = await failure(onQuote({ kind: 'error', code: 'EACCES' }));
    expect(error.message).toMatch(
      /^\/dev\/attestation\/quote: access denied \(EACCES\); .*systemctl status aesmd.*sgx_default_qcnl.conf.*PCCS.*az-dcap-client/,
    );
    expect(error.cause).toMatchObject({ code: 'EACCES' });
  });

  test.each([
    ['other report data', () => enclave.quote(randomBytes(64)), /other report data than were asked for/],
    ['nothing', async () => new Uint8Array(), /0 bytes that are no quote/],
    ['half of it', async () => (await enclave.quote(reportData)).subarray(0, 700), /does not parse \(dcap\.quote/],
    ['more than 64 KiB', async () => new Uint8Array(65_537), /quote: more than 65536 bytes/],
  ])('a quote with %s', async (_, made, message) => {
    const bytes = await made();
    const error = await failure(onQuote({ kind: 'bytes', bytes: () => bytes }));
    expect([error.code, error.message]).toEqual(['unavailable', expect.stringMatching(message)]);
  });

  test.each(['quote', 'attestation_type'])('whatever else is in %s', async (file) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 1500 }), async (bytes) => {
        const fault = ({ name }: { readonly name: string }): GramineFault | undefined =>
          name === file ? { kind: 'bytes', bytes: () => bytes } : undefined;
        const error = await failure({ fault });
        expect(error.code).toBe('unavailable');
        expect(error.message).toMatch(/^[^\p{Cc}]+; [^\p{Cc}]+$/u);
      }),
      { numRuns: 50 },
    );
  });

  test('a folder that is not there, and its health says so once', async () => {
    const gone = createGramineAttester({ path: join(tmpdir(), 'no-attestation') });
    const { available, looked } = await gone.detect();
    expect([available, looked]).toEqual([false, [expect.stringMatching(/attestation_type: no such file \(ENOENT\)$/)]]);
    await expect(gone.evidence({ reportData })).rejects.toThrow(/\(ENOENT\); start the program with gramine-sgx/);
    const found = await Promise.all(gone.health.map(async ({ look }) => look()));
    expect(found.map(({ outcome }) => outcome)).toEqual(['fail', 'skip', 'skip']);
    expect(found[0]?.remedy).toContain('gramine-sgx');
  });

  test('report data of another length, before anything is asked', async () => {
    const touched: string[] = [];
    const attester = inMemory({ fault: ({ name }) => void touched.push(name) });
    for (const length of [0, 63, 65])
      await expect(attester.evidence({ reportData: new Uint8Array(length) })).rejects.toMatchObject({
        code: 'usage',
        details: { field: 'reportData' },
      });
    expect(touched).toEqual([]);
  });
});

test('who writes report data past the line is noticed: nobody gets the quote of another', async () => {
  const folder = folderWith();
  const apart = () => createGramineAttester({ files: createTreeFiles(folder, '/dev/attestation') });
  const asked = [randomBytes(64), randomBytes(64)];
  const answers = await Promise.allSettled(asked.map((data) => apart().evidence({ reportData: data })));
  const told = answers.map((answer) => (answer.status === 'rejected' ? String(answer.reason) : carried(answer.value)));
  expect(told).toEqual([expect.stringContaining('other report data'), asked[1]?.toString('hex')]);
});

test('a quote that does not come holds up nobody longer than asked, and the line until it comes', async () => {
  const { promise: until, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  const fault = ({ name }: { readonly name: string }): GramineFault | undefined =>
    name === 'quote' && ++asked === 1 ? { kind: 'wait', until } : undefined;
  const files = createTreeFiles(folderWith({ fault }), '/dev/attestation');
  const late = createGramineAttester({ files, timeoutMs: 1 }).evidence({ reportData });
  await expect(late).rejects.toThrow(/^\/dev\/attestation\/quote: no answer within 1 ms; on the host, see/);
  const off = new AbortController();
  const calledOff = createGramineAttester({ files }).evidence({ reportData, signal: off.signal });
  off.abort(new Error('enough'));
  await expect(calledOff).rejects.toThrow('enough');
  const next = createGramineAttester({ files }).evidence({ reportData: new Uint8Array(64) });
  expect(asked).toBeLessThanOrEqual(1);
  resolve();
  expect(carried(await next)).toBe('00'.repeat(64));
  expect(asked).toBe(2);
});
