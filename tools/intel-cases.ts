import { fromPem } from '../packages/verify/src/codec/pem.ts';
import type { DcapCollateral } from '../packages/verify/src/endorsements/raw.ts';
import { vector, vectors, vectorText } from './vectors-in-tests.ts';

/** What the description of a case says of it. */
export interface IntelMeta {
  readonly quote: {
    readonly debug: boolean;
    readonly certType: number;
    readonly reportData: string;
    readonly pck?: { readonly fmspc: string; readonly ppid: string };
  };
  /** Offset and length of each part of the quote. */
  readonly regions?: Readonly<Record<string, readonly [offset: number, length: number]>>;
  readonly expected: {
    /** Unix seconds. */
    readonly time?: number;
    readonly status?: string;
    readonly verdict?: string;
    readonly detail?: IntelDetail;
  };
  readonly collateral?: { readonly complete: boolean };
}

/** The status in parts. */
export interface IntelDetail {
  readonly platform?: string;
  readonly module?: string;
  readonly qe?: string;
  readonly tcbDate?: string;
  readonly platformDate?: string;
  readonly moduleDate?: string;
  readonly qeDate?: string;
  readonly advisories?: readonly string[];
}

/** A quote with its collateral. */
export interface IntelCase {
  readonly name: string;
  readonly quote: Uint8Array;
  readonly collateral: DcapCollateral;
  /** DER of the root of a case that has its own. */
  readonly roots: readonly Uint8Array[];
  /** Unix seconds. */
  readonly time: number;
  readonly meta: IntelMeta;
}

/** Names of the cases that a pattern matches, in order. */
export function intelCaseNames(pattern: RegExp): readonly string[] {
  return Object.keys(vectors).flatMap((path) => {
    const name = /^([^/]+)\/quote\.bin$/.exec(path)?.[1];
    return name !== undefined && pattern.test(name) ? [name] : [];
  });
}

/** Reads one case; Intel's own samples name some files otherwise. */
export function intelCase(name: string): IntelCase {
  const meta = JSON.parse(vectorText(`${name}/meta.json`)) as IntelMeta;
  const has = (file: string): boolean => vectors[`${name}/${file}`] !== undefined;
  const bytes = (...files: readonly string[]): Uint8Array | undefined => {
    const file = files.find(has);
    return file === undefined ? undefined : vector(`${name}/${file}`);
  };
  const text = (file: string): string | undefined => (has(file) ? vectorText(`${name}/${file}`) : undefined);
  const root = text('trustedRootCaCert.pem');
  return {
    name,
    quote: vector(`${name}/quote.bin`),
    collateral: {
      tcbInfo: text('tcbInfo.json'),
      qeIdentity: text('qeIdentity.json'),
      tcbSignChain: bytes('tcbSignChain.pem'),
      rootCaCrl: bytes('rootCaCrl.der'),
      pckCrl: bytes('pckCrl.der', 'intermediateCaCrl.der'),
      pckCrlIssuerChain: bytes('pckCrlIssuerChain.pem', 'pckSignChain.pem'),
      pckCertChain: has('pckCert.pem')
        ? new TextEncoder().encode(`${text('pckCert.pem')}${text('pckSignChain.pem')}`)
        : undefined,
    },
    roots: root === undefined ? [] : fromPem(root, 'CERTIFICATE'),
    time: meta.expected.time ?? Date.UTC(2026, 0, 1) / 1000,
    meta,
  };
}
