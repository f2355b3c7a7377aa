import type { TEEManager } from '../tee/manager.ts';
import { failed } from './client.ts';
import type { Measurement, Sampler } from './measurement.ts';

/** Key pairs, quotes and verdicts, as the tracker's own code makes them: no HTTP takes part. */
export async function measureTee(
  manager: TEEManager,
  iterations: number,
  sample: Sampler,
): Promise<readonly Measurement[]> {
  const keys = { experiment: 'keys', times: iterations } as const;
  const ordinary = await sample({ ...keys, variant: 'drawn at random', tee: 'none' }, async (_index, time) => {
    const { teeDerived } = await time(() => manager.generateKeypair({ teeEnabled: false }));
    if (teeDerived) throw failed('a random key says that a TEE derived it');
  });
  const derived = await sample({ ...keys, variant: 'derived by the TEE', tee: 'simulated' }, async (index, time) => {
    const { teeDerived } = await time(() => manager.generateKeypair({ teeEnabled: true, user: `user-${index}` }));
    if (!teeDerived) throw failed('a key of the TEE says that it is none');
  });
  const about = { experiment: 'attestation', tee: 'simulated', times: iterations } as const;
  const payload = (index: number): string => `user_id:user-${index}`;
  const quoted = await sample({ ...about, variant: 'make a quote' }, async (index, time) => {
    await time(() => manager.generateAttestation(payload(index)));
  });
  const judged = await sample({ ...about, variant: 'verify a quote' }, async (index, time) => {
    const { quote, eventLog } = await manager.generateAttestation(payload(index));
    const given = { quote, ...(eventLog !== null && { eventLog }) };
    const { isValid } = await time(() => manager.verifyAttestation(given, payload(index)));
    if (!isValid) throw failed('a quote was refused');
  });
  return [ordinary, derived, quoted, judged];
}
