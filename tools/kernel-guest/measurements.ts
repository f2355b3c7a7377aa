import { createHash } from 'node:crypto';
import { toHex } from '@assay/verify/codec';
import { authenticode } from './authenticode.ts';
import type { TdConfiguration } from './contract.ts';

/** What a guest boots from. */
export interface BootFiles {
  readonly kernel: Uint8Array;
  /** In pieces. */
  readonly initrd: readonly Uint8Array[];
  readonly commandLine: string;
}

/** Stands for the firmware, of which the guest has none that is measured. */
const MRTD = sha384(Buffer.from('firmware that is not modelled'));

/**
 * What a TD would have measured that QEMU (10.1 or later, which hands on the kernel unchanged) boots directly, through
 * OVMF and the kernel's EFI stub; hex. The guest boots without such a firmware: nothing in it measures, so the events
 * stand here. MRTD, of the firmware, and RTMR0, of the virtual hardware, are not modelled.
 *
 * RTMR1: the kernel's Authenticode digest; the call of the boot option; separator; exit of boot services, twice.
 * RTMR2: the command line with what the firmware adds to it, in UTF-16LE with its zero; the initrd.
 */
export function predictMeasurements({ kernel, initrd, commandLine }: BootFiles): TdConfiguration['measurements'] {
  const rtmr1 = [
    authenticode(kernel, 'sha384'),
    sha384(Buffer.from('Calling EFI Application from Boot Option')),
    sha384(new Uint8Array(4)),
    sha384(Buffer.from('Exit Boot Services Invocation')),
    sha384(Buffer.from('Exit Boot Services Returned with Success')),
  ];
  const rtmr2 = [sha384(Buffer.from(`${commandLine} initrd=initrd\0`, 'utf16le')), sha384(...initrd)];
  return {
    mrtd: toHex(MRTD),
    rtmr0: toHex(extended([])),
    rtmr1: toHex(extended(rtmr1)),
    rtmr2: toHex(extended(rtmr2)),
    rtmr3: toHex(extended([])),
  };
}

/** A register, zero at first, that was extended by these digests in order. */
function extended(digests: readonly Uint8Array[]): Uint8Array {
  return digests.reduce((register, digest) => sha384(register, digest), new Uint8Array(48));
}

function sha384(...pieces: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha384');
  for (const piece of pieces) hash.update(piece);
  return new Uint8Array(hash.digest());
}
