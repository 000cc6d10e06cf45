import type pg from 'pg'

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
  // One message is a transaction of its own where none is open.
  if (QUERY.test(text) && values.length === 0)
    return fetched(await several<Row>(client, `${CLOSE_PATH}; ${declare(text)}; ${RESTORE_PATH}; ${FETCH}`))
  if (client.getTransactionStatus() !== 'I') return closed(client, text, values)
  try {
    return await closed(client, text, values, { begin: 'begin; ', commit: '; commit' })
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

const QUERY = /^\s*(?:select|with)\b/

/** A setting of the transaction holds the search_path of the session meanwhile. */
const CLOSE_PATH = `select pg_catalog.set_config('norberts_spark.search_path', pg_catalog.current_setting('search_path'), true);
  set local search_path = pg_catalog, pg_temp`
const RESTORE_PATH = `select pg_catalog.set_config('search_path', pg_catalog.current_setting('norberts_spark.search_path'), true)`

/** The search_path at the declaration finds the names, the one at the fetch prints them. */
const declare = (query: string) => `declare closed_query no scroll cursor for ${query}\n`
const FETCH = 'fetch all from closed_query; close closed_query'

async function closed<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[],
  { begin, commit } = { begin: '', commit: '' },
): Promise<pg.QueryResult<Row>> {
  const isQuery = QUERY.test(text)
  await client.query(`${begin}${CLOSE_PATH}`)
  const result = await client.query<Row>(isQuery ? declare(text) : text, [...values])
  const last = `${RESTORE_PATH}${isQuery ? `; ${FETCH}` : ''}${commit}`
  if (isQuery) return fetched(await several<Row>(client, last))
  await client.query(last)
  return result
}

/** The results of several statements in one message. */
async function several<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  text: string,
): Promise<pg.QueryResult<Row>[]> {
  return (await client.query(text)) as unknown as pg.QueryResult<Row>[]
}

function fetched<Row extends pg.QueryResultRow>(
  results: readonly pg.QueryResult<Row>[],
): pg.QueryResult<Row> {
  return results.find(({ command }) => command === 'FETCH') as pg.QueryResult<Row>
}
