import pg from 'pg'
import { computesWithSecrets, countStatements, HIDDEN, hiddenFields } from './secrets.ts'

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
/** Rows are fetched in batches of about as many characters as are still to come, so that a long value is not fetched many times. */
const LARGEST_BATCH = 200
const CURSOR = 'declare studio_rows no scroll cursor for '

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
  const { fields, rows, hasMore } = await (isQuery
    ? fetchRows(run, text, limit)
    : run(text).then((result) => bounded(result, limit))
  ).catch((error: unknown) => explain(client, error, { sql, isQuery }))
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

const PROTOCOL_VIOLATION = '08P01'
/** Messages of these classes name limits, sessions and privileges, or lose their values on the way to the page. */
const WITHOUT_VALUES = /^(?:08|22|25|28|40|53|54|55|57)|^42501/

/** An error in words for a person who writes SQL, and without a value that the query computes from a secret. */
async function explain(
  client: pg.ClientBase,
  error: unknown,
  { sql, isQuery }: { sql: string; isQuery: boolean },
): Promise<never> {
  if (!(error instanceof pg.DatabaseError)) throw error
  const { code = '', message, position, routine } = error
  if ((await countStatements(sql)) > 1) throw new Error('Run one statement at a time.', { cause: error })
  if (routine === 'transformDeclareCursorStmt')
    throw new Error('This page only reads: a statement within `with` changes rows.', { cause: error })
  if (code === PROTOCOL_VIOLATION)
    throw new Error('Write a value in place of each parameter, such as $1.', { cause: error })
  if (position !== undefined) {
    const line = lineOf(Number(position) - (isQuery ? CURSOR.length : 0), sql)
    if (line > 1) error.message = `Line ${line}: ${message}`
  } else if (!WITHOUT_VALUES.test(code)) {
    await client.query('rollback; begin read only; select 1; set local search_path = pg_catalog, pg_temp')
    if (await computesWithSecrets(client, sql))
      error.message = `The query failed (SQLSTATE ${code}). The message is not shown: it may contain values of hidden columns.`
  }
  throw error
}

/** The line of a place in the trimmed text of a query. */
function lineOf(position: number, sql: string): number {
  const start = sql.length - sql.trimStart().length
  return sql.slice(0, start + position - 1).split('\n').length
}

type Values = readonly (string | null)[]
type Run = (statement: string) => Promise<pg.QueryArrayResult>

interface Found {
  readonly fields: readonly pg.FieldDef[]
  readonly rows: readonly Values[]
  readonly hasMore: boolean
}

async function fetchRows(run: Run, sql: string, limit: number): Promise<Found> {
  await run(CURSOR + sql)
  const rows: Values[] = []
  for (let length = 0, batch = 1; ; ) {
    const fetched = await run(`fetch ${batch} from studio_rows`)
    rows.push(...fetched.rows)
    length += lengthOf(fetched.rows)
    const isLast = fetched.rows.length < batch
    const isEnough = rows.length > limit || length > MOST_CHARACTERS
    if (isLast || isEnough)
      return {
        fields: fetched.fields,
        rows: rows.slice(0, limit),
        hasMore: rows.length > limit || !isLast,
      }
    const most = Math.floor(((MOST_CHARACTERS - length) * rows.length) / Math.max(length, 1))
    batch = Math.max(1, Math.min(LARGEST_BATCH, most, limit + 1 - rows.length))
  }
}

const bounded = ({ fields, rows }: pg.QueryArrayResult, limit: number): Found => ({
  ...{ fields, rows: rows.slice(0, limit), hasMore: rows.length > limit },
})

const lengthOf = (rows: readonly Values[]) =>
  rows.flat().reduce((sum, value) => sum + (value?.length ?? 0), 0)

const cut = (value: string) => (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
