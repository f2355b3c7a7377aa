import { bytesToHex } from '@noble/hashes/utils.js';
import type { Guest } from '../guest.ts';
import { getKeyV1 } from '../keys/get-key-v1.ts';
import type { Service } from '../router.ts';
import { RpcError } from '../rpc-error.ts';
import type { Fields } from '../wire/fields.ts';
import { infoV1Method, versionMethod } from './info.ts';
import { hexes, issueCertificate } from './keys.ts';
import { attestAnswer } from './quote.ts';
import { padded } from './report-data.ts';

const NONCE_BYTES = 32;

/** `DstackGuest` of API v1. */
export function guestV1Service(guest: Guest): Service {
  return {
    IssueCert: { run: (fields) => issueCertificate(guest, 'v1', fields) },
    GetKey: {
      run(fields) {
        const request = { domain: fields.text('domain'), algorithm: fields.text('algorithm') };
        const { key, publicKey, signatureChain } = getKeyV1(guest.app.root, request);
        return {
          key: bytesToHex(key),
          public_key: bytesToHex(publicKey),
          signature_chain: hexes(signatureChain),
        };
      },
    },
    Attest: {
      async run(fields) {
        const reportData = padded(fields.bytes('report_data'), 'report data is too long');
        // Without a GPU nothing was recorded of one, whether the caller wants it or not.
        fields.flag('include_boottime_gpu_evidence');
        return { ...(await attestAnswer(guest, 'v1', reportData)), boottime_gpu_evidence: [] };
      },
    },
    AttestGpu: { run: attestGpu },
    Info: infoV1Method(guest, 'app'),
    Version: versionMethod(guest),
  };
}

/** Answers as an image without support for GPUs does. */
function attestGpu(fields: Fields): never {
  const { length } = fields.bytes('nonce');
  if (length !== NONCE_BYTES) {
    throw new RpcError(`GPU attestation failed: nonce must be exactly ${NONCE_BYTES} bytes, got ${length}`);
  }
  throw new RpcError('GPU attestation failed: GPU attestation is not available in this image', 501);
}
