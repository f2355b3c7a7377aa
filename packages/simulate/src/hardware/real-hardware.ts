import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A sign that this machine attests for real. */
export interface Hardware {
  readonly path: string;
  /** What it is, such as `Intel TDX guest`. */
  readonly what: string;
}

const SGX = 'Intel SGX enclaves';
const DSTACK = 'dstack guest agent';
/** Devices of the kernel, sockets of those who attest for a workload. */
const SIGNS: Readonly<Record<string, string>> = {
  '/dev/tdx_guest': 'Intel TDX guest',
  '/dev/tdx-guest': 'Intel TDX guest',
  '/dev/sev-guest': 'AMD SEV-SNP guest',
  '/dev/sgx_enclave': SGX,
  '/dev/sgx/enclave': SGX,
  '/dev/isgx': SGX,
  '/dev/attestation': 'Gramine enclave',
  '/run/container_launcher/teeserver.sock': 'Confidential Space launcher',
  ...Object.fromEntries(
    ['/var/run', '/run', '/var/run/dstack', '/run/dstack'].flatMap((folder) =>
      ['dstack.sock', 'tappd.sock'].map((name) => [`${folder}/${name}`, DSTACK]),
    ),
  ),
};
const REPORTS = '/sys/kernel/config/tsm/report';

/**
 * Looks for what attests for real: a workload beside a simulator could take simulated evidence for such. `root` is the
 * folder that stands for `/`. Leaves nothing behind; what it may not look at counts as found.
 */
export async function realHardware(root = '/'): Promise<readonly Hardware[]> {
  const looks = Object.entries(SIGNS).map(async ([path, what]) =>
    (await isThere(join(root, path))) ? { path, what } : [],
  );
  const provider = await reportProvider(join(root, REPORTS));
  const reports = provider === undefined ? [] : { path: REPORTS, what: `configfs-TSM, provider ${provider}` };
  return [...(await Promise.all(looks)), reports].flat();
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    return !isAbsence(error);
  }
}

/** The folder is there on machines without any TEE, too; only a provider lets reports be made in it. */
async function reportProvider(reports: string): Promise<string | undefined> {
  const report = join(reports, `assay-${randomBytes(6).toString('hex')}`);
  try {
    // Not recursive: it must not make what it looks for.
    await mkdir(report);
  } catch (error) {
    return isAbsence(error) ? undefined : `unknown (${codeOf(error)})`;
  }
  try {
    return (await readFile(join(report, 'provider'), 'utf8')).trim();
  } catch (error) {
    return `unknown (${codeOf(error)})`;
  } finally {
    // In configfs a report's files go with its folder.
    await rmdir(report).catch(() => undefined);
  }
}

/** ENXIO is the kernel's word for reports without a provider. */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENXIO', 'ENODEV'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'error';
}
