import type { JsonObject } from '@assay/verify/codec';
import { bytesToHex } from '@noble/hashes/utils.js';
import { attestGuest, type Guest } from '../guest.ts';
import type { Service } from '../router.ts';
import { infoMethod, versionMethod } from './info.ts';
import { certificateFields, certifiedKeyAnswer, hexes, keyOf } from './keys.ts';
import { logText } from './quote.ts';
import { type TappdReportData, tappdReportData } from './report-data.ts';

/** `Tappd`, the agent's oldest service. */
export function tappdService(guest: Guest, appCertificate: () => string): Service {
  return {
    DeriveKey: {
      async run(fields) {
        const request = { ...certificateFields(fields), path: fields.text('path') };
        const randomSeed = fields.flag('random_seed');
        return certifiedKeyAnswer(await guest.certificates.derive({ ...request, randomSeed }));
      },
    },
    DeriveK256Key: {
      run(fields) {
        const { key, signatureChain } = keyOf(guest, fields);
        return { k256_key: bytesToHex(key), k256_signature_chain: hexes(signatureChain) };
      },
    },
    TdxQuote: {
      run(fields) {
        const content = fields.bytes('report_data');
        return quote(guest, tappdReportData(content, fields.text('hash_algorithm'), fields.text('prefix')));
      },
    },
    RawQuote: { run: (fields) => quote(guest, tappdReportData(fields.bytes('report_data'), 'raw', '')) },
    Info: infoMethod(guest, 'app', appCertificate),
    Version: { since: '0.5.7', ...versionMethod(guest) },
  };
}

async function quote(guest: Guest, { reportData, algorithm, prefix }: TappdReportData): Promise<JsonObject> {
  const evidence = await attestGuest(guest, reportData);
  return {
    quote: bytesToHex(evidence.quote),
    event_log: logText(evidence.events),
    hash_algorithm: algorithm,
    prefix,
  };
}
