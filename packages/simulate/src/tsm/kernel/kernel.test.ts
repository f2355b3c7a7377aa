import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Evidence, fromPem, type Verdict, verify } from '@assay/verify';
import { fromHex, toHex } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { type Envelope, parseEnvelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { authenticode, signaturesOf } from '../../../../../tools/kernel-guest/authenticode.ts';
import { bootGuest, type Guest } from '../../../../../tools/kernel-guest/boot.ts';
import type { SignerFault } from '../../../../../tools/kernel-guest/contract.ts';
import { findGuestSystem, type GuestSystem } from '../../../../../tools/kernel-guest/system.ts';
import { tsmConformance } from '../../../../../tools/tsm-conformance/facts.ts';
import { tsmFaultConformance } from '../../../../../tools/tsm-conformance/fault-facts.ts';
import { issueCollateral } from '../../intel/collateral.ts';
import { issuePck } from '../../intel/pck.ts';
import { createIntelVendor, type IntelVendor } from '../../intel/vendor.ts';

const found = findGuestSystem();
const missing = typeof found === 'string' ? ` (${found})` : '';
const program = fileURLToPath(new URL('../../../../../tools/kernel-guest/programs/tsm.ts', import.meta.url));
const REPORTS = '/sys/kernel/config/tsm/report';
const NONE: Evidence = { evidence: new Uint8Array() };
/** Report data that nobody has asked for before, hex. */
const some = (count: number): readonly string[] => Array.from({ length: count }, () => randomBytes(64).toString('hex'));
const now = new Date('2026-03-01T12:00:00Z');

describe.skipIf(missing !== '')(`on a real kernel${missing}`, () => {
  let system: GuestSystem;
  let vendor: IntelVendor;
  let guest: Guest;
  beforeAll(async () => {
    if (typeof found === 'string') throw new Error(found);
    system = found;
    const seed = randomBytes(32).toString('hex');
    vendor = await createIntelVendor({ seed, now });
    guest = await bootGuest({ system, program, seed, now });
    return () => guest[Symbol.asyncDispose]();
  }, 180_000);

  /** The verdict of a relying party that knows the files which were booted. */
  async function judge(evidence: Evidence, measurements = guest.measurements): Promise<Verdict> {
    const files = await issueCollateral(vendor, await issuePck(vendor), { tee: 'tdx' });
    const bytes = Object.entries(files).map(([name, file]) => [name, Buffer.from(file)] as const);
    return verify(evidence, {
      tees: [tdx],
      now,
      policy: { releases: [{ name: 'the guest', measurements }], freshness: 'any', binding: 'any' },
      endorsements: endorsementsFromDirectory(Object.fromEntries(bytes)),
      roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
      allowSimulated: true,
    });
  }
  const failuresOf = ({ checks }: Verdict): readonly string[] =>
    checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

  /** Asks for reports at the same time: by plain files, or from the attester. */
  async function reports(reportData: readonly string[]): Promise<readonly Evidence[]> {
    const answered = (await guest.ask('reports', reportData)) as readonly string[];
    return answered.map((hex) => ({ evidence: fromHex(hex) }));
  }
  async function evidence(reportData: readonly string[]): Promise<readonly Envelope[]> {
    return ((await guest.ask('evidence', reportData)) as readonly string[]).map((text) => parseEnvelope(text));
  }
  const reportDataOf = ({ evidence }: Evidence): string => toHex(evidence.subarray(568, 632));

  test('runs the kernel and command line that were measured; without a provider no folder can be made: ENXIO', async () => {
    expect(await guest.ask('machine')).toEqual({
      release: guest.release,
      commandLine: guest.commandLine,
      withoutProvider: expect.stringContaining('No such device or address'),
    });
  });

  describe('configfs-TSM', () => {
    // Node asks no kernel to write no bytes.
    const cases = tsmConformance.filter(({ notOverFuse }) => notOverFuse === undefined);
    test.each([...cases, ...tsmFaultConformance])('$name', async ({ name }) => {
      await guest.ask('conformance', name);
    });
  });

  test('a quote has the registers that were predicted for kernel, initrd and command line, and is trusted for them', async () => {
    const [reportData = ''] = some(1);
    for (const ask of [reports, evidence]) {
      const [quote = NONE] = await ask([reportData]);
      const verdict = await judge(quote);
      expect(failuresOf(verdict)).toEqual([]);
      expect(verdict).toMatchObject({ trusted: true, simulated: true });
      expect(verdict.claims).toMatchObject({ reportData, measurements: guest.measurements });
    }
  });

  test.each(['rtmr1', 'rtmr2'] as const)('a quote of another %s is refused', async (name) => {
    const [quote = NONE] = await evidence(some(1));
    expect(failuresOf(await judge(quote, { ...guest.measurements, [name]: '5a'.repeat(48) }))).toEqual([
      'identity.release',
    ]);
  });

  test('the kernel was measured as its signature says', () => {
    const kernel = readFileSync(system.kernel.image);
    expect(Buffer.from(signaturesOf(kernel)).includes(Buffer.from(authenticode(kernel, 'sha256')))).toBe(true);
  });

  test('a hundred requests at once each get the report of their own folder', async () => {
    const asked = some(100);
    expect((await reports(asked)).map(reportDataOf)).toEqual(asked);
  });

  test('a signer that is silent is ETIMEDOUT, one that ends is EIO, and the next one is served', async () => {
    expect(await guest.ask('neglect')).toEqual({ silent: 'ETIMEDOUT', crashed: 'EIO', afterwards: 'none' });
  });

  describe('the attester', () => {
    afterEach(async () => {
      expect(await guest.ask('folders'), 'folders that the attester has left').toEqual([]);
    });

    test('finds the provider', async () => {
      const looked = [`${REPORTS}: the folder is there`, `${REPORTS}: provider tdx_guest`];
      expect(await guest.ask('detect')).toEqual({ available: true, looked });
    });

    test('sees what it needs: a mount, a folder, a provider', async () => {
      const findings = (await guest.ask('health')) as readonly { readonly id: string; readonly outcome: string }[];
      const passed = findings.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id);
      expect(passed).toEqual(['tsm.mounted', 'tsm.folder', 'tsm.provider']);
    });

    test('never mixes up the report data of a hundred concurrent callers', async () => {
      const asked = some(100);
      expect((await evidence(asked)).map(reportDataOf)).toEqual(asked);
    });

    test('asks again when the provider is busy', async () => {
      const [reportData = ''] = some(1);
      const { pauses, envelope } = (await guest.ask('busyOnce', reportData)) as { pauses: number; envelope: string };
      expect([pauses, reportDataOf(parseEnvelope(envelope))]).toEqual([1, reportData]);
    });

    test.each<[string, SignerFault, RegExp]>([
      [
        'is busy for long',
        { errno: 16 },
        /outblob: an earlier quote is still in flight.*\(EBUSY\); wait and ask again/,
      ],
      ['is slow', { errno: 110 }, /outblob: the host did not deliver a quote.*\(ETIMEDOUT\); on the host, check/],
      ['refuses', { errno: 5 }, /outblob: the host refused to make a quote \(EIO\); on the host, check/],
      [
        'answers nothing',
        { blob: 'empty' },
        /outblob: it is empty: the host's quoting service failed; on the host, check/,
      ],
      [
        'signs other report data',
        { blob: 'other-report-data' },
        /evidence with other report data than were asked for; /,
      ],
    ])('says so when the provider %s, and what to do', async (_, fault, message) => {
      const said = await guest.ask('faulty', fault);
      expect(said).toMatch(/^unavailable: /);
      expect(said).toMatch(message);
    });
  });

  test('the provider cannot go while a signer is attached; once it is gone all is ENXIO, until it is back', async () => {
    expect(await guest.ask('unload')).toEqual({
      attached: expect.stringContaining('Resource temporarily unavailable'),
      read: 'ENXIO',
      made: 'ENXIO',
      detection: { available: false, looked: [expect.any(String), expect.stringMatching(/ENXIO/)] },
      afterwards: 'none',
    });
  });
});
