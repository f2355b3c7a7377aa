import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIntelVendor, makeExhibit } from '@assay/simulate';
import { fromPem, type RawEndorsements } from '@assay/verify';
import { vectorsFolder } from '../tools/vectors.ts';

/** One quote with its collateral, in both verifiers' reach. */
export interface Sample {
  readonly name: string;
  readonly quote: Uint8Array;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly endorsements: RawEndorsements;
  readonly now: Date;
  /** DER of the root when it is not Intel's. */
  readonly root: Uint8Array | undefined;
}

const REAL = ['sgx-v3-00a067110000-proc-f8b81014', 'tdx-v4-00806f050000-3bffae89'] as const;

/** An SGX v3 and a TDX v4 quote: real ones where the evidence folder is there, else the test vendor's. */
export async function samples(): Promise<readonly Sample[]> {
  const folder = vectorsFolder();
  return folder === undefined
    ? [await simulated('sgx', 3), await simulated('td10', 4)]
    : REAL.map((name) => real(folder, name));
}

const FILES = [
  'tcbInfo.json',
  'qeIdentity.json',
  'tcbSignChain.pem',
  'rootCaCrl.der',
  'pckCrl.der',
  'pckCrlIssuerChain.pem',
];

function real(folder: string, name: string): Sample {
  const read = (file: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name, file)));
  const files = Object.fromEntries(FILES.map((file) => [file, read(file)]));
  const { expected } = JSON.parse(readFileSync(join(folder, name, 'meta.json'), 'utf8')) as {
    expected: { time: number };
  };
  const now = new Date(expected.time * 1000);
  return {
    name: name.slice(0, 6),
    quote: read('quote.bin'),
    files,
    endorsements: endorsementsOf(files),
    now,
    root: undefined,
  };
}

async function simulated(body: 'sgx' | 'td10', version: 3 | 4): Promise<Sample> {
  const now = new Date('2026-03-01T12:00:00Z');
  const vendor = await createIntelVendor({ seed: 'bench', now });
  const { evidence, collateral, rootPem } = await makeExhibit(vendor, { quote: { body, version } });
  const bytes = (file: string | Uint8Array): Uint8Array =>
    typeof file === 'string' ? new TextEncoder().encode(file) : file;
  const files = Object.fromEntries(Object.entries(collateral).map(([name, file]) => [name, bytes(file)]));
  const name = body === 'sgx' ? 'sgx-v3' : 'tdx-v4';
  return {
    name,
    quote: evidence,
    files,
    endorsements: endorsementsOf(files),
    now,
    root: fromPem(rootPem, 'CERTIFICATE')[0],
  };
}

function endorsementsOf(files: Sample['files']): RawEndorsements {
  const text = (name: string): string => new TextDecoder().decode(files[name]);
  return {
    dcap: {
      tcbInfo: text('tcbInfo.json'),
      qeIdentity: text('qeIdentity.json'),
      tcbSignChain: files['tcbSignChain.pem'],
      rootCaCrl: files['rootCaCrl.der'],
      pckCrl: files['pckCrl.der'],
      pckCrlIssuerChain: files['pckCrlIssuerChain.pem'],
    },
  };
}
