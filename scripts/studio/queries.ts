import type pg from 'pg'
import { HIDDEN, hiddenFields } from './secrets.ts'

/** The result of a query of the page SQL. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly isHidden: boolean }[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** Whether there are more rows than the limit. */
  readonly hasMore: boolean
  readonly limit: number
  /** In milliseconds, on the server and on the way. */
  readonly time: number
}

export const LIMITS = [100, 500, 1_000] as const
/** Longer values are cut: a page of rows shows, it does not export. */
const LONGEST = 2_000

/** All values arrive as PostgreSQL prints them. */
const types = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig

/**
 * Runs one statement and fetches at most `limit` rows of it, through a cursor where it is a query: the rest is neither sent
 * nor kept. The transaction is read-only; names are found in `public` too.
 */
export async function runQuery(client: pg.ClientBase, sql: string, limit: number): Promise<QueryResult> {
  const start = performance.now()
  await client.query('set local search_path = pg_catalog, public, pg_temp')
  const text = sql.trim().replace(/;\s*$/, '')
  const isQuery = /^(?:select|with|values|table)\b/i.test(
    text.replace(/^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, ''),
  )
  const run = (statement: string) =>
    client.query({ text: statement, rowMode: 'array', types, queryMode: 'extended' } as pg.QueryArrayConfig)
  if (isQuery) await run(`declare studio_rows no scroll cursor for ${text}`)
  const { fields, rows } = await run(isQuery ? `fetch ${limit + 1} from studio_rows` : text)
  await client.query('set local search_path = pg_catalog, pg_temp')
  const hidden = await hiddenFields(client, fields, text)
  return {
    columns: fields.map(({ name }, place) => ({ name, isHidden: hidden.has(place) })),
    rows: (rows as (string | null)[][])
      .slice(0, limit)
      .map((row) =>
        row.map((value, place) => (value === null ? null : hidden.has(place) ? HIDDEN : cut(value))),
      ),
    hasMore: rows.length > limit,
    limit,
    time: Math.round(performance.now() - start),
  }
}

const cut = (value: string) => (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
