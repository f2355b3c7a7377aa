import { expect, test } from 'vitest';
import { describeWithVectors, vector, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { toHex } from '../codec/hex.ts';
import { fromCertificateChain } from '../codec/pem.ts';
import { utf8 } from '../codec/text.ts';
import { endorsementsFromDirectory } from './directory.ts';

/** The files of one case by name. */
const folder = (name: string): Record<string, Uint8Array> => {
  const paths = Object.keys(vectors).filter((path) => path.startsWith(`${name}/`));
  return Object.fromEntries(paths.map((path) => [path.slice(name.length + 1), vector(path)]));
};

test('a folder without collateral has none', () => {
  expect(endorsementsFromDirectory({})).toEqual({});
  expect(endorsementsFromDirectory({ 'quote.bin': utf8('x'), toString: utf8('x') })).toEqual({});
});

test('texts that are no UTF-8 are passed on for their own check to refuse', () => {
  const { dcap } = endorsementsFromDirectory({ 'tcbInfo.json': Uint8Array.of(0x7b, 0xff, 0x7d) });
  expect(dcap).toEqual({ tcbInfo: '{\ufffd}' });
});

test('what is missing stays missing', () => {
  expect(endorsementsFromDirectory({ 'rootCaCrl.der': utf8('x') })).toEqual({ dcap: { rootCaCrl: utf8('x') } });
});

describeWithVectors('folders of evidence', () => {
  test('of Intel have all seven members, byte for byte', () => {
    const name = 'tdx-v4-00806f050000-00b2526a';
    const { dcap, snp, confidentialSpace } = endorsementsFromDirectory(folder(name));
    expect({ snp, confidentialSpace }).toEqual({});
    expect(dcap?.tcbInfo).toBe(vectorText(`${name}/tcbInfo.json`));
    expect(dcap?.qeIdentity).toBe(vectorText(`${name}/qeIdentity.json`));
    for (const file of ['tcbSignChain.pem', 'pckCrlIssuerChain.pem', 'rootCaCrl.der', 'pckCrl.der'] as const) {
      const member = dcap?.[file.slice(0, -4) as 'tcbSignChain'];
      expect(member && toHex(member)).toBe(toHex(vector(`${name}/${file}`)));
    }
    expect(dcap?.pckCertChain).toBeUndefined();
  });

  test.each(['synth-intel-qvs-sgx-v4', 'synth-intel-sgx-v3-certtype1', 'synth-intel-tdx-v4-dercerts'])(
    'of Intel’s own samples have their own names: %s',
    (name) => {
      const { dcap } = endorsementsFromDirectory(folder(name));
      expect(dcap?.pckCrl).toEqual(vector(`${name}/intermediateCaCrl.der`));
      expect(dcap?.pckCrlIssuerChain).toEqual(vector(`${name}/pckSignChain.pem`));
      expect(dcap?.pckCertChain && fromCertificateChain(dcap.pckCertChain)).toHaveLength(3);
      expect(Object.values(dcap ?? {})).toHaveLength(7);
    },
  );

  test.each([
    ['snp-v3-milan-vcek-05b7438a', 'vcek.der'],
    ['snp-v3-milan-vlek-decdab94', 'vlek.der'],
  ])('of AMD name the signing key: %s', (name, file) => {
    const { snp, dcap } = endorsementsFromDirectory(folder(name));
    expect(dcap).toBeUndefined();
    expect(snp?.vek).toEqual(vector(`${name}/${file}`));
    expect(snp?.crl).toEqual(vector(`${name}/arkCrl.der`));
    expect(Object.keys(snp ?? {})).toEqual(['vek', 'ask', 'ark', 'crl']);
  });
});
