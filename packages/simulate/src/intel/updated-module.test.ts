import { fromPem, type Verdict, verify } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { tdx } from '@assay/verify/tdx';
import { expect, test } from 'vitest';
import { makeExhibit } from './exhibit.ts';
import { TDX_MODULE_IDENTITY } from './tcb-info.ts';
import { type TcbStatus, TEE_TCB_SVN } from './tcb-level.ts';
import { createIntelVendor } from './vendor.ts';

// Intel's status of a TD is that of its launch unless a relaunch would help: it does not tell of a revoked module below.
const vendor = await createIntelVendor({ seed: 'updated module', now: new Date('2026-03-01T12:00:00Z') });
const svns = (svn: number, version: number): Uint8Array => Uint8Array.from(TEE_TCB_SVN.with(0, svn).with(1, version));

/** A TD launched on version 1 of the module, `launched` its SVN; version 3, at the status, runs now. */
async function judge(body: 'td15' | 'td15ex', launched: number, status: TcbStatus): Promise<Verdict> {
  const levels = [{ isvSvn: 2, date: '2024-11-13', status }] as const;
  const { evidence, collateral, rootPem, now } = await makeExhibit(vendor, {
    quote: { body, report: { teeTcbSvn: svns(launched, 1), teeTcbSvn2: svns(2, 3) } },
    collateral: {
      tcbInfo: { tdxModuleIdentities: [TDX_MODULE_IDENTITY, { ...TDX_MODULE_IDENTITY, id: 'TDX_03', levels }] },
    },
  });
  const files = Object.entries(collateral).map(([name, file]) => [name, new Uint8Array(Buffer.from(file))] as const);
  return verify(evidence, {
    tees: [tdx],
    now,
    endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
    roots: fromPem(rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    policy: { identity: 'any', freshness: 'any', binding: 'any', tcb: { accept: ['OutOfDate'] } },
  });
}

test.each([
  ['td15', 7, 'UpToDate'],
  ['td15ex', 7, 'UpToDate'],
  ['td15', 4, 'OutOfDate'],
] as const)('a TD (%s, module SVN %i) on a module revoked since is refused', async (body, launched, status) => {
  const verdict = await judge(body, launched, 'Revoked');
  expect(verdict.tcb?.status).toBe(status);
  expect(verdict.layers).toMatchObject({ authentic: 'pass', platform: 'fail' });
  const failing = verdict.checks.filter(({ outcome }) => outcome === 'fail');
  expect(failing).toMatchObject([{ id: 'tcb.status', actual: 'Revoked', intelStatus: 'STATUS_TCB_REVOKED' }]);
});

test('a TD on a module that is no worse than that of its launch is not', async () => {
  expect((await judge('td15', 7, 'UpToDate')).trusted).toBe(true);
  expect((await judge('td15', 7, 'OutOfDate')).trusted).toBe(true);
});
