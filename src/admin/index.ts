export {
  type Created,
  type CreateOptions,
  create,
  type DropOptions,
  type Dropped,
  drop,
  type Reset,
  type ResetOptions,
  reset,
  type Seeded,
  type SeedTargetOptions,
  seed,
  type Verified,
  verify,
} from './commands.ts'
export { createObjects } from './create.ts'
export type { Difference } from './differences.ts'
export { AdminError, DependentObjectsError, ProtectedDatabaseError } from './errors.ts'
export { checkMayDestroy, type Environment, readMarker } from './marker.ts'
export { MigrationError } from './migrate.ts'
export {
  type Migrated,
  type MigrateOptions,
  type MigrationState,
  type MigrationStatus,
  migrate,
  migrationStatus,
} from './migrations.ts'
export { readSchemaFiles, type SchemaFile } from './schema-files.ts'
export { type AdminOptions, readUrl } from './session.ts'
export type { TableCount } from './tables.ts'
