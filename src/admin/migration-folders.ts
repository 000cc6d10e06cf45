import type { SourcedMigration } from './history.ts'
import { migration } from './migration-files.ts'
import { readSqlFolder } from './sql-folder.ts'
import { LIBRARY } from './tool-schema.ts'

/** A service's own migrations: applied after those of the package, and kept in the same history under this name. */
export interface ServiceMigrations {
  /** The folder of `.sql` files; a relative path starts at the working directory. */
  readonly folder: string
  /** The name in the history, for example `billing`: lower-case letters, digits, `-` and `_`. */
  readonly name: string
}

/**
 * The package's own migrations, in the order of their names.
 *
 * @throws {AdminError} the package's files are incomplete.
 */
export async function readLibraryMigrations(): Promise<SourcedMigration[]> {
  const files = await readSqlFolder('schema/migrations')
  return files.map(({ name, sql }) => ({ source: LIBRARY, ...migration(name, sql) }))
}

/**
 * The migrations of a folder of the caller's, in the order of their names.
 *
 * @throws {AdminError} the folder does not exist or contains none.
 */
export async function readMigrations(folder: string, source: string): Promise<SourcedMigration[]> {
  const files = await readSqlFolder({ own: folder })
  return files.map(({ name, sql }) => ({ source, ...migration(name, sql) }))
}
