import { authenticate, fromPem, type Verdict } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { expect, test } from 'vitest';
import { type Exhibit, makeExhibit } from './exhibit.ts';
import { createImpostor, createIntelVendor, reissueAuthority } from './vendor.ts';

// Intel re-issues its TCB signing certificate: TCB info and QE identity may come with different ones.
const vendor = await createIntelVendor({ seed: 'two signers', now: new Date('2026-03-01T12:00:00Z') });
const exhibit = await makeExhibit(vendor);

function judge(chain: string | undefined, { evidence, collateral, rootPem, now }: Exhibit = exhibit): Promise<Verdict> {
  const files = Object.entries({ ...collateral, ...(chain !== undefined && { 'qeIdentitySignChain.pem': chain }) });
  const bytes = files.map(([name, file]) => [name, new Uint8Array(Buffer.from(file))] as const);
  const endorsements = endorsementsFromDirectory(Object.fromEntries(bytes));
  return authenticate(evidence, {
    tees: [sgx],
    now,
    endorsements,
    roots: fromPem(rootPem, 'CERTIFICATE'),
    allowSimulated: true,
  });
}

const failing = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

const chainOf = async (of: typeof vendor): Promise<string> =>
  (await makeExhibit(of)).collateral['tcbSignChain.pem'] ?? '';

test('a QE identity under a re-issued signing certificate is authentic', async () => {
  const reissued = await reissueAuthority(vendor, 'tcbSigning', {
    fields: { notAfter: new Date('2029-01-01T00:00:00Z') },
  });
  const verdict = await judge(await chainOf(reissued));
  expect(failing(verdict)).toEqual([]);
  expect(verdict.layers.authentic).toBe('pass');
  expect(verdict.validity?.notAfter).toBe((await judge(undefined)).validity?.notAfter);
  // The second certificate is looked for on the revocation list, too.
  expect(verdict.checks.filter(({ id }) => id === 'dcap.tcb-signer.revoked')).toHaveLength(2);
});

test('a signing chain of somebody else for the QE identity is refused', async () => {
  const verdict = await judge(await chainOf(await createImpostor(vendor)));
  expect(verdict.layers.authentic).toBe('fail');
  expect(failing(verdict)).toEqual(['dcap.tcb-signer.trusted']);
});

test.each([
  ['pckCrlIssuerChain.pem', 'dcap.pck-ca.trusted'],
  ['tcbSignChain.pem', 'dcap.tcb-signer.trusted'],
] as const)("somebody else's %s is refused by its own check, and casts no doubt on the other", async (name, check) => {
  const { collateral } = await makeExhibit(await createImpostor(vendor));
  const verdict = await judge(undefined, {
    ...exhibit,
    collateral: { ...exhibit.collateral, [name]: collateral[name] },
  });
  expect(failing(verdict).filter((id) => /\.(trusted|signature)$/.test(id))).toEqual([check]);
  expect(verdict.layers.authentic).toBe('fail');
});

test('a signing chain that does not parse is refused', async () => {
  expect(failing(await judge('no chain'))).toEqual(['dcap.tcb-signer.present']);
});
