import { type DatabaseOptions, migrate, openDatabase } from '@assay/store';
import { VERIFIER_MIGRATIONS, VERIFIER_SERVICE, type VerifierDatabase, type VerifierSchema } from './schema.ts';

/** Opens the database of a verification service, and brings its tables up to date. Throws `usage` and `unavailable`. */
export async function openVerifierDatabase(place: DatabaseOptions): Promise<VerifierDatabase> {
  const db = await openDatabase<VerifierSchema>(place);
  try {
    await migrate(db, { service: VERIFIER_SERVICE, migrations: VERIFIER_MIGRATIONS });
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}
