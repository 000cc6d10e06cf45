import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'

/** An extension as a database has it, or as `schema/` asks for it. */
export interface Extension {
  readonly name: string
  /** `default` stands for the newest that the server offers. */
  readonly version: string
  /** Whether its functions and types are found without naming its schema. */
  readonly onSearchPath: boolean
}

/** The extensions of a database, in the order of their names; the search_path is that of the session. */
export async function readExtensions(client: pg.ClientBase): Promise<Extension[]> {
  const { rows } = await queryClosed<Extension>(
    client,
    `
    select extname::text as name,
      case when extversion = default_version then 'default' else extversion end as version,
      nspname = 'pg_catalog' or nspname = any(current_schemas(false)) as "onSearchPath"
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
    left join pg_available_extensions on name = extname
    order by extname`,
  )
  return rows
}

/** The schemas that hold the extensions, for a search_path. */
export async function extensionNamespaces(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    `select distinct nspname::text as name from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
     where nspname <> 'pg_catalog'`,
  )
  return rows.map(({ name }) => name)
}
