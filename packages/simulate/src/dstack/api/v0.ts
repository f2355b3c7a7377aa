import { bytesToHex } from '@noble/hashes/utils.js';
import type { Guest } from '../guest.ts';
import { sign } from '../keys/sign.ts';
import { verify } from '../keys/verify.ts';
import type { Service } from '../router.ts';
import { RpcError } from '../rpc-error.ts';
import type { Fields } from '../wire/fields.ts';
import { infoMethod, versionMethod } from './info.ts';
import { hexes, issueCertificate, keyOf } from './keys.ts';
import { attestAnswer, quoteAnswer } from './quote.ts';
import { padded } from './report-data.ts';

const EMIT_EVENT_REMOVED =
  'EmitEvent was removed in dstack 0.6.0; runtime RTMR3 events are system-owned and cannot be extended by apps';

/** `DstackGuest` of the unversioned API, as it was until 0.5.11 and is frozen since. */
export function guestService(guest: Guest, appCertificate: () => string): Service {
  return {
    GetTlsKey: { run: (fields) => issueCertificate(guest, 'v0', fields) },
    GetKey: {
      run(fields) {
        const { key, signatureChain } = keyOf(guest, fields);
        return { key: bytesToHex(key), signature_chain: hexes(signatureChain) };
      },
    },
    GetQuote: { run: (fields) => quoteAnswer(guest, padded(fields.bytes('report_data'))) },
    Attest: { since: '0.5.6', run: (fields) => attestAnswer(guest, 'v0', padded(fields.bytes('report_data'))) },
    EmitEvent: { since: '0.5.0', run: (fields) => emitEvent(guest, fields) },
    Info: infoMethod(guest, 'app', appCertificate),
    Sign: {
      since: '0.5.6',
      run(fields) {
        const request = { algorithm: fields.text('algorithm'), data: fields.bytes('data') };
        const { signature, signatureChain, publicKey } = sign(guest.app.root, guest.release, request);
        return {
          signature: bytesToHex(signature),
          signature_chain: hexes(signatureChain),
          public_key: bytesToHex(publicKey),
        };
      },
    },
    Verify: {
      since: '0.5.6',
      run: (fields) => ({
        valid: verify({
          algorithm: fields.text('algorithm'),
          data: fields.bytes('data'),
          signature: fields.bytes('signature'),
          publicKey: fields.bytes('public_key'),
        }),
      }),
    },
    Version: { since: '0.5.7', ...versionMethod(guest) },
  };
}

/** Any name is taken, also those of boot events: that such an event proves nothing is its reader's to see. */
function emitEvent({ release, log }: Guest, fields: Fields): null {
  const [name, payload] = [fields.text('event'), fields.bytes('payload')];
  if (release.reaches('0.6.0')) throw new RpcError(EMIT_EVENT_REMOVED);
  log.append(name, payload);
  return null;
}
