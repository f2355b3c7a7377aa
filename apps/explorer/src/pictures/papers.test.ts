import {
  createAmdVendor,
  createGoogleVendor,
  createIntelVendor,
  makeExhibit,
  makeSnpExhibit,
  mintToken,
} from '@assay/simulate';
import type { Evidence, RawEndorsements } from '@assay/verify';
import { utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { expect, test } from 'vitest';
import { judge } from '../judging/judge.ts';
import { STRICT } from '../judging/settings.ts';
import { papersOf } from './papers.ts';

const now = new Date('2026-03-01T12:00:00Z');

/** Each paper with its signer. */
async function signed(evidence: Evidence, endorsements: RawEndorsements): Promise<readonly string[]> {
  const given = { name: 'evidence', bytes: evidence.evidence, kind: 'bare', evidence } as const;
  const papers = papersOf(await judge(given, { endorsements }, STRICT, now));
  return papers.map(({ title, signer }) => `${signer === undefined ? '-' : papers[signer]?.title} > ${title}`);
}
const collateralOf = (files: Readonly<Record<string, string | Uint8Array>>): RawEndorsements =>
  endorsementsFromDirectory(
    Object.fromEntries(
      Object.entries(files).map(([name, file]) => [name, typeof file === 'string' ? utf8(file) : file]),
    ),
  );

test('a quote rests on two branches under one root, documents and lists', async () => {
  const vendor = await createIntelVendor({ seed: 'papers', now });
  const { evidence, collateral } = await makeExhibit(vendor);
  expect(await signed({ evidence }, collateralOf(collateral))).toEqual([
    '- > Intel SGX Root CA',
    'Intel SGX Root CA > Intel SGX TCB Signing',
    'Intel SGX Root CA > Intel SGX PCK Platform CA',
    'Intel SGX PCK Platform CA > Intel SGX PCK Certificate',
    'Intel SGX TCB Signing > TCB info',
    'Intel SGX TCB Signing > QE identity',
    'Intel SGX Root CA > Root revocation list',
    'Intel SGX PCK Platform CA > PCK revocation list',
    'Intel SGX PCK Certificate > Quoting enclave and this quote',
  ]);
});

test('a report rests on three certificates and a list', async () => {
  const vendor = await createAmdVendor({ product: 'Milan', now });
  const { evidence, endorsements } = await makeSnpExhibit(vendor);
  expect(await signed({ evidence }, { snp: endorsements })).toEqual([
    '- > ARK-Milan',
    'ARK-Milan > SEV-Milan',
    'SEV-Milan > SEV-VCEK',
    'ARK-Milan > Revocation list',
    'SEV-VCEK > This report',
  ]);
});

test('of endorsements that nobody judged none is shown: their root could be anyone’s', async () => {
  const [amd, intel] = [await createAmdVendor({ product: 'Milan', now }), await createIntelVendor({ seed: 'x', now })];
  const { evidence, endorsements } = await makeSnpExhibit(amd);
  const { collateral } = await makeExhibit(intel);
  const papers = await signed({ evidence }, { ...collateralOf(collateral), snp: endorsements });
  expect(papers.filter((paper) => paper.startsWith('- > '))).toEqual(['- > ARK-Milan']);
});

test('a token rests on the certificates in its header, and is dated itself', async () => {
  const vendor = await createGoogleVendor({ now });
  const evidence = utf8(await mintToken(vendor, { type: 'PKI' }));
  const papers = await signed({ evidence }, {});
  expect(papers).toHaveLength(4);
  expect(papers[0]).toMatch(/^- > /);
  expect(papers[3]).toBe(`${papers[2]?.split(' > ')[1]} > This token`);
});

test('what does not parse is left out', async () => {
  const vendor = await createIntelVendor({ seed: 'papers', now });
  const { evidence } = await makeExhibit(vendor);
  const broken = utf8('broken');
  const dcap = { tcbInfo: '{', qeIdentity: '{}', tcbSignChain: broken, rootCaCrl: broken, pckCrl: broken };
  const papers = await signed({ evidence }, { dcap });
  expect(papers.at(-1)).toBe('Intel SGX PCK Certificate > Quoting enclave and this quote');
  expect(papers).toHaveLength(4);
});
