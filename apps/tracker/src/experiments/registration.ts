import { setTimeout as wait } from 'node:timers/promises';
import { toBase64, utf8 } from '@assay/verify/codec';
import { API_LIMITS } from '../api/limits.ts';
import { blsKey } from '../bls/key.ts';
import { registrationText } from '../tee/report-data.ts';
import { bytesOf, type Call, textOf } from './client.ts';
import type { Measurement, Sampler } from './measurement.ts';

/** Milliseconds between two quotes, so that the tracker, which rations them, refuses none. Not in any figure. */
const QUOTE_MS = Math.ceil(1_100 / API_LIMITS.quotesPerSecond);

/** Registrations from the first call to the last, over HTTP: each call's answer is checked. */
export async function measureRegistration(
  call: Call,
  instanceId: string,
  iterations: number,
  sample: Sampler,
): Promise<readonly Measurement[]> {
  const about = { experiment: 'registration', times: iterations } as const;
  const plain = { ...about, variant: 'keygen, register', tee: 'none' } as const;
  const without = await sample(plain, async (index, time) => {
    await time(async () => {
      const user = `plain-${index}`;
      const keys = await call('/keygen', {});
      await call('/register', registration(user, instanceId, bytesOf(keys, 'private_key')));
    });
  });
  const attested = { ...about, variant: 'keygen-tee, generate-attestation, register', tee: 'simulated' } as const;
  const with_ = await sample(attested, async (index, time) => {
    const pause = wait(QUOTE_MS);
    await time(async () => {
      const user = `attested-${index}`;
      const keys = await call('/keygen-tee', { user_id: user });
      const payload = registrationText(user, instanceId);
      const { event_log: log, ...report } = await call('/generate-attestation', {
        payload,
        public_key: textOf(keys, 'public_key'),
      });
      await call('/register', {
        ...registration(user, instanceId, bytesOf(keys, 'private_key')),
        attestation: textOf(report, 'quote'),
        ...(log !== undefined && { event_log: log }),
      });
    });
    await pause;
  });
  return [without, with_];
}

/** Registers a user with a key of its own; the passkey. */
export async function registerUser(
  call: Call,
  userId: string,
  instanceId: string,
  secret: Uint8Array,
): Promise<string> {
  return textOf(await call('/register', registration(userId, instanceId, secret)), 'passkey');
}

function registration(user: string, instanceId: string, secret: Uint8Array) {
  const key = blsKey(secret);
  const signature = key.sign(utf8(registrationText(user, instanceId)));
  return { user_id: user, public_key: toBase64(key.publicKey), signature: toBase64(signature) };
}
