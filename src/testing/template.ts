import { createHash } from 'node:crypto'
import pg from 'pg'
import {
  createObjects,
  guard,
  migrateTestDatabase,
  readMigrations,
  readSchemaFiles,
  type ServiceMigrations,
} from '../admin/index.ts'
import { packageVersion } from '../package/index.ts'
import { MADE_FOR_TESTS, type ScratchDatabases, ServerError } from '../server/index.ts'

/** Key of the advisory lock that is held while a template is created, so that concurrent processes create it once. */
const LOCK = 7_205_759_404

const PREFIX = 'norberts_spark_db_template_'

/**
 * Creates the template database, with the schema and without rows, unless it exists, and returns its name. With a service's
 * migrations it has their tables too. It is created under a temporary name, so that a killed process leaves no incomplete
 * template. Templates of other versions are dropped.
 *
 * @throws {ServerError} a database that was not created for tests has the name.
 */
export async function prepareTemplate(
  databases: ScratchDatabases,
  service: ServiceMigrations | undefined,
): Promise<string> {
  const client = await databases.admin.connect()
  try {
    const name = `${PREFIX}${service ? 'service_' : ''}${await hashOf(client, service)}`
    if (await exists(client, name)) return name
    await client.query('select pg_advisory_lock($1)', [LOCK])
    try {
      if (!(await exists(client, name))) await createTemplate(databases, { admin: client, name, service })
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK])
    }
    return name
  } finally {
    client.release()
  }
}

/** Whether the guard allows to drop a test database: it does not if its environment was changed to production. */
export async function mayDrop(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ name: string }>('select current_database() as name')
    await guard(client, 'drop', { confirm: rows[0]?.name }, { lock: false, stated: false })
    return true
  } finally {
    await client.end().catch(() => {})
  }
}

/** Creates the objects of the schema in an empty database, then those of a service. */
export async function createTestObjects(
  url: string,
  name: string,
  service: ServiceMigrations | undefined,
): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('begin')
    await createObjects(client, 'test', { database: name })
    await client.query('commit')
  } finally {
    await client.end()
  }
  if (service) await migrateTestDatabase(url, service)
}

interface Template {
  readonly admin: pg.ClientBase
  readonly name: string
  readonly service: ServiceMigrations | undefined
}

async function createTemplate(
  databases: ScratchDatabases,
  { admin, name, service }: Template,
): Promise<void> {
  const database = await databases.createDatabase()
  await createTestObjects(database.url, name, service)
  await dropOthers(databases, admin, service)
  await admin.query(`alter database ${database.name} rename to ${name}`)
}

async function exists(client: pg.ClientBase, name: string): Promise<boolean> {
  const { rows } = await client.query<{ own: boolean }>(
    `select ${MADE_FOR_TESTS} as own from pg_database where datname = $1`,
    [name],
  )
  if (rows[0]?.own === false)
    throw new ServerError(
      `The database ${name} was not created for tests, but has the name of a template. Rename it.`,
    )
  return rows.length === 1
}

/** Drops the templates of other versions. One that is being copied is kept and dropped next time. */
async function dropOthers(
  databases: ScratchDatabases,
  client: pg.ClientBase,
  service: ServiceMigrations | undefined,
): Promise<void> {
  // A template with a service's tables is kept beside the one without.
  if (service) return
  const { rows } = await client.query<{ other: string }>(
    `select datname as other from pg_database where starts_with(datname, $1) and ${MADE_FOR_TESTS}`,
    [PREFIX],
  )
  for (const { other } of rows) {
    if (await mayDrop(databases.url(other)).catch(() => false))
      await client.query(`drop database if exists ${other}`).catch(() => {})
  }
}

/** The hash includes the role: another role could copy the template, but not use the tables in the copy. */
async function hashOf(client: pg.ClientBase, service: ServiceMigrations | undefined): Promise<string> {
  const { rows } = await client.query<{ role: string }>('select current_user as role')
  const hash = createHash('sha256').update(`${await packageVersion()} ${rows[0]?.role}`)
  for (const { name, sql } of await readSchemaFiles()) hash.update(`\0${name}\0${sql}`)
  if (service) {
    for (const { name, checksum } of await readMigrations(service.folder, service.name))
      hash.update(`\0${service.name}\0${name}\0${checksum}`)
  }
  return hash.digest('hex').slice(0, 12)
}
