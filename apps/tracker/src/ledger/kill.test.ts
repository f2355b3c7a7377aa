import { expect, test } from 'vitest';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { killRounds } from '../../../../tools/tracker-kills.ts';

const ROUNDS = 5;

describeOnEngines(({ engine, fresh }) => {
  test(`a tracker that is killed while reports arrive has each promised receipt once: ${ROUNDS} rounds on ${engine}`, async () => {
    const { acknowledged, kept, faults, conservation } = await killRounds(fresh(), ROUNDS);
    expect(faults).toEqual([]);
    expect(acknowledged).toBeGreaterThanOrEqual(ROUNDS);
    expect(kept).toBeGreaterThanOrEqual(acknowledged);
    expect(conservation).toMatchObject({ held: 0, issued: 0, faults: [] });
  }, 120_000);
});
