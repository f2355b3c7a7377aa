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

const GENERAL =
  'PREBOOT_CERT POST_CODE - NO_ACTION SEPARATOR ACTION EVENT_TAG S_CRTM_CONTENTS S_CRTM_VERSION CPU_MICROCODE PLATFORM_CONFIG_FLAGS TABLE_OF_DEVICES COMPACT_HASH IPL IPL_PARTITION_DATA NONHOST_CODE NONHOST_CONFIG NONHOST_INFO OMIT_BOOT_DEVICE_EVENTS'.split(
    ' ',
  );
const FIRMWARE =
  '- VARIABLE_DRIVER_CONFIG VARIABLE_BOOT BOOT_SERVICES_APPLICATION BOOT_SERVICES_DRIVER RUNTIME_SERVICES_DRIVER GPT_EVENT ACTION PLATFORM_FIRMWARE_BLOB HANDOFF_TABLES PLATFORM_FIRMWARE_BLOB2 HANDOFF_TABLES2 VARIABLE_BOOT2'.split(
    ' ',
  );

/** The name of an event type (TCG PC Client Platform Firmware Profile section 10.4.1); its number in hex where it has none. */
export function eventTypeName(type: number): string {
  if (type === DSTACK_EVENT) return 'dstack';
  if (type === EFI + 0xe0) return 'EV_EFI_VARIABLE_AUTHORITY';
  const name = type < EFI ? GENERAL[type] : FIRMWARE[type - EFI];
  if (name === undefined || name === '-') return `0x${type.toString(16).padStart(8, '0')}`;
  return `EV_${type < EFI ? '' : 'EFI_'}${name}`;
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
