import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromPem, type Verdict, verify } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { tdx } from '@assay/verify/tdx';
import { beforeAll, describe, expect, test } from 'vitest';
import { authenticode, signaturesOf } from '../../../../../tools/kernel-guest/authenticode.ts';
import { bootGuest, type Guest } from '../../../../../tools/kernel-guest/boot.ts';
import { findGuestSystem, type GuestSystem } from '../../../../../tools/kernel-guest/system.ts';
import { issueCollateral } from '../../intel/collateral.ts';
import { issuePck } from '../../intel/pck.ts';
import { createIntelVendor, type IntelVendor } from '../../intel/vendor.ts';
import { tsmConformance } from '../conformance.ts';
import { tsmFaultConformance } from '../fault-conformance.ts';

const found = findGuestSystem();
const missing = typeof found === 'string' ? ` (${found})` : '';
const program = fileURLToPath(new URL('../../../../../tools/kernel-guest/programs/tsm.ts', import.meta.url));
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
  async function judge(evidence: Uint8Array, measurements = guest.measurements): Promise<Verdict> {
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
  const reports = async (reportData: readonly Uint8Array[]): Promise<readonly Uint8Array[]> => {
    const hex = await guest.ask(
      'reports',
      reportData.map((bytes) => Buffer.from(bytes).toString('hex')),
    );
    return (hex as readonly string[]).map((one) => Buffer.from(one, 'hex'));
  };

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
    test.each(cases)('$name', ({ name }) => guest.ask('conformance', name));
    test.each(tsmFaultConformance)('$name', ({ name }) => guest.ask('conformance', name));
  });

  test('a quote has the registers that were predicted for kernel, initrd and command line, and is trusted for them', async () => {
    const reportData = randomBytes(64);
    const [quote = new Uint8Array()] = await reports([reportData]);
    const verdict = await judge(quote);
    expect(verdict.checks.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    expect(verdict).toMatchObject({ trusted: true, simulated: true });
    expect(verdict.claims?.measurements).toMatchObject(guest.measurements);
    expect(verdict.claims?.reportData).toBe(reportData.toString('hex'));
  });

  test.each(['rtmr1', 'rtmr2'] as const)('a quote of another %s is refused', async (name) => {
    const [quote = new Uint8Array()] = await reports([randomBytes(64)]);
    const verdict = await judge(quote, { ...guest.measurements, [name]: '5a'.repeat(48) });
    expect(verdict.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)).toEqual([
      'identity.release',
    ]);
  });

  test('the kernel was measured as its signature says', () => {
    const kernel = readFileSync(system.kernel.image);
    expect(Buffer.from(signaturesOf(kernel)).includes(authenticode(kernel, 'sha256'))).toBe(true);
  });

  test('a hundred requests at once each get the report of their own folder', async () => {
    const asked = Array.from({ length: 100 }, () => randomBytes(64));
    const answered = await reports(asked);
    expect(answered.map((quote) => Buffer.from(quote.subarray(568, 632)))).toEqual(asked);
  });

  test('a signer that is silent is ETIMEDOUT, one that ends is EIO, and the next one is served', async () => {
    expect(await guest.ask('neglect')).toEqual({ silent: 'ETIMEDOUT', crashed: 'EIO', afterwards: 'none' });
  });

  test('the provider cannot go while a signer is attached; once it is gone all is ENXIO, until it is back', async () => {
    expect(await guest.ask('unload')).toEqual({
      attached: expect.stringContaining('Resource temporarily unavailable'),
      read: 'ENXIO',
      made: 'ENXIO',
      afterwards: 'none',
    });
  });
});
