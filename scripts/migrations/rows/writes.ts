import type pg from 'pg'
import { queryClosed } from '../../../src/admin/index.ts'
import { OWN_NAMESPACES } from '../catalog.ts'
import { insertRows } from './fill.ts'
import { readTables, type Table } from './tables.ts'

/** A table that takes no more rows, and what the server says of it. */
export interface Refusal {
  readonly table: string
  readonly reason: string
}

/**
 * Inserts one more row into each table, with its defaults, and updates one, as a service does after a migration: a sequence that is
 * behind its rows, a trigger or a default that no longer fits shows only then.
 */
export async function refusedWrites(client: pg.Client): Promise<Refusal[]> {
  const refused: Refusal[] = []
  for (const table of await readTables(client)) {
    const reason = (await refusedInsert(client, table)) ?? (await refusedUpdate(client, table))
    if (reason !== undefined) refused.push({ table: table.name, reason })
  }
  return refused
}

async function refusedInsert(client: pg.Client, table: Table): Promise<string | undefined> {
  const byDefault = await insertRows(client, table, { rows: 1, usesDefaults: true })
  if (byDefault.collision !== undefined) return byDefault.collision
  if (byDefault.inserted > 0) return undefined
  const whole = await insertRows(client, table, { rows: 1, usesDefaults: false })
  return whole.collision ?? (whole.inserted > 0 ? undefined : whole.reason)
}

async function refusedUpdate(client: pg.Client, table: Table): Promise<string | undefined> {
  const column = table.columns.find(({ isGenerated }) => !isGenerated)
  if (!column) return undefined
  try {
    await client.query(
      `update ${table.name} set ${column.name} = ${column.name} where (tableoid, ctid) in (select tableoid, ctid from ${table.name} limit 1)`,
    )
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * Names the generated columns and CHECKs that the rows do not satisfy: they call a function that has changed since the rows were written.
 */
export async function staleResults(client: pg.Client): Promise<string[]> {
  const { rows } = await queryClosed<{ name: string; query: string }>(
    client,
    `
    select format('the generated column %s.%I', pg_class.oid::regclass, attname) as name,
      format('select from %s where %I is distinct from (%s) limit 1', pg_class.oid::regclass, attname, pg_get_expr(adbin, adrelid)) as query
    from pg_attribute join pg_attrdef on adrelid = attrelid and adnum = attnum join pg_class on pg_class.oid = attrelid
    join pg_namespace on pg_namespace.oid = relnamespace
    join pg_type on pg_type.oid = atttypid
    where attgenerated = 's' and relkind in ('r', 'p') and not relispartition and ${OWN_NAMESPACES}
      and exists (select from pg_operator where oprname = '=' and oprleft = coalesce(nullif(typbasetype, 0), atttypid) and oprright = oprleft)
    union all
    select format('the constraint %I of %s', conname, conrelid::regclass), format('select from %s where not (%s) limit 1', conrelid::regclass, pg_get_expr(conbin, conrelid))
    from pg_constraint join pg_class on pg_class.oid = conrelid join pg_namespace on pg_namespace.oid = relnamespace
    where contype = 'c' and convalidated and not relispartition and ${OWN_NAMESPACES}`,
  )
  const stale: string[] = []
  for (const { name, query } of rows) if ((await client.query(query)).rowCount !== 0) stale.push(name)
  return stale
}
