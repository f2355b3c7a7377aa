import { wrong } from '@assay/server';
import { toBase64 } from '@assay/verify/codec';
import { isUserId } from '../receipts/instance-id.ts';
import type { TEEKeyPair } from '../tee/key-pair.ts';
import { TEE_LIMITS } from '../tee/limits.ts';
import { maybeBodyOf, maybeTextOf } from './body.ts';
import { type Api, type ApiParts, UNKEPT } from './parts.ts';

const WARNING = 'Whoever sees this answer has the private key: make keys at home where you can, and keep it secret.';

/** `POST /keygen` and `POST /keygen-tee`: key pairs, for the operator and for programs of this machine. */
export function serveKeys(app: Api, { access, manager, instanceId }: ApiParts): void {
  app.post('/keygen', async (c) => {
    access(c);
    await maybeBodyOf(c.req.raw, []);
    const pair = await manager.generateKeypair({ teeEnabled: false });
    return c.json({ success: true, ...told(pair, 'BLS12-381') }, 200, UNKEPT);
  });
  app.post('/keygen-tee', async (c) => {
    access(c);
    const body = await maybeBodyOf(c.req.raw, ['user_id', 'salt']);
    const user = maybeTextOf(body, 'user_id', TEE_LIMITS.saltBytes);
    if (user !== undefined && !isUserId(user)) throw wrong('user_id', 'expected 1 to 64 of A-Z a-z 0-9 . _ @ -');
    const salt = maybeTextOf(body, 'salt', TEE_LIMITS.saltBytes);
    const pair = await manager.generateKeypair({ teeEnabled: true, user, salt });
    const { teeDerived, derivationTimeMs } = pair;
    const about = { tee_derived: teeDerived, derivation_time_ms: derivationTimeMs, salt: pair.salt };
    const simulated = manager.platform.simulated === true;
    return c.json(
      { success: true, ...told(pair, 'BLS12-381 (TEE-derived)'), ...about, simulated, instance_id: instanceId },
      200,
      UNKEPT,
    );
  });
}

function told({ privateKey, publicKey }: TEEKeyPair, type: string) {
  return {
    private_key: toBase64(privateKey),
    public_key: toBase64(publicKey),
    key_type: type,
    private_key_size: privateKey.length,
    public_key_size: publicKey.length,
    warning: WARNING,
  };
}
