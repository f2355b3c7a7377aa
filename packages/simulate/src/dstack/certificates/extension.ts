import { utf8ToBytes } from '@noble/hashes/utils.js';
import { bitString, contextTag, objectIdentifier, octetString, sequence } from '../../der.ts';
import type { Extension } from '../../intel/extension.ts';
import { RpcError } from '../rpc-error.ts';
import { addressBytes } from './address.ts';

/** dstack's own extensions, all under 1.3.6.1.4.1.62397.1. */
export const DSTACK_EXTENSION = {
  /** TDX quote (agents before versioned attestations). */
  quote: '1.3.6.1.4.1.62397.1.1',
  /** Event log, JSON, beside such a quote. */
  eventLog: '1.3.6.1.4.1.62397.1.2',
  appId: '1.3.6.1.4.1.62397.1.3',
  /** What the KMS issued the certificate for: `app:custom`, `app:ca`. */
  usage: '1.3.6.1.4.1.62397.1.4',
  attestation: '1.3.6.1.4.1.62397.1.8',
  appInfo: '1.3.6.1.4.1.62397.1.9',
} as const;

/** Key usages as dstack sets them. */
export const DSTACK_KEY_USAGE = {
  /** digitalSignature. */
  leaf: bitString(Uint8Array.of(0x80), 7),
  /** digitalSignature, keyCertSign, cRLSign. */
  authority: bitString(Uint8Array.of(0x86), 1),
} as const;

/** One of dstack's own extensions: its content is wrapped in an OCTET STRING of its own. */
export function dstackExtension(id: string, content: Uint8Array): Extension {
  return { id, critical: false, value: octetString(content) };
}

/** Extended key usage for TLS; undefined when the certificate is for neither side. */
export function tlsUsage(server: boolean, client: boolean): Extension | undefined {
  if (!server && !client) return undefined;
  const purposes = [...(server ? ['1.3.6.1.5.5.7.3.1'] : []), ...(client ? ['1.3.6.1.5.5.7.3.2'] : [])];
  return { id: '2.5.29.37', critical: false, value: sequence(...purposes.map(objectIdentifier)) };
}

const MAX_NAMES = 1000;

/** Subject alternative names: addresses as such, all else as DNS names. Throws `RpcError` for names that cannot be. */
export function alternativeNames(names: readonly string[]): Extension | undefined {
  if (names.length === 0) return undefined;
  if (names.length > MAX_NAMES) throw new RpcError(`alt_names: at most ${MAX_NAMES}, found ${names.length}`);
  const value = sequence(
    ...names.map((name) => {
      const address = addressBytes(name);
      if (address) return contextTag(7, address, { constructed: false });
      if (!/^[\x20-\x7e]*$/.test(name)) throw new RpcError('alt_names: expected DNS names in ASCII or IP addresses');
      return contextTag(2, utf8ToBytes(name), { constructed: false });
    }),
  );
  return { id: '2.5.29.17', critical: false, value };
}
