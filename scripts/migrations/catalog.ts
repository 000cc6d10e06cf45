import pg from 'pg'
import { queryClosed } from '../../src/admin/index.ts'

/** Runs `fn` with a connection to a scratch database. */
export async function connected<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return await fn(client)
  } finally {
    await client.end()
  }
}

/** The rows of a query on the catalog: a copy of a live database may have operators of another role. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return connected(url, async (client) => (await queryClosed<Row>(client, sql, values)).rows)
}

/** In a query on pg_namespace: the namespaces of schema/, not those of the server, the tool or extensions. */
export const OWN_NAMESPACES = `nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'norberts_spark_db') and nspname !~ '^pg_(toast_)?temp_'`

/** In a query: whether no extension brought the object. */
export const notOfExtension = (catalog: string, oid: string) =>
  `not exists (select from pg_depend where classid = '${catalog}'::regclass and objid = ${oid} and deptype = 'e')`
