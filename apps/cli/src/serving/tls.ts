import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import type { AttesterConfig, ServeOptions } from '@assay/server';
import type { ClaimedKey } from '@assay/verify';
import { usage } from '../failure.ts';
import { readText } from '../files.ts';
import type { Io } from '../io.ts';

/** What a service shows its peers in TLS. */
export interface TlsIdentity {
  readonly tls: NonNullable<ServeOptions['tls']>;
  /** The key that statements name, so that evidence speaks of this connection. */
  readonly key: ClaimedKey;
}

/** The key and certificate of a configuration, if it has any. Throws `usage` unless they belong together. */
export async function tlsOf({ tlsKey, tlsCertificate }: AttesterConfig, io: Io): Promise<TlsIdentity | undefined> {
  if (tlsKey === undefined || tlsCertificate === undefined) return undefined;
  const certificate = await readText(tlsCertificate, io, '--tls-certificate');
  const leaf = parsed('--tls-certificate', 'a certificate, PEM', () => new X509Certificate(certificate));
  const key = parsed('--tls-key-file', 'a private key without password, PEM', () => createPrivateKey(tlsKey));
  if (!leaf.checkPrivateKey(key))
    throw usage('--tls-certificate: it is for another key than that of --tls-key-file', '--tls-certificate');
  return { tls: { key: tlsKey, certificate }, key: tlsKeyOf(leaf) };
}

function tlsKeyOf({ publicKey }: X509Certificate): ClaimedKey {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { use: 'tls', spkiSha256: createHash('sha256').update(spki).digest('hex') };
}

/** What a library says may repeat what it read. */
function parsed<T>(field: string, expected: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw usage(`${field}: expected ${expected}`, field);
  }
}
