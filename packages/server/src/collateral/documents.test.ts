import { type Database, openDatabase } from '@assay/store';
import { describe, expect, test } from 'vitest';
import { type Databases, describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { type CollateralTables, openDocuments } from './documents.ts';
import type { KeptDocument } from './kept.ts';

const now = (): Date => new Date('2026-11-20T12:00:00Z');
const document = (target: string, more: Partial<KeptDocument> = {}): KeptDocument => ({
  target,
  body: Uint8Array.of(0, 1, 255),
  contentType: 'application/json',
  headers: { 'tcb-info-issuer-chain': '%2D' },
  fetchedAt: now().getTime(),
  refreshAt: now().getTime() + 1,
  validFrom: 0,
  expiresAt: now().getTime() + 2,
  ...more,
});

describe('documents of the collateral service', () => {
  describeOnEngines((databases: Databases) => {
    const opened = async (place = databases.fresh()): Promise<Database<CollateralTables>> =>
      openDatabase<CollateralTables>(place);

    test('are there again after a restart, the oldest first', async () => {
      const place = databases.fresh();
      {
        await using db = await opened(place);
        const documents = await openDocuments(db, now);
        await documents.accept(document('/b', { fetchedAt: 2 }), []);
        await documents.accept(document('/a', { fetchedAt: 1 }), []);
        await documents.accept(document('/a', { fetchedAt: 3, body: Uint8Array.of(9) }), []);
      }
      await using db = await opened(place);
      const documents = await openDocuments(db, now);
      const all = [document('/b', { fetchedAt: 2 }), document('/a', { fetchedAt: 3, body: Uint8Array.of(9) })];
      expect((await documents.all(10)).map(plain)).toEqual(all.map(plain));
      expect((await documents.all(1)).map(({ target }) => target)).toEqual(['/a']);
      expect(plain(await documents.read('/b'))).toEqual(plain(all[0]));
      await documents.remove('/b');
      expect(await documents.read('/b')).toBeUndefined();
    });

    test('are refused whole when one date is older than before, also after the document was removed', async () => {
      await using db = await opened();
      const documents = await openDocuments(db, now);
      await documents.accept(document('/a'), [{ key: 'root/tcb', issued: 100 }]);
      await documents.remove('/a');
      const older = documents.accept(document('/a'), [
        { key: 'root/other', issued: 500 },
        { key: 'root/tcb', issued: 99 },
      ]);
      await expect(older).rejects.toMatchObject({ name: 'CollateralRefusal', reason: 'rolled-back' });
      expect(await documents.read('/a')).toBeUndefined();
      // What was written before the refusal is undone with it.
      await documents.accept(document('/a'), [
        { key: 'root/other', issued: 1 },
        { key: 'root/tcb', issued: 100 },
      ]);
    });

    test('of two instances at once never go back', async () => {
      const place = databases.fresh();
      await using one = await opened(place);
      await using other = await opened(place);
      const instances = [await openDocuments(one, now), await openDocuments(other, now)];
      const dates = Array.from({ length: 20 }, (_, index) => (index * 7) % 20);
      const outcomes = await Promise.allSettled(
        dates.map(async (issued, index) => {
          const body = Uint8Array.of(issued);
          await instances[index % 2]?.accept(document('/a', { body }), [{ key: 'root/tcb', issued }]);
        }),
      );
      expect((await instances[0]?.read('/a'))?.body[0]).toBe(19);
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      for (const reason of refused) expect(reason).toMatchObject({ reason: 'rolled-back' });
    });
  });

  /** Engines give bytes as what they like. */
  function plain(kept: KeptDocument | undefined): object | undefined {
    return kept && { ...kept, body: [...kept.body] };
  }
});
