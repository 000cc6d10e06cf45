import pg from 'pg'

/**
 * Runs a statement on the catalog or on the library's own records. Its functions, operators and types are found in
 * pg_catalog alone, so that none of another role runs with the privileges of the caller. Values of a query are
 * looked up and printed under the search_path of the session: `to_regclass('users')`, the text of a `regclass`.
 *
 * Tables of other schemas have to be named with theirs.
 */
export async function queryClosed<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  if (client.getTransactionStatus() !== 'I') return closed(client, text, values)
  await client.query('begin')
  try {
    const result = await closed<Row>(client, text, values)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

const QUERY = /^\s*(?:select|with)\b/

async function closed<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[],
): Promise<pg.QueryResult<Row>> {
  const [{ rows }] = await several<{ path: string }>(
    client,
    `select pg_catalog.current_setting('search_path') as path; set local search_path = pg_catalog, pg_temp`,
  )
  // The search_path at the declaration finds the names, the one at the fetch prints them.
  const isQuery = QUERY.test(text)
  const result = await client.query<Row>(
    isQuery ? `declare closed_query no scroll cursor for ${text}` : text,
    [...values],
  )
  const restore = `select pg_catalog.set_config('search_path', ${pg.escapeLiteral(rows[0]?.path ?? '')}, true)`
  if (!isQuery) {
    await client.query(restore)
    return result
  }
  const [, fetched] = await several<Row>(
    client,
    `${restore}; fetch all from closed_query; close closed_query`,
  )
  return fetched
}

/** The results of several statements in one message. */
async function several<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  text: string,
): Promise<[pg.QueryResult<Row>, pg.QueryResult<Row>]> {
  return (await client.query(text)) as unknown as [pg.QueryResult<Row>, pg.QueryResult<Row>]
}
