import { utf8 } from '@assay/verify/codec';
import { aggregatePublicKeys, PublicKey } from '@chainsafe/blst';
import { describe, expect, test } from 'vitest';
import {
  announce,
  bySession,
  clientOf,
  enrol,
  NOW,
  openAccounts,
  receiptOf,
  report,
  START,
  TRACKER,
} from '../../../../tools/accounts-in-tests.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import type { Registered } from '../ledger/accounting.ts';
import { checkConservation } from '../ledger/conservation.ts';
import type { Refused } from '../ledger/refusal.ts';
import { balanceOf, exportableOf, ratioOf } from './account.ts';
import { registrationMessage } from './registration.ts';

const [alice, bob, mallory] = [clientOf('alice'), clientOf('bob'), clientOf('mallory')];

const request = (client: typeof alice, userId = client.userId, instanceId = TRACKER) => ({
  userId,
  publicKey: client.key.publicKey,
  signature: client.key.sign(registrationMessage(userId, instanceId)),
});

function passkeyOf(answer: Registered | Refused): string {
  if ('refused' in answer) throw new Error(answer.refused.message);
  return answer.passkey;
}

test('what is signed at registration is what the seed says', () => {
  expect(registrationMessage('alice', 'tracker_instance_1')).toEqual(utf8('register||alice||tracker_instance_1'));
});

describeOnEngines(({ fresh }) => {
  describe('a registration', () => {
    test('is booked, with what new users are given', async () => {
      await using tracker = await openAccounts(fresh(), { grant: 1_000 });
      const answer = await tracker.accounts.register(request(alice));
      const account = {
        userId: 'alice',
        publicKey: alice.key.publicKey,
        registeredAt: START,
        granted: 1_000,
        uploaded: 0,
      };
      expect(answer).toMatchObject({ account, passkey: expect.stringMatching(/^[0-9a-f]{40}$/), sequence: 0 });
      expect(await checkConservation(tracker.db)).toEqual({
        entries: 2,
        users: 1,
        held: 1_000,
        issued: 1_000,
        faults: [],
      });
    });

    test('is there after a restart, with its passkey', async () => {
      const options = fresh();
      let passkey: string;
      {
        await using tracker = await openAccounts(options);
        passkey = passkeyOf(await tracker.accounts.register(request(alice)));
      }
      await using tracker = await openAccounts(options);
      expect(tracker.accounts.account('alice')?.publicKey).toEqual(alice.key.publicKey);
      expect(tracker.accounts.gate.user(passkey)).toEqual({ id: 'alice', mayLeech: true });
    });

    test.each<[string, string, Partial<ReturnType<typeof request>>]>([
      ['signature', 'of another key', { signature: bob.key.sign(registrationMessage('alice', TRACKER)) }],
      ['signature', 'for another user', { signature: alice.key.sign(registrationMessage('bob', TRACKER)) }],
      ['signature', 'for another tracker', { signature: alice.key.sign(registrationMessage('alice', 'other')) }],
      ['signature', 'that is missing', { signature: new Uint8Array() }],
      ['public-key', 'with bytes that are no key', { publicKey: new Uint8Array(48) }],
      ['public-key', 'with infinity as key', { publicKey: Uint8Array.of(0xc0, ...new Uint8Array(47)) }],
      ['user-id', 'of a user whose name ends the message early', { userId: 'alice||tracker' }],
      ['user-id', 'of a user without a name', { userId: '' }],
    ])('is refused (%s) with a signature %s', async (code, _, other) => {
      await using tracker = await openAccounts(fresh());
      expect(await tracker.accounts.register({ ...request(alice), ...other })).toMatchObject({ refused: { code } });
      expect(tracker.accounts.statistics()).toEqual({ users: 0, entries: 0 });
    });

    test('comes once for a user, and once for a key', async () => {
      await using tracker = await openAccounts(fresh());
      await tracker.accounts.register(request(alice));
      const again = [request(alice), request(bob, 'alice'), request(alice, 'alice2')];
      const answers = await Promise.all(again.map((one) => tracker.accounts.register(one)));
      expect(answers.map((answer) => ('refused' in answer ? answer.refused.code : 'registered'))).toEqual([
        'user-exists',
        'user-exists',
        'key-exists',
      ]);
    });

    test('of one name by many at once is one of them', async () => {
      await using tracker = await openAccounts(fresh());
      const clients = Array.from({ length: 8 }, (_, index) => clientOf(`one-${index}`));
      const answers = await Promise.all(clients.map((client) => tracker.accounts.register(request(client, 'wanted'))));
      expect(answers.filter((answer) => 'account' in answer)).toHaveLength(1);
      expect(await checkConservation(tracker.db)).toMatchObject({ users: 1, faults: [] });
    });

    test("of a rogue key, made out of a victim's, is refused whatever the attacker can sign", async () => {
      await using tracker = await openAccounts(fresh());
      await tracker.accounts.register(request(bob));
      const negated = new Uint8Array(bob.key.publicKey);
      negated[0] = (negated[0] ?? 0) ^ 0x20;
      const points = [mallory.key.publicKey, negated].map((bytes) => PublicKey.fromBytes(bytes, true));
      const publicKey = aggregatePublicKeys(points).toBytes();
      for (const client of [mallory, bob]) {
        const answer = await tracker.accounts.register({ ...request(client, 'mallory'), publicKey });
        expect(answer).toMatchObject({ refused: { code: 'signature', field: 'signature' } });
      }
    });
  });

  describe('a passkey', () => {
    test('is good until it is changed or revoked', async () => {
      await using tracker = await openAccounts(fresh());
      const { accounts } = tracker;
      const first = passkeyOf(await accounts.register(request(alice)));
      const second = await accounts.rotatePasskey('alice');
      if ('refused' in second) throw new Error('refused');
      expect(accounts.gate.user(first)).toBeUndefined();
      expect(accounts.gate.user(second.passkey)).toMatchObject({ id: 'alice' });
      expect(await accounts.revokePasskey('alice')).toBeUndefined();
      expect(accounts.gate.user(second.passkey)).toBeUndefined();
      expect(await accounts.revokePasskey('nobody')).toMatchObject({ refused: { code: 'user-unknown' } });
    });

    test('is not in the store', async () => {
      await using tracker = await openAccounts(fresh());
      const passkey = passkeyOf(await tracker.accounts.register(request(alice)));
      const rows = await tracker.db.sql.selectFrom('tracker_users').selectAll().execute();
      const entries = await tracker.db.sql.selectFrom('tracker_ledger').select('entry').execute();
      expect(JSON.stringify({ rows, entries })).not.toContain(passkey);
      expect(rows[0]?.passkey).toHaveLength(32);
    });

    test('of a secret follows from user and generation; without one it is random', async () => {
      const passkeySecret = new Uint8Array(32).fill(1);
      const of = async (options: Parameters<typeof openAccounts>[1]): Promise<string> => {
        await using tracker = await openAccounts(fresh(), options);
        return passkeyOf(await tracker.accounts.register(request(alice)));
      };
      expect(await of({ passkeySecret })).toBe(await of({ passkeySecret }));
      expect(await of({ passkeySecret })).not.toBe(await of({ passkeySecret: new Uint8Array(32) }));
      expect(await of({})).not.toBe(await of({}));
    });

    test('of two processes that change it at once is never the same one again', async () => {
      const options = fresh();
      const passkeySecret = new Uint8Array(32);
      await using one = await openAccounts(options, { passkeySecret });
      await one.accounts.register(request(alice));
      await using two = await openAccounts(options, { passkeySecret });
      const changed = await Promise.all([one, two, one, two].map(({ accounts }) => accounts.rotatePasskey('alice')));
      expect(new Set(changed.map((answer) => ('passkey' in answer ? answer.passkey : 'refused'))).size).toBe(4);
    });

    test('that another process revoked is refused after the next look', async () => {
      const options = fresh();
      await using one = await openAccounts(options);
      const passkey = passkeyOf(await one.accounts.register(request(alice)));
      await using two = await openAccounts(options);
      await one.accounts.revokePasskey('alice');
      expect(two.accounts.gate.user(passkey)).toMatchObject({ id: 'alice' });
      await two.accounts.refresh();
      expect(two.accounts.gate.user(passkey)).toBeUndefined();
    });
  });

  describe('the gate', () => {
    test('knows nobody without a passkey, nor by a wrong one', async () => {
      await using tracker = await openAccounts(fresh());
      expect(tracker.accounts.gate.user(undefined)).toBeUndefined();
      expect(tracker.accounts.gate.user('0'.repeat(40))).toBeUndefined();
    });

    test('lets download by the ratio of what was booked, which may change while running', async () => {
      let minRatio = 0.5;
      await using tracker = await openAccounts(fresh(), { grant: 16_384, minRatio: () => minRatio });
      const { accounts } = tracker;
      await enrol(accounts, [alice]);
      const passkey = passkeyOf(await accounts.register(request(bob)));
      announce(accounts, 'bob', NOW);
      const receive = (piece: number) => report(tracker, 'alice', [bySession(bob, [receiptOf(alice, bob, piece)])]);
      await receive(0);
      await receive(1);
      expect(accounts.gate.user(passkey)).toEqual({ id: 'bob', mayLeech: true });
      await receive(2);
      expect(accounts.gate.user(passkey)).toEqual({ id: 'bob', mayLeech: false });
      minRatio = 0.25;
      expect(accounts.gate.user(passkey)?.mayLeech).toBe(true);
      minRatio = 0.5;
      expect(await accounts.give('bob', 16_384)).toMatchObject({ sequence: expect.any(Number) });
      expect(accounts.gate.user(passkey)?.mayLeech).toBe(true);
      for (const bytes of [0, -1, 0.5, 2 ** 53]) {
        expect(await accounts.give('bob', bytes)).toMatchObject({ refused: { code: 'amount' } });
      }
    });

    test("remembers announces over a restart, and takes strangers' for nothing", async () => {
      const options = fresh();
      {
        await using tracker = await openAccounts(options);
        await enrol(tracker.accounts, [alice, bob]);
        await tracker.accounts.refresh();
        // Written before: once more does no harm.
        announce(tracker.accounts, 'alice', NOW);
        announce(tracker.accounts, 'nobody', NOW);
      }
      await using tracker = await openAccounts(options);
      const { verdicts } = await report(tracker, 'alice', [bySession(bob, [receiptOf(alice, bob, 0)])]);
      expect(verdicts).toMatchObject([{ outcome: 'counted' }]);
    });
  });
});

describe('an account', () => {
  const amounts = { uploaded: 100, downloaded: 40, granted: 10, imported: 30, exported: 20 };

  test('has a ratio of all that counts for it by all that counts against it, and none before that', () => {
    expect(ratioOf(amounts)).toBe(140 / 60);
    expect(ratioOf({ ...amounts, downloaded: 0, exported: 0 })).toBeNull();
    expect(balanceOf(amounts)).toBe(80);
  });

  test('takes elsewhere what was earned here: neither gifts, nor what came from elsewhere', () => {
    expect(exportableOf(amounts)).toBe(40);
    expect(exportableOf({ ...amounts, uploaded: 0 })).toBe(0);
  });
});
