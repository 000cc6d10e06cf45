import type pg from 'pg'
import { HIDDEN, hiddenFields } from './secrets.ts'

/** The result of a query of the page SQL. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly isHidden: boolean }[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** Whether there are more rows than these. */
  readonly hasMore: boolean
  /** In milliseconds, on the server and on the way. */
  readonly time: number
}

export const LIMITS = [100, 500, 1_000] as const
/** Longer values are cut: a page of rows shows, it does not export. */
const LONGEST = 2_000

/** Fewer rows are shown where their texts are longer than this together. */
const MOST_CHARACTERS = 8_000_000
const BATCH = 20

/** All values arrive as PostgreSQL prints them. */
const types = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig

/**
 * Runs one statement and fetches at most `limit` rows of it, fewer where they are very long, through a cursor where it is a query: the rest is neither sent
 * nor kept. The transaction is read-only; names are found in `public` too.
 */
export async function runQuery(client: pg.ClientBase, sql: string, limit: number): Promise<QueryResult> {
  const start = performance.now()
  await client.query('set local search_path = pg_catalog, public, pg_temp')
  const text = sql.trim().replace(/;\s*$/, '')
  const isQuery = /^(?:select|with|values|table)\b/i.test(
    text.replace(/^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, ''),
  )
  const run: Run = (statement) =>
    client.query({ text: statement, rowMode: 'array', types, queryMode: 'extended' } as pg.QueryArrayConfig)
  const { fields, rows, hasMore } = isQuery
    ? await fetchRows(run, text, limit)
    : bounded(await run(text), limit)
  await client.query('set local search_path = pg_catalog, pg_temp')
  const hidden = await hiddenFields(client, fields, text)
  return {
    columns: fields.map(({ name }, place) => ({ name, isHidden: hidden.has(place) })),
    rows: rows.map((row) =>
      row.map((value, place) => (value === null ? null : hidden.has(place) ? HIDDEN : cut(value))),
    ),
    hasMore,
    time: Math.round(performance.now() - start),
  }
}

type Values = readonly (string | null)[]
type Run = (statement: string) => Promise<pg.QueryArrayResult>

interface Found {
  readonly fields: readonly pg.FieldDef[]
  readonly rows: readonly Values[]
  readonly hasMore: boolean
}

async function fetchRows(run: Run, sql: string, limit: number): Promise<Found> {
  await run(`declare studio_rows no scroll cursor for ${sql}`)
  const rows: Values[] = []
  for (let length = 0; ; ) {
    const fetched = await run(`fetch ${BATCH} from studio_rows`)
    rows.push(...fetched.rows)
    length += lengthOf(fetched.rows)
    const isLast = fetched.rows.length < BATCH
    const isEnough = rows.length > limit || length > MOST_CHARACTERS
    if (isLast || isEnough)
      return {
        fields: fetched.fields,
        rows: rows.slice(0, limit),
        hasMore: rows.length > limit || !isLast,
      }
  }
}

const bounded = ({ fields, rows }: pg.QueryArrayResult, limit: number): Found => ({
  ...{ fields, rows: rows.slice(0, limit), hasMore: rows.length > limit },
})

const lengthOf = (rows: readonly Values[]) =>
  rows.flat().reduce((sum, value) => sum + (value?.length ?? 0), 0)

const cut = (value: string) => (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
