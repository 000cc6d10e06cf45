import { createHash } from 'node:crypto'
import pg from 'pg'
import { createObjects, readSchemaFiles } from '../admin/index.ts'
import { packageVersion } from '../package/index.ts'
import type { ScratchDatabases } from '../server/index.ts'

/** Key of the advisory lock that is held while a template is created, so that concurrent processes create it once. */
const LOCK = 7_205_759_404

const PREFIX = 'norberts_spark_db_template_'

/**
 * Creates the template database, with the schema and without rows, unless it exists, and returns its name. It is created
 * under a temporary name, so that a killed process leaves no incomplete template. Templates of other versions are dropped.
 */
export async function makeTemplate(databases: ScratchDatabases): Promise<string> {
  const client = await databases.admin.connect()
  try {
    const name = `${PREFIX}${await hashOfSchema(client)}`
    if (await exists(client, name)) return name
    await client.query('select pg_advisory_lock($1)', [LOCK])
    try {
      if (!(await exists(client, name))) await make(databases, client, name)
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK])
    }
    return name
  } finally {
    client.release()
  }
}

async function make(databases: ScratchDatabases, admin: pg.ClientBase, name: string): Promise<void> {
  const database = await databases.createDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  try {
    await createObjects(client, 'test')
  } finally {
    await client.end()
  }
  await dropOthers(admin, name)
  await admin.query(`alter database ${database.name} rename to ${name}`)
}

async function exists(client: pg.ClientBase, name: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
  return rowCount === 1
}

/** Drops the other templates. One that is being copied is kept and dropped next time. */
async function dropOthers(client: pg.ClientBase, name: string): Promise<void> {
  const { rows } = await client.query<{ other: string }>(
    'select datname as other from pg_database where starts_with(datname, $1) and datname <> $2',
    [PREFIX, name],
  )
  for (const { other } of rows) await client.query(`drop database if exists ${other}`).catch(() => {})
}

/** The hash includes the role: another role could copy the template, but not use the tables in the copy. */
async function hashOfSchema(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ role: string }>('select current_user as role')
  const hash = createHash('sha256').update(`${await packageVersion()} ${rows[0]?.role}`)
  for (const { name, sql } of await readSchemaFiles()) hash.update(`\0${name}\0${sql}`)
  return hash.digest('hex').slice(0, 12)
}
