import type { Attester } from '@assay/attest';
import { type AttesterConfig, checkGivenCertificate, startRaTls, type TlsOptions } from '@assay/server';
import type { ClaimedKey } from '@assay/verify';
import { readText } from '../files.ts';
import type { Io } from '../io.ts';

/** What a service shows its peers in TLS. */
export interface TlsIdentity {
  readonly tls: TlsOptions;
  /** The certificate of now with its chain, PEM. */
  readonly certificate: () => string;
  /** Keys that statements name, so that evidence speaks of this connection. */
  readonly keys: () => readonly ClaimedKey[];
  /** Ends renewal. */
  readonly close: () => void;
}

/** Who makes evidence of a self-made certificate, and for which names. */
export interface TlsSurroundings {
  readonly attester: Attester;
  readonly names: readonly string[];
  readonly report: (message: string) => void;
}

/**
 * The certificate that is given, or a self-made one; undefined for neither. Throws `usage` for a key and certificate that
 * cannot be served, and what the attester throws.
 */
export async function tlsOf(
  { tls, tlsKey, tlsCertificate }: AttesterConfig,
  io: Io,
  { attester, names, report }: TlsSurroundings,
): Promise<TlsIdentity | undefined> {
  if (tlsKey !== undefined && tlsCertificate !== undefined) {
    const certificate = await readText(tlsCertificate, io, '--tls-certificate');
    const { spkiSha256 } = checkGivenCertificate({ tlsKey, tlsCertificate: certificate }, io.now());
    const keys = [{ use: 'tls', spkiSha256 }];
    return {
      tls: { key: tlsKey, certificate },
      certificate: () => certificate,
      keys: () => keys,
      close: () => undefined,
    };
  }
  if (tls === undefined) return undefined;
  const onFailure = (error: unknown): void =>
    report(`the certificate was not renewed: ${error instanceof Error ? error.message : String(error)}`);
  const made = await startRaTls({ attester, clock: io.now, names, onFailure });
  return {
    tls: { ...made.current(), renewals: made.renewals },
    certificate: () => made.current().certificate,
    keys: made.keys,
    close: () => made[Symbol.dispose](),
  };
}
