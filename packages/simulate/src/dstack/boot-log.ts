import { equalBytes } from '@assay/verify/codec';
import { sha384 } from '@noble/hashes/sha2.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { littleEndian } from '../layout.ts';
import type { RuntimeRegister } from '../software/td.ts';
import type { TdEvent } from './event.ts';

/** The payload by which releases find the digests of ACPI tables in a log. */
const ACPI_MARKER = utf8ToBytes('ACPI DATA');

/** Whether an event measures an ACPI table. */
export function measuresAcpi({ register, payload }: TdEvent): boolean {
  return register === 0 && equalBytes(payload, ACPI_MARKER);
}

/** Types of the events that firmware and kernel stub log (TCG PC Client Platform Firmware Profile section 10.4.1). */
const EV = {
  separator: 0x04,
  eventTag: 0x06,
  platformConfigFlags: 0x0a,
  variable: 0x80000001,
  bootVariable: 0x80000002,
  application: 0x80000003,
  action: 0x80000007,
  firmwareBlob: 0x8000000a,
  handoffTables: 0x8000000b,
} as const;

const GLOBAL_VARIABLE = '61dfe48bca93d211aa0d00e098032b8c';
const IMAGE_SECURITY = 'cbb219d73a3d9645a3bcdad00e67656f';
const HOB_LIST = 'af96bb93f2b9b84e9462e0ba74564236';

/** What virtual firmware, the kernel's stub and the kernel measure into RTMR0 to RTMR2, in the order of a real log. */
export function bootLog(acpiNames: readonly string[]): readonly TdEvent[] {
  const acpi = acpiNames.map((name, index) => ({
    ...content(0, EV.platformConfigFlags, ACPI_MARKER, `ACPI table ${index}`),
    name,
  }));
  return [
    content(0, EV.handoffTables, handoffTables(), 'TD HOB'),
    content(0, EV.firmwareBlob, firmwareBlob(), 'configuration firmware volume'),
    whole(0, EV.variable, variable(GLOBAL_VARIABLE, 'SecureBoot')),
    whole(0, EV.variable, variable(GLOBAL_VARIABLE, 'PK')),
    whole(0, EV.variable, variable(GLOBAL_VARIABLE, 'KEK')),
    whole(0, EV.variable, variable(IMAGE_SECURITY, 'db')),
    whole(0, EV.variable, variable(IMAGE_SECURITY, 'dbx')),
    whole(0, EV.separator, new Uint8Array(4)),
    ...acpi,
    content(1, EV.application, new Uint8Array(32), 'kernel'),
    content(0, EV.bootVariable, variable(GLOBAL_VARIABLE, 'BootOrder', Uint8Array.of(0, 0)), 'BootOrder'),
    content(0, EV.bootVariable, variable(GLOBAL_VARIABLE, 'Boot0000', Uint8Array.of(9, 1, 0, 0)), 'Boot0000'),
    whole(1, EV.action, utf8ToBytes('Calling EFI Application from Boot Option')),
    whole(1, EV.separator, new Uint8Array(4)),
    content(2, EV.eventTag, tagged(0x8f3b22ed, 'LOADED_IMAGE::LoadOptions\0'), 'command line'),
    content(2, EV.eventTag, tagged(0x8f3b22ec, 'Linux initrd\0'), 'initrd'),
    whole(1, EV.action, utf8ToBytes('Exit Boot Services Invocation')),
    whole(1, EV.action, utf8ToBytes('Exit Boot Services Returned with Success')),
  ];
}

/** An event whose digest is that of its data. */
function whole(register: RuntimeRegister, type: number, payload: Uint8Array): TdEvent {
  return { register, type, digest: sha384(payload), name: '', payload };
}

/** An event that describes what was hashed; here nothing real was, so its name is. */
function content(register: RuntimeRegister, type: number, payload: Uint8Array, measured: string): TdEvent {
  return { register, type, digest: sha384(utf8ToBytes(`simulated ${measured}`)), name: '', payload };
}

/** UEFI_VARIABLE_DATA: GUID, length of the name in characters, length of the data, name in UCS-2, data. */
function variable(guid: string, name: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Uint8Array.from([...name].flatMap((letter) => [letter.charCodeAt(0), 0]));
  return concatBytes(hexToBytes(guid), littleEndian(name.length, 8), littleEndian(data.length, 8), text, data);
}

/** UEFI_HANDOFF_TABLE_POINTERS2 with one table, behind its description. */
function handoffTables(): Uint8Array {
  const description = utf8ToBytes('TdxTable\0');
  const table = concatBytes(hexToBytes(HOB_LIST), littleEndian(0x809000, 8));
  return concatBytes(Uint8Array.of(description.length), description, littleEndian(1, 8), table);
}

/** UEFI_PLATFORM_FIRMWARE_BLOB2: address and length, behind the description. */
function firmwareBlob(): Uint8Array {
  const description = utf8ToBytes('simulated firmware volume\0');
  return concatBytes(
    Uint8Array.of(description.length),
    description,
    littleEndian(0xffc00000, 8),
    littleEndian(0x84000, 8),
  );
}

/** TCG_PCClientTaggedEvent. */
function tagged(tag: number, text: string): Uint8Array {
  return concatBytes(littleEndian(tag, 4), littleEndian(text.length, 4), utf8ToBytes(text));
}
