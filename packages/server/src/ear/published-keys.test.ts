import { migrate, openDatabase } from '@assay/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import {
  createPublishedKeys,
  EAR_KEY_MIGRATIONS,
  EAR_KEY_SERVICE,
  type EarKeyRow,
  type EarKeySchema,
  type PublishedKeys,
} from './published-keys.ts';

const row = (kid: string, change: Partial<EarKeyRow> = {}): EarKeyRow => ({
  kid,
  kind: 'genuine',
  jwk: JSON.stringify({ kty: 'EC', kid }),
  signs_from: 100,
  served_until: 200,
  ...change,
});

describeOnEngines(({ fresh }) => {
  let closing: AsyncDisposableStack;
  let place: ReturnType<typeof fresh>;
  beforeEach(() => {
    closing = new AsyncDisposableStack();
    place = fresh();
  });
  afterEach(() => closing.disposeAsync());

  /** One instance's handle on the shared database. */
  const opened = async (): Promise<PublishedKeys> => {
    const db = closing.use(await openDatabase<EarKeySchema>(place));
    await migrate(db, { service: EAR_KEY_SERVICE, migrations: EAR_KEY_MIGRATIONS });
    return createPublishedKeys(db);
  };
  const kidsOf = async (keys: PublishedKeys, kind: EarKeyRow['kind'], now: number) =>
    (await keys.served(kind, now)).keys.map(({ kid }) => kid);

  test('a key is served to all until its time, among those of its kind, the oldest first', async () => {
    const [a, b] = [await opened(), await opened()];
    await a.publish([row('new', { signs_from: 150, served_until: 300 }), row('old')], 100);
    await b.publish([row('fake', { kind: 'simulated' })], 100);
    expect(await kidsOf(b, 'genuine', 199)).toEqual(['old', 'new']);
    expect(await kidsOf(b, 'genuine', 200)).toEqual(['new']);
    expect(await kidsOf(a, 'simulated', 199)).toEqual(['fake']);
  });

  test('what has had its time is dropped, and cannot come back', async () => {
    const keys = await opened();
    await keys.publish([row('old')], 100);
    await keys.publish([row('old')], 200);
    expect(await kidsOf(keys, 'genuine', 0)).toEqual([]);
  });

  test('a key that is there already stays as it is, also when all publish it at the same moment', async () => {
    const instances = await Promise.all([opened(), opened(), opened(), opened()]);
    await Promise.all(instances.map((keys, index) => keys.publish([row('one'), row(`own-${index}`)], 100)));
    await instances[0]?.publish([row('one', { served_until: 900 })], 100);
    const [first] = instances;
    expect(first && (await kidsOf(first, 'genuine', 150))).toEqual(['one', 'own-0', 'own-1', 'own-2', 'own-3']);
    expect(first && (await kidsOf(first, 'genuine', 250))).toEqual([]);
  });
});
