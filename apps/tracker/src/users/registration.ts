import { AssayError } from '@assay/verify';
import { utf8 } from '@assay/verify/codec';
import { verifyBls } from '../bls/verify.ts';
import type { RegisterRequest } from '../ledger/accounting.ts';
import { type Refused, refuse } from '../ledger/refusal.ts';
import { isUserId } from '../receipts/instance-id.ts';

/** What a user signs to register. Neither id has a `|`, so it has one reading. */
export function registrationMessage(userId: string, instanceId: string): Uint8Array {
  return utf8(`register||${userId}||${instanceId}`);
}

/**
 * Refuses a registration whose signature does not show that the user has the key (proof of possession). A rogue key, made
 * from someone else's, cannot show that: nobody knows its secret.
 */
export function checkRegistration(request: RegisterRequest, instanceId: string): Refused | undefined {
  const { userId, publicKey, signature } = request;
  if (!isUserId(userId)) {
    return refuse('user-id', 'user_id', 'user_id: expected 1 to 64 of A-Z a-z 0-9 . _ @ -');
  }
  try {
    if (verifyBls(publicKey, registrationMessage(userId, instanceId), signature)) return undefined;
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const field = error.details.field === 'signature' ? 'signature' : 'public_key';
    return refuse(field === 'signature' ? 'signature' : 'public-key', field, error.message);
  }
  return refuse(
    'signature',
    'signature',
    `signature: not by that key over register||${userId}||${instanceId}; sign exactly these bytes`,
  );
}
