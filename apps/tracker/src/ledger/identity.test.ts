import { expect, test } from 'vitest';
import { clientOf, enrol, openAccounts, signingKeyOf, TRACKER } from '../../../../tools/accounts-in-tests.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';

describeOnEngines(({ fresh }) => {
  test('a ledger is opened again by the tracker that began it, and by no other', async () => {
    const place = fresh();
    {
      await using tracker = await openAccounts(place);
      await enrol(tracker.accounts, [clientOf('alice')]);
    }
    for (const [given, message] of [
      [
        { instanceId: 'other', signingKey: signingKeyOf(TRACKER) },
        /^database: its ledger is of tracker_instance_1, and this is other; give that --inst/,
      ],
      [{ signingKey: signingKeyOf('other') }, /^database: its ledger is signed by another key; give the --key-file/],
    ] as const) {
      await expect(openAccounts(place, given)).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(message),
        details: { field: 'database' },
      });
    }
    await using again = await openAccounts(place);
    expect(again.accounts.account('alice')).toMatchObject({ userId: 'alice' });
  });
});
