import { createAmdVendor, createKdsService, createSoftwareGuest, eachDay, issueVek } from '@assay/simulate';
import { createSoftwareTsm } from '@assay/simulate/node';
import type { Ground } from './ground.ts';
import { mounted } from './mounted.ts';
import { type Part, part } from './part.ts';
import { measurementsOf, policyText } from './policy.ts';

/** Starts AMD's key distribution service for one line, and a guest whose configfs-TSM has the provider `sev_guest`. */
export async function startAmd(ground: Ground): Promise<Part> {
  const { clock, seed } = ground;
  const door = await ground.reserve(2);
  const vendor = await createAmdVendor({
    product: 'Genoa',
    now: clock(),
    baseUrl: door.address,
    ...(seed !== undefined && { seed }),
  });
  const vek = await issueVek(vendor);
  const service = eachDay((now) => createKdsService({ vendors: [{ ...vendor, now }], chips: [vek], clock }), clock);
  door.open(async (request) => (await service())(request));
  const root = await ground.write('roots/amd.pem', vendor.rootPem);
  const services = [{ name: 'AMD KDS, Genoa', at: door.address }];

  const guest = createSoftwareGuest(vek);
  const { ask, ark } = vendor.authorities;
  const certificates = { vcek: vek.certificate, ask: ask.certificate, ark: ark.certificate };
  const name = 'configfs-TSM of an SEV-SNP guest';
  const tsm = await mounted(ground, { name, folder: 'tsm-amd', root: createSoftwareTsm(guest, { certificates }).root });
  if (tsm.path === undefined) return part({ services, absent: tsm.absent });
  const measurements = await measurementsOf(guest, ['measurement']);
  const policy = await ground.write('policies/snp.yaml', policyText('SEV-SNP guest', measurements));
  const trial = { name: 'snp', from: 'tsm', collateral: { service: door.address }, root, policy } as const;
  const environment = { ASSAY_TSM_PATH: tsm.path };
  return part({
    services: [...services, { name, at: tsm.path }],
    environment,
    trials: [{ ...trial, environment }],
  });
}
