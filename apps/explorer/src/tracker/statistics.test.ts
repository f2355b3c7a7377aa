import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readStatistics, readTeeStatus } from './statistics.ts';

const STATS = {
  instance_id: 'tracker_1',
  total_torrents: 2,
  total_peers: 5,
  total_seeds: 1,
  total_users: 3,
  min_ratio: 0.5,
  ledger_entries: 9,
  started_at: 1_795_000_000,
  announces: 40,
  receipts_counted: 4,
  bytes_counted: 65_536,
};
const TEE = { tee_available: true, tee_mode: 'enabled', attester: 'dstack', simulated: true, statistics: {} };

const refused = (read: (text: string) => unknown, document: unknown): unknown => {
  try {
    return read(typeof document === 'string' ? document : JSON.stringify(document));
  } catch (error) {
    return error;
  }
};

describe('GET /stats', () => {
  test('is read member by member', () => {
    expect(readStatistics(JSON.stringify(STATS))).toEqual({
      ...{ instanceId: 'tracker_1', peers: 5, seeds: 1, swarms: 2, users: 3, minRatio: 0.5, ledgerEntries: 9 },
      ...{ startedAt: 1_795_000_000, announces: 40, receipts: 4, bytes: 65_536 },
    });
  });

  test.each([
    ['instance_id', '<b>'],
    ['instance_id', 'x'.repeat(129)],
    ['total_peers', -1],
    ['total_peers', '5'],
    ['total_seeds', 0.5],
    ['announces', undefined],
    ['bytes_counted', 2 ** 53],
    ['started_at', 8.64e12],
    ['min_ratio', null],
  ])('is refused by name: %s = %s', (member, value) => {
    expect(refused(readStatistics, { ...STATS, [member]: value })).toMatchObject({
      code: 'malformed',
      message: expect.stringMatching(`^/stats: ${member}: expected`),
      details: { field: member },
    });
  });
});

describe('GET /tee/status', () => {
  test('is read member by member', () => {
    expect(readTeeStatus(JSON.stringify(TEE))).toEqual({ mode: 'enabled', attester: 'dstack', simulated: true });
    const none = { ...TEE, tee_available: false, attester: null, simulated: null };
    expect(readTeeStatus(JSON.stringify(none))).toMatchObject({ attester: null, simulated: null });
  });

  test.each([
    ['tee_mode', 'pretended'],
    ['attester', undefined],
    ['attester', 'd stack'],
    ['simulated', 'no'],
    ['simulated', undefined],
    ['tee_available', false],
  ])('is refused by name: %s = %s', (member, value) => {
    expect(refused(readTeeStatus, { ...TEE, [member]: value })).toMatchObject({
      code: 'malformed',
      details: { field: member },
    });
  });
});

test('nothing but the two documents is read, and nothing else is thrown', () => {
  const member = fc.constantFrom(...Object.keys(STATS), ...Object.keys(TEE));
  const hostile = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(member, fc.jsonValue()).map(([name, value]) => JSON.stringify({ ...STATS, ...TEE, [name]: value })),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      for (const read of [readStatistics, readTeeStatus]) {
        const found = refused(read, text);
        if (found instanceof Error) expect(found).toMatchObject({ code: 'malformed' });
      }
    }),
  );
});
