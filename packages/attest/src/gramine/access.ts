import type { AssayError } from '@assay/verify';
import { systemCode, unavailable } from '../failure.ts';
import type { PseudoFiles } from './pseudo-files.ts';

/** Reads a pseudo-file whole. Throws `unavailable` when it cannot be read, or is longer than `maxBytes`. */
export async function readWhole(files: PseudoFiles, name: string, maxBytes: number): Promise<Uint8Array> {
  const bytes = await files.read(name, maxBytes + 1).catch((error: unknown) => {
    throw explained(error, files, name);
  });
  if (bytes.length <= maxBytes) return bytes;
  throw unavailable(`${files.path}/${name}: more than ${maxBytes} bytes`, 'see what is mounted there');
}

/** Writes a pseudo-file. Throws `unavailable` when it cannot be written. */
export async function writeWhole(files: PseudoFiles, name: string, bytes: Uint8Array): Promise<void> {
  await files.write(name, bytes).catch((error: unknown) => {
    throw explained(error, files, name);
  });
}

/** The longest name of a type; others are longer than any that Gramine has. */
const MAX_TYPE = 64;

/** How the enclave attests itself, in Gramine's word. Throws `unavailable` where there is no enclave of Gramine's. */
export async function attestationType(files: PseudoFiles): Promise<string> {
  const bytes = await readWhole(files, 'attestation_type', MAX_TYPE);
  const type = Buffer.from(bytes).toString('latin1').trim();
  if (/^[\w-]*$/.test(type)) return type;
  throw unavailable(`${files.path}/attestation_type: expected a word, found ${bytes.length} other bytes`, NO_ENCLAVE);
}

/** Throws `unavailable` unless quotes are made by Intel's DCAP: other types are named, with what to do. */
export function requireDcap(files: PseudoFiles, type: string): void {
  if (type === 'dcap') return;
  const remedy = 'set `sgx.remote_attestation = "dcap"` in the manifest and sign the enclave anew';
  const why = Object.hasOwn(OTHERS, type) ? OTHERS[type] : 'which is unknown here';
  throw unavailable(`${files.path}/attestation_type: expected "dcap", found ${JSON.stringify(type)}, ${why}`, remedy);
}

const OTHERS: Readonly<Record<string, string>> = {
  none: 'so this enclave has no quotes',
  epid: 'whose service Intel has ended',
};

/** Gramine says EACCES whatever went wrong behind a quote. */
export const QUOTE_REMEDY =
  'on the host, see `systemctl status aesmd`, /etc/sgx_default_qcnl.conf and whether the PCCS that it names answers; ' +
  'on Azure, install az-dcap-client';

/** What to do where there is no enclave of Gramine's. */
export const NO_ENCLAVE =
  'start the program with gramine-sgx: gramine-direct and a plain process have no attestation; a container needs the ' +
  'device /dev/sgx_enclave';

function explained(error: unknown, { path }: PseudoFiles, name: string): AssayError {
  const code = systemCode(error);
  const found = code === undefined ? 'the access failed' : WORDS[code];
  return unavailable(
    `${path}/${name}: ${found ?? 'the access failed'} (${code ?? 'unknown'})`,
    remedyFor(name, code),
    error,
  );
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'access denied',
  EPERM: 'access denied',
};

function remedyFor(name: string, code: string | undefined): string {
  if (name.startsWith('keys/'))
    return `Gramine has this key when a mount of \`type = "encrypted"\` in the manifest names it: \`key_name = "${name.slice(5)}"\``;
  if (name === 'quote' && code !== 'ENOENT') return QUOTE_REMEDY;
  return NO_ENCLAVE;
}
