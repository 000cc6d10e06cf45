import type pg from 'pg'
import { queryClosed } from './closed-query.ts'
import { inTransaction } from './session.ts'
import { currentNamespace, type Difference, differencesBetween, readLive } from './snapshot/index.ts'
import { TOOL_SCHEMA } from './tool-schema.ts'

/** Compares two databases of one server, object by object. `schema` is the one that has everything as it should be. Reads only. */
export async function compareDatabases(schema: string, database: string): Promise<Difference[]> {
  const read = (url: string) =>
    inTransaction(
      url,
      async (client) => {
        const namespace = await currentNamespace(client)
        return readLive(client, namespace, await otherNamespaces(client, namespace))
      },
      { readOnly: true },
    )
  return differencesBetween(await read(schema), await read(database))
}

/** The schemas of a database beside that of its tables. */
export async function otherNamespaces(client: pg.ClientBase, namespace: string): Promise<string[]> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    `select nspname::text as name from pg_namespace
     where nspname !~ '^(pg_|information_schema$)' and nspname <> all($1) order by 1`,
    [[namespace, 'public', TOOL_SCHEMA]],
  )
  return rows.map(({ name }) => name)
}
