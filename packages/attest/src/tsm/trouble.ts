import type { AssayError } from '@assay/verify';
import { systemCode, unavailable } from '../failure.ts';

/** Where a request of configfs-TSM can stop: a call on the folder, or one of its files. */
export type TsmStep = 'readdir' | 'mkdir' | 'generation' | 'provider' | 'inblob' | 'outblob' | 'auxblob' | 'rmdir';

/** What stopped it: a system error's name, or what was found to be wrong without one. */
export type TsmReason = 'empty' | 'too-long' | 'changed' | 'unreadable' | 'short-write' | (string & {});

/** Why one attempt failed; another one may succeed. */
export class TsmTrouble extends Error {
  readonly step: TsmStep;
  readonly reason: TsmReason;

  constructor(step: TsmStep, reason: TsmReason, cause?: unknown) {
    super(`${step}: ${reason}`, { cause });
    this.name = 'TsmTrouble';
    this.step = step;
    this.reason = reason;
  }
}

/** Runs a step; the system's error becomes its trouble, others stay as they are. */
export async function at<T>(step: TsmStep, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    throw code === undefined ? error : new TsmTrouble(step, code, error);
  }
}

const ASK_AGAIN = 'ask again';
const KERNEL_LOG = "look at the guest's kernel log (dmesg)";
const QUOTING_SERVICE =
  "on the host, check that the quote generation service (qgsd) runs and that the VM's quote-generation-socket leads to it";

const ABSENT = [
  'there is no configfs-TSM',
  'mount configfs (mount -t configfs none /sys/kernel/config) and load the driver (modprobe tdx_guest, or sev-guest); it needs Linux 6.7 or later',
] as const;

/** What a reason means, and what to do about it. A line for one step goes before the line for all. */
const KNOWN: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  'readdir ENOENT': ABSENT,
  'mkdir ENOENT': ABSENT,
  ENOENT: ['the report folder is gone: somebody else removed it', ASK_AGAIN],
  ENXIO: [
    'no TEE driver has registered',
    "load it (modprobe tdx_guest, or sev-guest); where it finds no device, enable TDX or SEV-SNP in the host's BIOS and for this VM",
  ],
  EACCES: ['access is denied', 'run as root, or ask the attestation proxy'],
  EPERM: ['access is denied', 'run as root, or ask the attestation proxy'],
  EINVAL: ['the driver refused the request', KERNEL_LOG],
  EBUSY: [
    'an earlier quote is still in flight, and the host owns its buffer until it answers',
    `wait and ask again; when it stays so, ${QUOTING_SERVICE}, and restart the guest`,
  ],
  EAGAIN: ['the report was changed while it was made', ASK_AGAIN],
  EWOULDBLOCK: ['the report was changed while it was made', ASK_AGAIN],
  EINTR: ['the call was interrupted', ASK_AGAIN],
  ETIMEDOUT: ["the host did not deliver a quote within the kernel's 30 s", QUOTING_SERVICE],
  EIO: ['the host refused to make a quote', QUOTING_SERVICE],
  EFBIG: ["the quote is larger than the kernel's buffer", 'use a newer guest kernel'],
  empty: [
    "it is empty: the host's quoting service failed",
    `${QUOTING_SERVICE}, and that the platform is registered and its PCCS has its certificates`,
  ],
  'too-long': ['it does not end: no quote or report is that long', KERNEL_LOG],
  changed: ['the generation changed: somebody else writes into this report folder', 'find out who, and ask again'],
  unreadable: ['it is not what the kernel writes there', 'check that the path is configfs-TSM'],
  'short-write': ['it did not take all 64 bytes in one write', KERNEL_LOG],
};

/** The trouble as the caller gets it: what happened where, and a remedy. */
export function explained({ step, reason, cause }: TsmTrouble, path: string): AssayError {
  const [what, remedy] = KNOWN[`${step} ${reason}`] ?? KNOWN[reason] ?? ['the kernel failed', KERNEL_LOG];
  const code = /^E[A-Z]/.test(reason) ? ` (${reason})` : '';
  return unavailable(`${path}, ${step}: ${what}${code}`, remedy, cause);
}
