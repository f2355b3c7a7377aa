import { Buffer } from 'node:buffer';
import { buildQuote, createPcsService, issuePck } from '@assay/simulate';
import { fromPem, verify } from '@assay/verify';
import { parseEndorsements } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { getCollateral, QuoteVerifier } from '@phala/dcap-qvl';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { away, type IntelScene, intelScene, NOW, type Vendor } from '../../../../tools/collateral-in-tests.ts';
import { serveApp } from '../service/serve-app.ts';

let scene: IntelScene;
beforeAll(async () => {
  scene = await intelScene();
});

/** The service's address, with a vendor behind it. */
async function origin(vendor: Vendor): Promise<string> {
  const stage = await scene.staged();
  stage.vendors.intel = vendor;
  const { app } = await stage.start();
  const served = await serveApp(app, { place: { host: '127.0.0.1', port: 0 }, log: { write: () => undefined } });
  onTestFinished(() => served.close());
  return served.address;
}

describe("Phala's dcap-qvl, pointed at the service", () => {
  describe.each(['pcs', 'pccs'] as const)('with a %s behind it', (kind) => {
    test.each([
      ['sgx', 'processor', ''],
      ['sgx', 'platform', ''],
      ['td10', 'platform', ''],
      ['td15', 'platform', '/tdx/certification/v4/'],
    ] as const)('fetches what verifies a quote of %s, certified by the %s authority', async (body, ca, path) => {
      const pck = await issuePck(scene.vendor, { ca });
      const at = await origin(createPcsService(scene.vendor, { kind, platforms: [{ pck }] }));
      const { bytes } = await buildQuote(scene.vendor, pck, { body });
      const collateral = await getCollateral(`${at}${path}`, Buffer.from(bytes));
      const root = scene.vendor.authorities.root.certificate.der;
      const theirs = QuoteVerifier.newWithRootCa(Buffer.from(root));
      expect(theirs.verify(Buffer.from(bytes), collateral, NOW.getTime() / 1000).status).toBe('UpToDate');
      const ours = await verify(bytes, {
        tees: [sgx, tdx],
        endorsements: parseEndorsements(Buffer.from(JSON.stringify(collateral))),
        now: NOW,
        roots: fromPem(scene.vendor.rootPem, 'CERTIFICATE'),
        allowSimulated: true,
        policy: { identity: 'any', freshness: 'any', binding: 'any' },
      });
      // dcap-qvl 0.3.9 asks for the processor authority's list whatever the quote, and takes it for the right one.
      const failed = ours.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
      expect(failed).toEqual(ca === 'processor' ? [] : ['dcap.pck.crl-issuer']);
    });
  });

  test('is told that nothing is there', async () => {
    const { bytes } = await buildQuote(scene.vendor, scene.pck, { body: 'td10' });
    await expect(getCollateral(await origin(away), Buffer.from(bytes))).rejects.toThrow('503');
  });
});
