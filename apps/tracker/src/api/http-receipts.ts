import { type JsonObject, toBase64 } from '@assay/verify/codec';
import { BLS_LENGTHS } from '../bls/ciphersuite.ts';
import { blsKey } from '../bls/key.ts';
import { verifyBls } from '../bls/verify.ts';
import { upstreamMessage } from '../receipts/upstream.ts';
import { base64Of, bodyOf, hexOf, integerOf } from './body.ts';
import { type Api, type ApiParts, UNKEPT } from './parts.ts';

const MADE =
  'A receipt of the first form, which other trackers take. It credits nobody here: use receipts of version 1.';
const COMMON = ['sender_public_key', 'piece_hash', 'piece_index', 'infohash'] as const;

/** `POST /attest` and `POST /verify-receipt`: receipts as the first tracker of this interface had them. */
export function serveHttpReceipts(app: Api, { access, clock }: ApiParts): void {
  app.post('/attest', async (c) => {
    access(c);
    const body = await bodyOf(c.req.raw, ['receiver_private_key', ...COMMON], ['timestamp']);
    const key = blsKey(base64Of(body, 'receiver_private_key', BLS_LENGTHS.secretKey), 'receiver_private_key');
    const now = Math.floor(clock().getTime() / 1000);
    const timestamp = body.timestamp === undefined ? now : integerOf(body, 'timestamp', Number.MAX_SAFE_INTEGER);
    const receipt = toBase64(key.sign(messageOf(body, timestamp)));
    return c.json({ success: true, receipt, timestamp, message: MADE }, 200, UNKEPT);
  });
  app.post('/verify-receipt', async (c) => {
    const body = await bodyOf(c.req.raw, ['receiver_public_key', ...COMMON, 'timestamp', 'receipt']);
    const receiver = base64Of(body, 'receiver_public_key', BLS_LENGTHS.publicKey);
    const receipt = base64Of(body, 'receipt', BLS_LENGTHS.signature);
    const message = messageOf(body, integerOf(body, 'timestamp', Number.MAX_SAFE_INTEGER));
    const valid = verifyBls(receiver, message, receipt);
    const told = valid ? 'The receiver signed this.' : 'The receiver did not sign this.';
    return c.json({ success: true, valid, message: told });
  });
}

function messageOf(body: JsonObject, timestamp: number): Uint8Array {
  return upstreamMessage({
    infohash: hexOf(body, 'infohash', 20),
    sender: base64Of(body, 'sender_public_key', BLS_LENGTHS.publicKey),
    pieceHash: hexOf(body, 'piece_hash', 20, 32),
    piece: integerOf(body, 'piece_index', 0xffff_ffff),
    timestamp,
  });
}
