import { toHex } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import { away, collateralStage, type Vendor } from '../../../../tools/collateral-in-tests.ts';
import { describeWithVectors, vector, vectorText } from '../../../../tools/vectors-in-tests.ts';

/** Where a report has the chip's id (AMD 56860 section 7.3). */
const CHIP_ID = 0x1a0;

/** Intel's service, as it was when somebody fetched a folder of collateral. */
function intelOf(folder: string): Vendor {
  const header = (name: string, file: string): Readonly<Record<string, string>> => ({
    [name]: encodeURIComponent(vectorText(`${folder}/${file}`)),
  });
  const answers: readonly (readonly [path: string, file: string, headers: Readonly<Record<string, string>>])[] = [
    ['/v4/tcb', 'tcbInfo.json', header('TCB-Info-Issuer-Chain', 'tcbSignChain.pem')],
    ['/v4/qe/identity', 'qeIdentity.json', header('SGX-Enclave-Identity-Issuer-Chain', 'tcbSignChain.pem')],
    ['/v4/pckcrl', 'pckCrl.der', header('SGX-PCK-CRL-Issuer-Chain', 'pckCrlIssuerChain.pem')],
    ['/v4/rootcacrl', 'rootCaCrl.der', {}],
  ];
  return async (request) => {
    const found = answers.find(([path]) => new URL(request.url).pathname.endsWith(path));
    if (found === undefined) return new Response(null, { status: 404 });
    return new Response(vector(`${folder}/${found[1]}`), { headers: found[2] });
  };
}

describeWithVectors("real documents, under the vendors' own roots", () => {
  describe.each([
    ['tdx-v5-90c06f000000-d0010db6', 'platform', '2025-06-10T00:00:00Z'],
    ['tdx-v5-00806f050000-67adfc4a', 'platform', '2026-06-15T00:00:00Z'],
    ['sgx-v3-00906ed50000-proc-0b5bc73c', 'processor', '2025-06-10T00:00:00Z'],
  ] as const)('of %s', (folder, ca, at) => {
    const [tee = '', , fmspc = ''] = folder.split('-');
    const paths = [
      `/${tee}/certification/v4/tcb?fmspc=${fmspc}`,
      `/${tee}/certification/v4/qe/identity`,
      `/sgx/certification/v4/pckcrl?ca=${ca}&encoding=der`,
      '/sgx/certification/v4/rootcacrl',
    ];

    test('are kept, and served as they came', async () => {
      const stage = await collateralStage(new Date(at), { intel: intelOf(folder), amd: away }, []);
      const { app } = await stage.start();
      const statuses = [];
      for (const path of paths) statuses.push((await app.request(path)).status);
      expect(statuses).toEqual([200, 200, 200, 200]);
      const body = await (await app.request(paths[0] ?? '')).bytes();
      expect(Buffer.compare(body, vector(`${folder}/tcbInfo.json`))).toBe(0);
    });

    test('are refused once they have expired', async () => {
      const later = new Date(Date.parse(at) + 90 * 86_400_000);
      const stage = await collateralStage(later, { intel: intelOf(folder), amd: away }, []);
      const { app } = await stage.start();
      expect(await (await app.request(paths[0] ?? '')).json()).toMatchObject({
        status: 502,
        code: 'collateral_refused',
      });
      expect(stage.events.at(-1)).toMatchObject({ event: 'refused', reason: 'not-valid-now' });
    });
  });

  test.each([
    ['snp-v5-milan-vcek-702065e3', 'Milan', '2026-02-01T00:00:00Z'],
    ['snp-v5-genoa-vcek-6d1ceffa', 'Genoa', '2025-10-01T00:00:00Z'],
  ])("AMD's of %s are kept", async (folder, line, at) => {
    const pem = (file: string): string =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(vector(`${folder}/${file}`)).toString('base64')}\n-----END CERTIFICATE-----\n`;
    const amd: Vendor = async (request) => {
      if (request.url.endsWith('/cert_chain')) return new Response(pem('ask.der') + pem('ark.der'));
      return new Response(vector(`${folder}/${request.url.endsWith('/crl') ? 'arkCrl.der' : 'vcek.der'}`));
    };
    const stage = await collateralStage(new Date(at), { intel: away, amd }, []);
    const { app } = await stage.start();
    const chip = toHex(vector(`${folder}/report.bin`).subarray(CHIP_ID, CHIP_ID + 64));
    const answer = await app.request(`/vcek/v1/${line}/${chip}`);
    expect([answer.status, stage.events.map(({ event }) => event)]).toEqual([200, ['fetched', 'fetched', 'fetched']]);
    expect(Buffer.compare(await answer.bytes(), vector(`${folder}/vcek.der`))).toBe(0);
  });
});
