import type { JsonObject } from '@assay/verify/codec';
import { expect, test } from 'vitest';
import { startFleet } from '../bench/fleet.ts';
import { suiteFolder } from './stores-in-tests.ts';
import { challenge, POLICY, put, SUBJECT, simulatedTd, startVerifier, verify } from './verifier-in-tests.ts';

const path = suiteFolder();

// Nothing is timed here: only that the benchmark's work is what it says.
test('the verification service is timed with evidence that it trusts, each of a machine of its own', async () => {
  const now = new Date();
  const { roots, endorsements } = await simulatedTd(now);
  const trust = { roots, allowSimulated: true, endorsementsFor: async () => endorsements };
  await using service = await startVerifier({ file: path('bench.db') }, { clock: () => now, ...trust });
  await put(service.origin, POLICY);
  const fleet = await startFleet(now, 3);
  const seen = [];
  for (let machine = 0; machine < 3; machine += 1) {
    const nonce = await challenge(service.origin);
    const evidence = await fleet.evidenceOf(machine, nonce);
    const { json } = await verify(service.origin, { challenge: nonce, evidence, subject: SUBJECT });
    const { trusted, claims } = json.verdict as { trusted: boolean; claims: { platform: JsonObject } };
    seen.push([trusted, claims.platform.ppid]);
  }
  const ppid = (machine: number): string => `0000000${machine}${'0'.repeat(24)}`;
  expect(seen).toEqual([0, 1, 2].map((machine) => [true, ppid(machine)]));
});
