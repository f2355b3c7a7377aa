import { createGuestAgent } from '@assay/simulate';
import { toHex } from '@assay/verify/codec';
import { usage } from '../failure.ts';
import { type Ground, messageOf } from './ground.ts';
import type { Intel } from './intel.ts';
import { type Part, part } from './part.ts';
import { policyText } from './policy.ts';

/** What a guest of dstack boots. */
export interface DstackWish {
  /** Bytes of app-compose.json. */
  readonly appCompose: Uint8Array | undefined;
  readonly version: string | undefined;
}

/** Boots a guest of dstack: one agent, on a port and on the two sockets that workloads know. */
export async function startDstack(
  ground: Ground,
  { vendor, pck, service, root }: Intel,
  wish: DstackWish,
): Promise<Part> {
  const { appCompose, version } = wish;
  const agent = await createGuestAgent(vendor, {
    pck,
    clock: ground.clock,
    ...(appCompose && { appCompose }),
    ...(version !== undefined && { version }),
  }).catch((error: unknown) => {
    throw usage(messageOf(error), /version/.test(messageOf(error)) ? '--dstack-version' : '--app-compose');
  });
  const limits = { maxBody: agent.maxBody, tooLarge: agent.tooLarge };
  const { address } = await ground.serve(agent.handler, { port: ground.port(0) }, limits);
  const sockets = [];
  for (const name of ['dstack.sock', 'tappd.sock'] as const) {
    const listener = await ground.serve(agent.handler, { socket: ground.path(name), mode: 0o777 }, limits);
    sockets.push({ name, at: listener.address });
  }
  await ground.write('roots/dstack-kms.pem', agent.kms.rootCaPem);
  await ground.write('roots/dstack-kms-k256.hex', `${toHex(agent.kms.k256RootPublicKey)}\n`);
  // Firmware and kernel measure the app: without them anything could say that it runs this one.
  const { mrSystem, composeHash } = agent.appInfo();
  const measurements = { mrSystem: toHex(mrSystem), composeHash: toHex(composeHash) };
  const policy = await ground.write('policies/dstack.yaml', policyText('dstack app', measurements));
  return part({
    services: [{ name: `dstack guest agent ${agent.version}`, at: address }, ...sockets],
    environment: { DSTACK_SIMULATOR_ENDPOINT: address, TAPPD_SIMULATOR_ENDPOINT: address },
    trials: [{ name: 'dstack', from: 'dstack', collateral: { service }, root, policy }],
  });
}
