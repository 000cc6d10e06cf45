import pg from 'pg'
import { TABLES } from '../../generated/catalog.ts'
import { AdminError } from './errors.ts'
import { currentNamespace } from './fresh.ts'

export interface TableCount {
  readonly table: string
  /** Undefined where there is no such table. */
  readonly rows: number | undefined
}

/** @throws {AdminError} one of schema/'s tables is not there. */
export async function checkTables(client: pg.ClientBase): Promise<void> {
  const there = await findTables(client, await currentNamespace(client))
  const missing = TABLES.filter((table) => !there.has(table))
  if (missing.length === 0) return
  throw new AdminError(
    missing.length === TABLES.length
      ? 'The schema is not there: create it first.'
      : `There is no table ${missing.join(', ')}: verify shows what else differs, reset makes the schema anew.`,
  )
}

/** The tables of schema/ in the order of their names, with their rows. */
export async function countRows(client: pg.ClientBase, namespace: string): Promise<TableCount[]> {
  const there = await findTables(client, namespace)
  const counts: TableCount[] = []
  for (const table of TABLES)
    counts.push({ table, rows: there.has(table) ? await count(client, namespace, table) : undefined })
  return counts
}

async function count(client: pg.ClientBase, namespace: string, table: string): Promise<number> {
  const name = [namespace, table].map((each) => pg.escapeIdentifier(each)).join('.')
  const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${name}`)
  return Number(rows[0]?.count)
}

async function findTables(client: pg.ClientBase, namespace: string): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = $1 and relname = any($2) and relkind in ('r', 'p')`,
    [namespace, TABLES],
  )
  return new Set(rows.map(({ name }) => name))
}
