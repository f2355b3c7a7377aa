import { createHmac, timingSafeEqual } from 'node:crypto';

/** Gives out connection ids (BEP 15), and knows them again without keeping any. */
export interface ConnectionIds {
  /** 8 bytes for an address (4 or 16 bytes). */
  issue(address: Uint8Array): Uint8Array;
  /** True for an id that this address was given in this window or the one before. */
  proves(address: Uint8Array, id: Uint8Array): boolean;
}

/**
 * Ids are a MAC over window and address: whoever knows one receives what is sent to that address. `secret` is random
 * and of at least 32 bytes.
 */
export function createConnectionIds(secret: Uint8Array, clock: () => Date, windowSeconds: number): ConnectionIds {
  const mac = (address: Uint8Array, window: number): Buffer =>
    createHmac('sha256', secret).update(`${window} `).update(address).digest().subarray(0, 8);
  const window = (): number => Math.floor(clock().getTime() / 1000 / windowSeconds);
  return {
    issue: (address) => mac(address, window()),
    proves: (address, id) =>
      timingSafeEqual(mac(address, window()), id) || timingSafeEqual(mac(address, window() - 1), id),
  };
}
