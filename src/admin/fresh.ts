import pg from 'pg'
import { type DatabaseObject, readObjects } from './objects.ts'
import { applySchemaFiles, readSchemaFiles, type SchemaFile } from './schema-files.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'

/** What the schema's files make, on this very server: applied beside the live objects, read, and rolled back. */
export interface Fresh {
  readonly snapshot: Snapshot
  readonly extensions: readonly string[]
}

/** A namespace that nobody sees: its transaction is never committed. */
const ASIDE = 'norberts_spark_db_aside'

/** Where the tables are: the first namespace of the connection's search_path that is there. */
export async function currentNamespace(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ name: string | null }>('select current_schema() as name')
  return rows[0]?.name ?? 'public'
}

/** Within a transaction, which continues as if nothing had happened. */
export async function readFresh(client: pg.ClientBase, namespace: string): Promise<Fresh> {
  return aside(client, await readSchemaFiles(), async () => ({
    snapshot: asIf(await readSnapshot(client, ASIDE), ASIDE, namespace),
    extensions: await readExtensions(client),
  }))
}

/** What the schema's files would make, had they been applied in the usual place. */
export async function readSchemaObjects(
  client: pg.ClientBase,
): Promise<Pick<DatabaseObject, 'type' | 'identity'>[]> {
  const namespace = pg
    .escapeIdentifier(await currentNamespace(client))
    .replace(/^"([a-z_][a-z0-9_]*)"$/, '$1')
  const objects = await aside(client, await readSchemaFiles(), () => readObjects(client))
  return objects
    .filter(({ identity }) => identity.includes(`${ASIDE}.`))
    .map(({ type, identity }) => ({ type, identity: identity.replaceAll(`${ASIDE}.`, `${namespace}.`) }))
}

/** With the live tables out of sight, so that nothing is made upon them by mistake; extensions are where they are. */
async function aside<T>(
  client: pg.ClientBase,
  files: readonly SchemaFile[],
  read: () => Promise<T>,
): Promise<T> {
  const { rows } = await client.query<{ path: string }>(`select current_setting('search_path') as path`)
  await client.query('savepoint aside')
  try {
    await client.query(`create schema ${ASIDE}`)
    await setPath(client, [ASIDE, ...(await extensionNamespaces(client))])
    await applySchemaFiles(client, files)
    return await read()
  } finally {
    await client.query('rollback to savepoint aside')
    await client.query(`select set_config('search_path', $1, true)`, [rows[0]?.path])
  }
}

export async function readLive(client: pg.ClientBase, namespace: string): Promise<Fresh> {
  const { rows } = await client.query<{ path: string }>(`select current_setting('search_path') as path`)
  const extensions = await extensionNamespaces(client)
  await setPath(client, [namespace, ...extensions])
  try {
    return {
      snapshot: asIf(await readSnapshot(client, namespace), namespace, namespace),
      extensions: await readExtensions(client),
    }
  } finally {
    await client.query(`select set_config('search_path', $1, true)`, [rows[0]?.path])
  }
}

async function extensionNamespaces(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct nspname::text as name from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
     where nspname <> 'pg_catalog'`,
  )
  return rows.map(({ name }) => name)
}

async function readExtensions(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select extname::text as name from pg_extension order by extname',
  )
  return rows.map(({ name }) => name)
}

function setPath(client: pg.ClientBase, namespaces: readonly string[]): Promise<unknown> {
  const path = namespaces.map((name) => pg.escapeIdentifier(name)).join(', ')
  return client.query(`select set_config('search_path', $1, true)`, [path])
}

/** The functions' settings hold the search_path of their creation, which names the namespace they were made in. */
function asIf(snapshot: Snapshot, from: string, to: string): Snapshot {
  return new Map(
    [...snapshot].map(([name, facts]) => [
      name,
      facts.settings === undefined ? facts : { ...facts, settings: withoutPlaces(facts.settings, from, to) },
    ]),
  )
}

/** Where the objects themselves are comes first; where extensions or the user's own are makes no difference. */
function withoutPlaces(settings: string, from: string, to: string): string {
  return settings.replace(/search_path=([^\n]*)/, (_, path: string) => {
    const names = path.split(/,\s*/).map((name) => name.replaceAll('"', ''))
    return names.includes(from) ? `search_path=${to}` : `search_path=${path}`
  })
}
