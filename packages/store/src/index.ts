export { type Database, type DatabaseOptions, type Engine, openDatabase } from './sql/database.ts';
export { type ConstraintKind, ConstraintViolation } from './sql/errors.ts';
export { createGroupCommit, type GroupCommit } from './sql/group-commit.ts';
export { insertRows } from './sql/insert-rows.ts';
export { type Migration, migrate } from './sql/migrate.ts';
export { savepoint } from './sql/savepoint.ts';
export type { SchemaWords } from './sql/schema.ts';
export type { Durability } from './sql/sqlite-file.ts';
