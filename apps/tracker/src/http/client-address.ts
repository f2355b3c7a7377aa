import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import { AssayError } from '@assay/verify';
import { addressBytes, addressText } from '../announce/address.ts';

/** Tells whether an address (4 or 16 bytes) is one of those trusted to say where a client is. */
export type Trust = (address: Uint8Array) => boolean;

/** Trust in addresses and networks, such as `10.0.0.0/8`. Throws `usage` for anything else. */
export function trustIn(networks: readonly string[]): Trust {
  if (networks.length === 0) return () => false;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits, ...rest] = network.split('/');
    const bytes = addressBytes(address);
    const most = bytes === undefined ? 0 : bytes.length * 8;
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (bytes === undefined || rest.length > 0 || !(length <= most)) {
      const details = { field: 'trusted proxies', expected: 'an address or network', actual: network };
      throw new AssayError(
        'usage',
        `trusted proxies: expected an address or network, found ${network}; give one such as 10.0.0.0/8`,
        details,
      );
    }
    list.addSubnet(addressText(bytes), length, familyOf(bytes));
  }
  return (address) => list.check(addressText(address), familyOf(address));
}

/**
 * Where a client is (4 or 16 bytes): the other end of the connection, unless that is a trusted proxy. Then its
 * `X-Forwarded-For` is read from the right up to the first address that is not trusted, or else its `X-Real-IP`.
 * Undefined when what a proxy says is no address.
 */
export function clientAddress({ socket, headers }: IncomingMessage, trusted: Trust): Uint8Array | undefined {
  const remote = addressBytes(socket.remoteAddress ?? '');
  if (remote === undefined || !trusted(remote)) return remote;
  const forwarded = headers['x-forwarded-for'];
  if (forwarded !== undefined) return firstUntrusted(String(forwarded), trusted);
  const real = headers['x-real-ip'];
  return real === undefined ? remote : addressBytes(String(real).trim());
}

function firstUntrusted(forwarded: string, trusted: Trust): Uint8Array | undefined {
  let address: Uint8Array | undefined;
  for (const hop of forwarded.split(',').reverse()) {
    address = addressBytes(hop.trim());
    if (address === undefined || !trusted(address)) return address;
  }
  return address;
}

function familyOf(address: Uint8Array): 'ipv4' | 'ipv6' {
  return address.length === 4 ? 'ipv4' : 'ipv6';
}
