import pg from 'pg'
import { TABLES } from '../../generated/catalog.ts'
import { queryClosed } from './closed-query.ts'
import { AdminError } from './errors.ts'
import { currentNamespace } from './snapshot/index.ts'

export interface TableCount {
  readonly table: string
  /** Undefined if the table is missing, or the role may not read it. */
  readonly rows: number | undefined
}

/** @throws {AdminError} a table of schema/ is missing. */
export async function checkTables(client: pg.ClientBase): Promise<void> {
  const namespace = await currentNamespace(client)
  await checkSchemaExists(client, namespace)
  const found = await findTables(client, namespace)
  const missing = TABLES.filter((table) => !found.has(table))
  if (missing.length === 0) return
  throw new AdminError(
    `There is no table ${missing.join(', ')}. \`verify\` shows what else differs from schema/, \`reset\` recreates the schema.`,
  )
}

/** @throws {AdminError} no table of schema/ exists. */
export async function checkSchemaExists(client: pg.ClientBase, namespace: string): Promise<void> {
  if ((await findTables(client, namespace)).size > 0) return
  throw new AdminError(
    'There is no schema of the library in this database. Run `norberts-spark-db create`, or check the URL.',
  )
}

/** Counts the rows of the tables of schema/, in the order of their names. */
export async function countRows(client: pg.ClientBase, namespace: string): Promise<TableCount[]> {
  const found = await findReadable(client, await findTables(client, namespace), namespace)
  const counts: TableCount[] = []
  for (const table of TABLES)
    counts.push({ table, rows: found.has(table) ? await count(client, namespace, table) : undefined })
  return counts
}

async function count(client: pg.ClientBase, namespace: string, table: string): Promise<number> {
  const name = [namespace, table].map((each) => pg.escapeIdentifier(each)).join('.')
  const { rows } = await queryClosed<{ count: string }>(client, `select count(*) as count from ${name}`)
  return Number(rows[0]?.count)
}

async function findReadable(
  client: pg.ClientBase,
  tables: ReadonlySet<string>,
  namespace: string,
): Promise<Set<string>> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    `select name from unnest($1::text[]) as name
     where pg_catalog.has_schema_privilege($2, 'usage') and has_table_privilege(pg_catalog.format('%I.%I', $2::text, name), 'select')`,
    [[...tables], namespace],
  )
  return new Set(rows.map(({ name }) => name))
}

async function findTables(client: pg.ClientBase, namespace: string): Promise<Set<string>> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    `select relname as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = $1 and relname = any($2) and relkind in ('r', 'p')`,
    [namespace, TABLES],
  )
  return new Set(rows.map(({ name }) => name))
}
