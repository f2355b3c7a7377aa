import {
  createGoogleVendor,
  createIssuer,
  createLauncher,
  eachDay,
  launcherLimits,
  reissueCertificate,
} from '@assay/simulate';
import { keepTokenFile, TOKEN_FILE } from '@assay/simulate/node';
import { type Ground, messageOf } from './ground.ts';
import { type Part, part } from './part.ts';
import { policyText } from './policy.ts';

/** Google's: requests a second, of one project in one region. */
const QUOTA = { requests: 5, seconds: 1 };
/** Digest of the image that simulated tokens name. */
const IMAGE_DIGEST = `sha256:${'5a'.repeat(32)}`;
const AUDIENCE = 'https://verifier.example';

/** Starts the issuer of tokens, and the launcher of a workload on Confidential Space: its socket and its token file. */
export async function startGoogle(ground: Ground, report: (message: string) => void): Promise<Part> {
  const { clock, seed } = ground;
  const door = await ground.reserve(3);
  const vendor = await createGoogleVendor({
    now: clock(),
    issuer: door.address,
    ...(seed !== undefined && { seed }),
  });
  // Leaves live for sixty days; keys and trust anchor stay.
  const renewed = eachDay((now) => reissueCertificate({ ...vendor, now }, 'leaf', {}), clock);
  let current = vendor;
  const ask = createLauncher(() => current, { clock, quota: QUOTA });
  const launcher = async (request: Request): Promise<Response> => {
    current = await renewed();
    return ask(request);
  };
  door.open(createIssuer(vendor));
  const root = await ground.write('roots/google.pem', vendor.rootPem);
  await ground.write('google/jwks.json', vendor.jwks);
  // As the launcher of 2026 has it: any user of the workload may connect.
  const { address: socket } = await ground.serve(
    launcher,
    { socket: ground.path('teeserver.sock'), mode: 0o777 },
    launcherLimits,
  );
  // Empty at first: a file of somebody is not replaced.
  await ground.write(TOKEN_FILE, '');
  const onError = (error: unknown): void => report(`the token file was not refreshed: ${messageOf(error)}`);
  const file = await keepTokenFile(launcher, { directory: ground.directory, clock, onError });
  ground.later(file.close);
  const binding = { audience: AUDIENCE };
  const policy = await ground.write(
    'policies/google.yaml',
    policyText('workload', { imageDigest: IMAGE_DIGEST }, binding),
  );
  const collateral = { directory: ground.path('google') };
  return part({
    services: [
      { name: 'Google issuer', at: door.address },
      { name: 'Confidential Space launcher', at: socket },
      { name: 'default token', at: file.path },
    ],
    // What it signs opens no door: existing clients find the token where they look for it.
    environment: { ASSAY_CONFIDENTIAL_SPACE_SOCKET: socket, ASSAY_PUBLIC_TOKEN: 'true' },
    trials: [{ name: 'google', from: 'confidential-space', audience: AUDIENCE, collateral, root, policy }],
  });
}
