export { compareDatabases } from './compare.ts'
export { type Created, type CreateOptions, create, createObjects } from './create.ts'
export { type DropOptions, type Dropped, drop } from './drop.ts'
export {
  ENVIRONMENTS,
  type Environment,
  readEnvironment,
  type StatedEnvironment,
  statedEnvironment,
} from './environment.ts'
export { AdminError, DependentObjectsError, ProtectedDatabaseError } from './errors.ts'
export { type GuardedCommand, guard } from './guard.ts'
export { MigrationError } from './migrate.ts'
export { readMigrations, type ServiceMigrations } from './migration-folders.ts'
export { type MigrationState, type MigrationStatus, migrationStatus } from './migration-status.ts'
export { type Migrated, type MigrateOptions, migrate, migrateTestDatabase } from './migrations.ts'
export type { ServiceObjects } from './owned-objects.ts'
export { type Recorded, type RecordOptions, recordEnvironment } from './record-environment.ts'
export { type Reset, type ResetOptions, reset } from './reset.ts'
export { readSchemaFiles, type SchemaFile } from './schema-files.ts'
export { type Seeded, type SeedTargetOptions, seed } from './seed.ts'
export { type AdminOptions, inTransaction } from './session.ts'
export { currentNamespace, type Difference, NOT_COMPARED, readLive, snapshotFile } from './snapshot/index.ts'
export type { TableCount } from './tables.ts'
export { readTextFile } from './text-file.ts'
export { findToolTables, LIBRARY, mayReadRecords, TOOL_SCHEMA } from './tool-schema.ts'
export { describeUrl, readUrl } from './url.ts'
export { type Verified, verify } from './verify.ts'
export { describeHolders, type LockHolder, type OnWait, type Wait } from './waiting.ts'
