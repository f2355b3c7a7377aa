import { Reader } from '../codec/reader.ts';
import { attempt } from '../errors.ts';
import { type Coverage, DSTACK_EVENT } from './event.ts';

/** EV_NO_ACTION: an event that extends nothing. */
export const EV_NO_ACTION = 3;
const EV_EVENT_TAG = 6;
const EV_IPL = 0xd;
const EFI = 0x80000000;
const VARIABLES: readonly number[] = [EFI + 1, EFI + 2, EFI + 0xc, EFI + 0xe0];
/** Events that hold a description behind its length: EV_EFI_PLATFORM_FIRMWARE_BLOB2, EV_EFI_HANDOFF_TABLES2. */
const DESCRIBED: readonly number[] = [EFI + 0xa, EFI + 0xb];
const GUID_BYTES = 16;

/** Names of event types (TCG PC Client Platform Firmware Profile section 10.4.1). */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, 'EV_PREBOOT_CERT'],
  [0x01, 'EV_POST_CODE'],
  [0x03, 'EV_NO_ACTION'],
  [0x04, 'EV_SEPARATOR'],
  [0x05, 'EV_ACTION'],
  [0x06, 'EV_EVENT_TAG'],
  [0x07, 'EV_S_CRTM_CONTENTS'],
  [0x08, 'EV_S_CRTM_VERSION'],
  [0x09, 'EV_CPU_MICROCODE'],
  [0x0a, 'EV_PLATFORM_CONFIG_FLAGS'],
  [0x0b, 'EV_TABLE_OF_DEVICES'],
  [0x0c, 'EV_COMPACT_HASH'],
  [0x0d, 'EV_IPL'],
  [0x0e, 'EV_IPL_PARTITION_DATA'],
  [0x0f, 'EV_NONHOST_CODE'],
  [0x10, 'EV_NONHOST_CONFIG'],
  [0x11, 'EV_NONHOST_INFO'],
  [0x12, 'EV_OMIT_BOOT_DEVICE_EVENTS'],
  [DSTACK_EVENT, 'dstack'],
  [0x80000001, 'EV_EFI_VARIABLE_DRIVER_CONFIG'],
  [0x80000002, 'EV_EFI_VARIABLE_BOOT'],
  [0x80000003, 'EV_EFI_BOOT_SERVICES_APPLICATION'],
  [0x80000004, 'EV_EFI_BOOT_SERVICES_DRIVER'],
  [0x80000005, 'EV_EFI_RUNTIME_SERVICES_DRIVER'],
  [0x80000006, 'EV_EFI_GPT_EVENT'],
  [0x80000007, 'EV_EFI_ACTION'],
  [0x80000008, 'EV_EFI_PLATFORM_FIRMWARE_BLOB'],
  [0x80000009, 'EV_EFI_HANDOFF_TABLES'],
  [0x8000000a, 'EV_EFI_PLATFORM_FIRMWARE_BLOB2'],
  [0x8000000b, 'EV_EFI_HANDOFF_TABLES2'],
  [0x8000000c, 'EV_EFI_VARIABLE_BOOT2'],
  [0x800000e0, 'EV_EFI_VARIABLE_AUTHORITY'],
]);

/** The name of an event type; its number in hex where it has none. */
export function eventTypeName(type: number): string {
  return NAMES.get(type) ?? `0x${type.toString(16).padStart(8, '0')}`;
}

/** The readable part of an event's data; null where there is none. Never throws. */
export function eventText(type: number, data: Uint8Array): string | null {
  const text = attempt(() => {
    const reader = new Reader(data);
    if (VARIABLES.includes(type)) {
      reader.bytes(GUID_BYTES, 'GUID');
      const length = Number(reader.u64('name length'));
      reader.u64('data length');
      return ucs2(reader.bytes(2 * length, 'name'));
    }
    if (DESCRIBED.includes(type)) return ascii(reader.bytes(reader.u8('length'), 'description'));
    if (type !== EV_EVENT_TAG) return ascii(data);
    reader.u32('tag');
    return ascii(reader.bytes(reader.u32('length'), 'tagged data'));
  });
  return 'value' in text ? text.value : null;
}

/** What firmware and boot loaders hash of an event's data, the likeliest first. */
export function hashedParts(type: number, data: Uint8Array): readonly (readonly [Coverage, Uint8Array])[] {
  // GRUB logs `grub_cmd: …` and `kernel_cmdline: …` and hashes what follows the label, without the final zero.
  const colon = type === EV_IPL ? data.indexOf(58) : -1;
  const end = data.at(-1) === 0 ? -1 : data.length;
  return colon < 0
    ? [['whole', data]]
    : [
        ['whole', data],
        ['after-label', data.subarray(colon + 2, end)],
      ];
}

/** ASCII text without the zeros at its end: the same in every runtime, and no terminal takes it for a command. */
function ascii(bytes: Uint8Array): string | null {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  let text = '';
  for (const byte of bytes.subarray(0, end)) {
    const printable = (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13;
    if (!printable) return null;
    text += String.fromCharCode(byte);
  }
  return text === '' ? null : text;
}

function ucs2(bytes: Uint8Array): string | null {
  for (let i = 1; i < bytes.length; i += 2) if (bytes[i] !== 0) return null;
  return ascii(bytes.filter((_, index) => index % 2 === 0));
}
