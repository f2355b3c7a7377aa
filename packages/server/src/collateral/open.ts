import { type DatabaseOptions, openDatabase } from '@assay/store';
import type { CollateralTables } from './documents.ts';
import { type CollateralService, type CollateralServiceOptions, createCollateralService } from './service.ts';

/** How to open a service together with its database. */
export interface OpenCollateralOptions extends Omit<CollateralServiceOptions, 'db'> {
  readonly place: DatabaseOptions;
}

/** Opens the database and the service on it; closing the one closes the other. Throws `usage` and `unavailable`. */
export async function openCollateralService(options: OpenCollateralOptions): Promise<CollateralService> {
  const { place, ...others } = options;
  const db = await openDatabase<CollateralTables>(place);
  try {
    const service = await createCollateralService({ ...others, db });
    const close = async (): Promise<void> => {
      await service.close();
      await db.close();
    };
    return { ...service, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await db.close();
    throw error;
  }
}
