import type pg from 'pg'
import { withSearchPath } from './snapshot/index.ts'
import { TOOL_SCHEMA, TOOL_TABLES } from './tool-schema.ts'

interface Relation {
  readonly name: string
  /** Whether the role sees each of its rows. */
  readonly isVisible: boolean
  readonly isForeign: boolean
  /** Of an extension's table: the rows that are the users' own, as pg_dump selects them. */
  readonly condition: string
}

/**
 * Relations that may hold rows: tables and partitions of every namespace, of extensions too, materialized views, foreign
 * tables. A file of zero bytes holds none.
 */
const RELATIONS = `
  select pg_catalog.format('%I.%I', nspname, relname) as name,
    relkind = 'f' as "isForeign",
    pg_catalog.has_schema_privilege(pg_namespace.oid, 'usage') and has_table_privilege(pg_class.oid, 'select')
      and not row_security_active(pg_class.oid) as "isVisible",
    coalesce((select extcondition[pg_catalog.array_position(extconfig, pg_class.oid)] from pg_extension
      where pg_class.oid = any (extconfig)), '') as condition
  from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  where relkind in ('r', 'm', 'f') and relpersistence <> 't'
    and nspname not in ('pg_catalog', 'pg_toast', 'information_schema')
    and not (nspname = '${TOOL_SCHEMA}' and relname in ('marker', ${TOOL_TABLES.map((name) => `'${name}'`).join(', ')}))
    and (relkind = 'f' or pg_relation_size(pg_class.oid) > 0)
  order by nspname <> 'public', nspname, relname`

/**
 * The first relation found with rows in it, for example `table crm.notes`; undefined where the database holds no data.
 * Rows that the role may not see count: a table that is not empty on disk, and cannot be read whole, holds data. Nothing but
 * pg_catalog is on the path: an overload of a role that may create functions would be preferred to `format`.
 */
export function findData(client: pg.ClientBase): Promise<string | undefined> {
  return withSearchPath(client, ['pg_catalog', 'pg_temp'], () => firstData(client))
}

async function firstData(client: pg.ClientBase): Promise<string | undefined> {
  const { rows: relations } = await client.query<Relation>(RELATIONS)
  for (const { name, isVisible, isForeign, condition } of relations) {
    const plainName = name.replace(/^public\./, '')
    if (isForeign) return `foreign table ${plainName}`
    if (!isVisible) return `${plainName}, whose rows this role may not see`
    const { rows } = await client.query<{ some: boolean }>(
      `select exists (select from ${name} ${condition}) as some`,
    )
    if (rows[0]?.some) return plainName
  }
  const { rows } = await client.query<{ some: boolean }>(
    'select exists (select from pg_largeobject_metadata) as some',
  )
  return rows[0]?.some ? 'large objects' : undefined
}
