import { concatBytes } from '@noble/hashes/utils.js';
import { boolean, element, enumerated, integer, octetString, sequence } from '../../der.ts';
import type { ExhibitOptions } from '../exhibit.ts';
import { EXTENSION_IDS } from '../extension.ts';
import { definePlatform, type Platform } from '../platform.ts';
import { encodeEntries, type SgxEntries, sgxExtension, tcbEntries } from '../sgx-extension.ts';
import type { IntelVendor } from '../vendor.ts';
import { group, refusal, type Scenario, type Scenarios } from './scenario.ts';

const STATUSES = [
  'STATUS_SGX_PCK_INVALID_EXTENSIONS',
  'STATUS_INVALID_PCK_CERT',
  'STATUS_UNSUPPORTED_PCK_CERT_FORMAT',
  'STATUS_UNSUPPORTED_CERT_FORMAT',
];

/** A PCK certificate whose SGX extension has other entries. */
const entries = (edit: (all: SgxEntries) => SgxEntries, options: ExhibitOptions = {}): Scenario =>
  refusal(STATUSES, { ...options, pck: { sgxEntries: edit } });

const dropped = (arc: string): Scenario =>
  entries((all) => Object.fromEntries(Object.entries(all).filter(([key]) => key !== arc)));

/** A PCK certificate whose TCB entries are wrong. */
const tcb = (edit: (all: SgxEntries, platform: Platform) => SgxEntries): Scenario =>
  refusal(STATUSES, (vendor) => {
    const platform = definePlatform(vendor.entropy);
    return {
      platform,
      pck: { sgxEntries: (all) => ({ ...all, '2': encodeEntries('2', edit(tcbEntries(platform), platform)) }) },
    };
  });

/** The same number of entries as before, but the first one twice and one missing. */
function duplicated(vendor: IntelVendor): ExhibitOptions {
  const platform = definePlatform(vendor.entropy, { ca: 'processor' });
  const ppid = octetString(platform.ppid);
  const whole = { id: EXTENSION_IDS.sgx, critical: false };
  const contents = [encodeEntries('', { '1': ppid }), withoutFmspc(platform)].map((der) => content(der));
  return {
    platform,
    pck: {
      extensions: (all) =>
        all.map((one) =>
          one.id === EXTENSION_IDS.sgx ? { ...whole, value: element(0x30, concatBytes(...contents)) } : one,
        ),
    },
  };
}

function withoutFmspc(platform: Platform): Uint8Array {
  return sgxExtension(platform, ({ '4': _, ...rest }) => rest).value;
}

/** Content of a DER element. */
function content(der: Uint8Array): Uint8Array {
  const first = der[1] ?? 0;
  return der.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}

/** Refusals of the SGX extension in PCK certificates. */
export const pckExtensionScenarios: Scenarios = group('pck-extension', {
  missing: refusal(STATUSES, { pck: { extensions: (all) => all.filter(({ id }) => id !== EXTENSION_IDS.sgx) } }),
  'not-der': refusal(STATUSES, {
    pck: {
      extensions: (all) =>
        all.map((one) => (one.id === EXTENSION_IDS.sgx ? { ...one, value: one.value.slice(0, -1) } : one)),
    },
  }),
  ...Object.fromEntries(['1', '2', '3', '4', '5', '6', '7'].map((arc) => [`without-entry-${arc}`, dropped(arc)])),
  'with-eighth-entry': entries((all) => ({ ...all, '8': integer(1) })),
  'unknown-entry': entries(({ '7': _, ...all }) => ({ ...all, '9': integer(1) })),
  'duplicate-entry': refusal(STATUSES, duplicated),
  'ppid-too-short': entries((all) => ({ ...all, '1': octetString(new Uint8Array(15)) })),
  'pce-id-too-long': entries((all) => ({ ...all, '3': octetString(new Uint8Array(3)) })),
  'fmspc-too-short': entries((all) => ({ ...all, '4': octetString(new Uint8Array(5)) })),
  'fmspc-as-integer': entries((all) => ({ ...all, '4': integer(5) })),
  'sgx-type-3': entries((all) => ({ ...all, '5': enumerated(3) })),
  'sgx-type-as-integer': entries((all) => ({ ...all, '5': integer(1) })),
  'instance-id-too-long': entries((all) => ({ ...all, '6': octetString(new Uint8Array(17)) })),
  'configuration-not-boolean': entries((all) => ({ ...all, '7': encodeEntries('7', { '1': integer(1) }) })),
  'configuration-empty': entries((all) => ({ ...all, '7': sequence() })),
  'configuration-fourth-flag': entries((all) => ({ ...all, '7': encodeEntries('7', { '4': boolean(true) }) })),
  'component-256': tcb((all) => ({ ...all, '1': integer(256 + 7) })),
  'component-negative': tcb((all) => ({ ...all, '1': element(0x02, Uint8Array.of(0xf9)) })),
  'component-missing': tcb(({ '16': _, ...all }) => all),
  'component-as-octets': tcb((all) => ({ ...all, '3': octetString(Uint8Array.of(2)) })),
  'pce-svn-65536': tcb((all) => ({ ...all, '17': integer(65_536) })),
  'pce-svn-missing': tcb(({ '17': _, ...all }) => all),
  'cpu-svn-too-short': tcb((all) => ({ ...all, '18': octetString(new Uint8Array(15)) })),
  'cpu-svn-missing': tcb(({ '18': _, ...all }) => all),
});
