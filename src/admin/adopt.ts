import pg from 'pg'
import { queryClosed } from './closed-query.ts'
import { otherNamespaces } from './compare.ts'
import { AdminError } from './errors.ts'
import { recordApplied, type SourcedMigration } from './history.ts'
import { type MigrateRun, runMigrations } from './migrate.ts'
import { PrivateDatabase } from './new-database.ts'
import { type DatabaseObject, nameOf, readObjects } from './objects.ts'
import { adoptObjects, type OwnedObject } from './owned-objects.ts'
import { withoutServices } from './service-objects.ts'
import { connect } from './session.ts'
import {
  currentNamespace,
  differencesBetween,
  readExpected,
  readLive,
  readSchemaObjects,
  type SchemaState,
} from './snapshot/index.ts'
import { ensureToolSchema } from './tool-schema.ts'

/** SQLSTATE of `create database` by a role that may not. */
const INSUFFICIENT_PRIVILEGE = '42501'

export interface Adoption {
  readonly url: string
  readonly migrations: readonly SourcedMigration[]
  /** Whether these are all migrations of the package, which lead to schema/. */
  readonly isWhole: boolean
}

/**
 * Records migrations as applied in a database that has everything they create, in the caller's transaction.
 *
 * @throws {AdminError} the database differs from what the migrations create.
 */
export async function adoptDatabase(client: pg.Client, adoption: Adoption): Promise<void> {
  const { url, migrations, isWhole } = adoption
  const namespace = await currentNamespace(client)
  const wanted = isWhole
    ? await readExpected(client, namespace)
    : await readMigrated(url, { migrations, namespace })
  const named = new Set((await readSchemaObjects(client, namespace)).map(nameOf))
  const objects = await readObjects(client)
  const live = await readLive(client, namespace, wanted.namespaces)
  const differences = differencesBetween(
    wanted,
    // Objects of others may stay beside those of the migrations, which other folders do not list.
    isWhole ? withoutServices(live, othersOf(objects, named), namespace) : live,
  )
  if (differences.length > 0) {
    const names = differences.slice(0, 5).map(({ object, fact }) => (fact ? `${object} (${fact})` : object))
    throw new AdminError(
      `The database differs from what the migrations create, in ${differences.length} places: ${names.join(', ')}${differences.length > 5 ? ', …' : ''}. Nothing was adopted.`,
    )
  }
  await ensureToolSchema(client)
  await adoptObjects(
    client,
    objects.filter((object) => named.has(nameOf(object))),
  )
  await recordApplied(client, migrations)
}

function othersOf(objects: readonly DatabaseObject[], named: ReadonlySet<string>): OwnedObject[] {
  return objects
    .filter((object) => !named.has(nameOf(object)))
    .map((object) => ({ ...object, source: 'others' }))
}

/**
 * Reads what the migrations create from a temporary database on the same server: a transaction that is rolled back cannot
 * contain `create index concurrently`, `vacuum`, or the use of an enum value that an earlier file adds.
 */
async function readMigrated(
  url: string,
  { migrations, namespace }: { migrations: readonly SourcedMigration[]; namespace: string },
): Promise<SchemaState> {
  const temporary = await createTemporary(url)
  try {
    await inSession(temporary.url, (client) => prepareNamespace(client, namespace))
    return await inSession(temporary.url, async (client) => {
      await ensureToolSchema(client)
      const run: MigrateRun = { lockTimeout: 0, retries: 0, onProgress: () => {}, holders: () => [] }
      await runMigrations(client, { pending: migrations, applied: [] }, run)
      await client.query('begin read only')
      return readLive(client, namespace, await otherNamespaces(client, namespace))
    })
  } finally {
    await temporary.discard()
  }
}

async function inSession<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url)
  try {
    return await fn(client)
  } finally {
    await client.end()
  }
}

/** The next session starts in the namespace, as those of the database that is adopted do. */
async function prepareNamespace(client: pg.Client, namespace: string): Promise<void> {
  if (namespace === 'public') return
  const name = pg.escapeIdentifier(namespace)
  const { rows } = await queryClosed<{ database: string }>(client, 'select current_database() as database')
  const database = pg.escapeIdentifier(rows[0]?.database ?? '')
  await client.query(
    `create schema if not exists ${name}; alter database ${database} set search_path to ${name}, public`,
  )
}

async function createTemporary(url: string): Promise<PrivateDatabase> {
  return PrivateDatabase.create(url).catch((error: unknown) => {
    if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw error
    throw new AdminError(
      'To adopt some migrations only, or those of another folder, they are run in a temporary database of the same server, which this role may not create. Use a role with CREATEDB. Nothing was adopted.',
      { cause: error },
    )
  })
}
