import type pg from 'pg'
import { type Environment, readEnvironment, writeEnvironment } from './environment.ts'
import { AdminError } from './errors.ts'
import { guard } from './guard.ts'
import { readHistory, recordApplied } from './history.ts'
import { makePartitions } from './maintain.ts'
import { readLibraryMigrations } from './migration-folders.ts'
import { inNewOrExistingDatabase } from './new-database.ts'
import { type DatabaseObject, nameOf, readObjects } from './objects.ts'
import { type ChangeOptions, readChangeOptions } from './options.ts'
import { findOwned, recordObjects } from './owned-objects.ts'
import { applySchemaFiles, readSchemaFiles } from './schema-files.ts'
import { currentNamespace, readSchemaObjects } from './snapshot/index.ts'
import { findToolTables } from './tool-schema.ts'

export type CreateOptions = ChangeOptions

export interface Created {
  database: string
  environment: Environment
  /** For example `table users`. */
  created: string[]
}

/**
 * Creates the objects of schema/ in one transaction, and the database too if the server has none of the URL's name.
 *
 * @throws {ProtectedDatabaseError} the database holds data, and is not named in `confirm`.
 * @throws {AdminError} the schema exists already; the server refused something; the environment is not known, or is
 *   stated in two ways.
 * @throws {InvalidInputError} the URL or an option is not valid.
 * @throws {UnavailableError} the server cannot be reached.
 */
export async function create(url: string, options: CreateOptions = {}): Promise<Created> {
  const { environment: option, confirm, ...session } = readChangeOptions(options, 'options')
  return inNewOrExistingDatabase(url, session, async (client, database) => {
    await checkMayCreate(client)
    const { environment, requiresConfirmation } = await guard(client, 'create', {
      environment: option,
      confirm,
      database,
    })
    const created = await createObjects(client, environment, { database, requiresConfirmation })
    // Test databases are short-lived and many: their one partition serves them better.
    if (environment !== 'test') await makePartitions(client)
    return { database, environment, created: created.map(nameOf) }
  })
}

/**
 * Creates the objects of schema/, and records that the library owns them, in the caller's transaction.
 *
 * @param database the name that the database will have, if it is not the one it has now.
 */
export async function createObjects(
  client: pg.ClientBase,
  environment: Environment,
  { database, requiresConfirmation = false }: { database?: string; requiresConfirmation?: boolean } = {},
): Promise<DatabaseObject[]> {
  const before = await readObjects(client)
  await applySchemaFiles(client, await readSchemaFiles())
  await writeEnvironment(client, environment, { requiresConfirmation, name: database })
  const created = await recordObjects(client, { before })
  // The migrations lead to schema/.
  await recordApplied(client, await readLibraryMigrations())
  return created
}

/** @throws {AdminError} the schema exists already, or objects of others have the names of its own. */
async function checkMayCreate(client: pg.ClientBase): Promise<void> {
  const existing = await readObjects(client)
  if (await hasSchema(client, existing)) {
    throw new AdminError(
      'The schema exists already: there are objects of the library in this database. `reset` recreates it, `verify` compares it with schema/, `drop` removes it.',
    )
  }
  const wanted = new Set((await readSchemaObjects(client, await currentNamespace(client))).map(nameOf))
  const taken = existing.map(nameOf).filter((name) => wanted.has(name))
  if (taken.length === 0) return
  throw new AdminError(
    `Nothing was created: there is already ${taken.join(', ')}. If this is the schema, created without this tool, \`reset\` recreates it and \`migrate --baseline\` adopts it.`,
  )
}

async function hasSchema(client: pg.ClientBase, existing: readonly DatabaseObject[]): Promise<boolean> {
  if (!(await findToolTables(client)).has('objects')) return false
  const isCopy = (await readEnvironment(client))?.isBound !== true
  const owned = await findOwned(client, existing, isCopy)
  return owned.length > 0 || ((await readHistory(client)) ?? []).length > 0
}
