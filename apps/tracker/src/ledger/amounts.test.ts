import { expect, test } from 'vitest';
import { clientOf, enrol, openAccounts } from '../../../../tools/accounts-in-tests.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { checkConservation } from './conservation.ts';

const MOST = Number.MAX_SAFE_INTEGER;

describeOnEngines(({ fresh }) => {
  test('what nobody could count is given to nobody, and spoils nothing that is written with it', async () => {
    await using tracker = await openAccounts(fresh());
    const { accounts } = tracker;
    await enrol(accounts, [clientOf('alice'), clientOf('bob')]);
    expect(await accounts.give('alice', MOST)).toMatchObject({ sequence: 2 });
    const [refused, given] = await Promise.all([accounts.give('alice', 1), accounts.give('bob', 5)]);
    expect(refused).toMatchObject({ refused: { code: 'amount', field: 'bytes' } });
    expect(given).toMatchObject({ sequence: 3 });
    expect(accounts.account('alice')?.granted).toBe(MOST);
    expect(await checkConservation(tracker.db)).toMatchObject({ faults: [] });
  });
});
