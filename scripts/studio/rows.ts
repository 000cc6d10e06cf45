import pg from 'pg'
import { ColumnError } from './database.ts'
import { entityOfRow } from './history.ts'
import { HIDDEN } from './secrets.ts'
import { type ColumnInfo, columnOf, identifier, quoted, readTable, type TableInfo } from './table.ts'

/** A condition on a column. `in any column` of the search has no column. */
export interface Condition {
  readonly column: string
  readonly operator: Operator
  readonly value?: string
}

export const OPERATORS = ['=', '≠', '<', '≤', '>', '≥', 'contains', 'is null', 'is not null'] as const
export type Operator = (typeof OPERATORS)[number]

/** Which rows of a table. */
export interface RowsRequest {
  readonly table: string
  readonly where?: readonly Condition[]
  /** Words that any text column contains. */
  readonly search?: string
  /** The column, with `-` before it for the other direction. */
  readonly sort?: string
  /** The page, counted from 1. */
  readonly page?: number
  /** Whether a large table is read whole, which may take long. */
  readonly all?: boolean
}

/** Values as PostgreSQL prints them; null; `(hidden)`. */
export type Row = Readonly<Record<string, string | null>>

export interface RowsPage {
  readonly table: TableInfo
  readonly rows: readonly Row[]
  readonly hasMore: boolean
  /** Exact up to 10,000. */
  readonly count: number
  /** Whether only the first rows of the table were read. */
  readonly isPartial: boolean
}

const PAGE_SIZE = 100
/** An address may contain any number. */
const LAST_PAGE = 1_000_000_000
export const COUNT_LIMIT = 10_000
/** So many rows are read of a table that is too large to be read whole, in the order of its key. */
const READ_LIMIT = 30_000

/** Where the limit applies: to the rows that the filters find, or to those of the table. */
type Bound = 'before search' | 'before filters'
/** Longer texts are cut in lists; the page of one row has them whole. */
const LIST_LENGTH = 300

/**
 * A page of a table's rows. Where no index serves the sort or the filters, reading all of a large table takes too long for a page:
 * then only its first rows are read, unless the request wants all.
 */
export async function listRows(client: pg.ClientBase, request: RowsRequest): Promise<RowsPage> {
  const table = await readTable(client, request.table)
  if (request.all) return readPage(client, table, request)
  for (const { bound, budget } of ATTEMPTS) {
    if (bound && !request.search?.trim()) continue
    const found = await within(client, budget, () => readPage(client, table, request, bound))
    if (found) return found
  }
  return readPage(client, table, request, 'before filters')
}

const ATTEMPTS = [
  { bound: undefined, budget: 500 },
  { bound: 'before search', budget: 250 },
] as const

const QUERY_CANCELED = '57014'

/** The result of `fn`, or undefined if one of its statements takes longer than so many milliseconds. */
async function within<T>(
  client: pg.ClientBase,
  budget: number,
  fn: () => Promise<T>,
): Promise<T | undefined> {
  const { rows } = await client.query<{ timeout: string }>(
    `select current_setting('statement_timeout') as timeout`,
  )
  await client.query(`savepoint budget; set local statement_timeout = ${budget}`)
  try {
    const found = await fn()
    await client.query(`set local statement_timeout = '${rows[0]?.timeout}'; release savepoint budget`)
    return found
  } catch (error) {
    if ((error as pg.DatabaseError).code !== QUERY_CANCELED) throw error
    await client.query('rollback to savepoint budget')
    return undefined
  }
}

async function readPage(
  client: pg.ClientBase,
  table: TableInfo,
  request: RowsRequest,
  bound?: Bound,
): Promise<RowsPage> {
  const { from, values, filtered } = selection(table, request, bound)
  const page = Math.min(Math.max(1, Math.trunc(request.page || 1)), LAST_PAGE)
  const { rows } = await client
    .query<Row>(
      `select ${columnsOf(table, LIST_LENGTH)} ${from} ${orderOf(table, request.sort)} limit ${PAGE_SIZE + 1} offset ${(page - 1) * PAGE_SIZE}`,
      values,
    )
    .catch((error: unknown) => refuseValue(error, filtered))
  const { rows: counted } = await client.query<{ count: number }>(
    `select count(*)::int as count from (select ${from} limit ${COUNT_LIMIT + 1}) as found`,
    values,
  )
  return {
    table,
    isPartial: bound !== undefined,
    rows: rows.slice(0, PAGE_SIZE),
    hasMore: rows.length > PAGE_SIZE,
    count: counted[0]?.count ?? 0,
  }
}

/** Throws the error of a query, with the column whose filter has a value that the server cannot read. */
export function refuseValue(error: unknown, filtered: readonly string[]): never {
  const number = error instanceof pg.DatabaseError && /\$(\d+)/.exec(error.where ?? '')?.[1]
  const column = number ? filtered[Number(number) - 1] : undefined
  throw column === undefined ? error : new ColumnError(column, error)
}

/** A row with whole values. */
export interface FoundRow {
  readonly table: TableInfo
  readonly row: Row
  /** Changes with every write of the row. */
  readonly version: string
  /** How many rows refer to it, for each of the table's `referencedBy`. */
  readonly counts: readonly number[]
  /** Its kind and key in the audit log; null if the table has no history. */
  readonly history: { readonly entity: string; readonly id: string } | null
}

/** One row, and how many rows refer to it; undefined if it does not exist. */
export async function readRow(client: pg.ClientBase, name: string, key: Row): Promise<FoundRow | undefined> {
  const table = await readTable(client, name)
  const where = table.key.map((column) => ({ column, operator: '=' as const, value: key[column] ?? '' }))
  const { from, values } = selection(table, { table: name, where })
  const { rows } = await client.query<Row>(
    `select xmin::text as ${identifier('xmin!')}, ${columnsOf(table)} ${from} limit 1`,
    values,
  )
  const { 'xmin!': version = '', ...row } = (rows[0] ?? {}) as Record<string, string>
  if (rows.length === 0) return undefined
  const counts: number[] = []
  for (const { table: other, columns, otherColumns } of table.referencedBy) {
    const conditions = otherColumns.map((column, place) => ({
      ...{ column, operator: '=' as const, value: row[columns[place] as string] ?? '' },
    }))
    const referencing = selection(await readTable(client, other), { table: other, where: conditions })
    const { rows: counted } = await client.query<{ count: number }>(
      `select count(*)::int as count from (select ${referencing.from} limit ${COUNT_LIMIT + 1}) as found`,
      referencing.values,
    )
    counts.push(counted[0]?.count ?? 0)
  }
  return { table, row, version: version as string, counts, history: await entityOfRow(client, name, row) }
}

/** The columns of a table as text. A hidden value does not leave PostgreSQL. */
export function columnsOf({ columns }: TableInfo, length?: number): string {
  return columns
    .map((column) => {
      const name = identifier(column.name)
      const text = asText(column)
      if (column.isSecret) return `case when ${name} is not null then '${HIDDEN}' end as ${name}`
      return length === undefined
        ? `${text} as ${name}`
        : `case when length(${text}) > ${length} then left(${text}, ${length}) || '…' else ${text} end as ${name}`
    })
    .join(', ')
}

const asText = ({ name }: ColumnInfo) => `${identifier(name)}::text`

/** `from … where …` with the values of its parameters, and the columns that the filters among them are about. The table is called `row`. */
export function selection(
  table: TableInfo,
  { where = [], search = '' }: RowsRequest,
  bound?: Bound,
): { from: string; values: string[]; filtered: string[] } {
  const values: string[] = []
  const filtered: string[] = []
  const parameter = (value: string) => `$${values.push(value)}`
  const conditions = where.map(({ column, operator, value = '' }) =>
    conditionOf(columnOf(table, column), operator, () => {
      filtered.push(column)
      return parameter(value)
    }),
  )
  const texts = table.columns.filter(
    ({ category, isSecret, type }) =>
      !isSecret && (category === 'S' || type === 'jsonb' || category === 'E' || category === 'U'),
  )
  const found: string[] = []
  for (const word of search.split(/\s+/).filter(Boolean)) {
    const pattern = parameter(`%${word.replace(/[\\%_]/g, '\\$&')}%`)
    const matches = texts.map((column) => `${asText(column)} ilike ${pattern}`)
    found.push(matches.length > 0 ? `(${matches.join(' or ')})` : 'false')
  }
  const whole = `${quoted(table.name)} as ${ROW}`
  if (bound === undefined)
    return { from: `from ${whole}${filterOf([...conditions, ...found])}`, values, filtered }
  const [inner, outer] = bound === 'before search' ? [conditions, found] : [[], [...conditions, ...found]]
  const read = `select * from ${whole}${filterOf(inner)} ${orderOf(table, undefined)} limit ${READ_LIMIT}`
  return { from: `from (${read}) as ${ROW}${filterOf(outer)}`, values, filtered }
}

const filterOf = (conditions: readonly string[]) =>
  conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''

/** The table in a statement. */
const ROW = '"row"'

function conditionOf(column: ColumnInfo, operator: Operator, parameter: () => string): string {
  const name = identifier(column.name)
  if (operator === 'is null' || operator === 'is not null') return `${name} ${operator}`
  if (column.isSecret) throw new RangeError(`The column ${column.name} is hidden and cannot be searched.`)
  if (operator === 'contains') return `strpos(lower(${name}::text), lower(${parameter()})) > 0`
  if (!OPERATORS.includes(operator)) throw new RangeError('The request has an unknown operator.')
  const sign = { '=': '=', '≠': 'is distinct from', '<': '<', '≤': '<=', '>': '>', '≥': '>=' }[operator]
  const { comparedAs } = column
  return comparedAs ? `${name} ${sign} ${parameter()}::${comparedAs}` : `${name}::text ${sign} ${parameter()}`
}

export function orderOf(table: TableInfo, sort: string | undefined): string {
  const isDescending = sort?.startsWith('-') ?? false
  const chosen = sort ? columnOf(table, isDescending ? sort.slice(1) : sort) : undefined
  // Qualified: the name alone would be that of the selected text, which no index serves.
  const columnOfRow = (column: string) => `${ROW}.${identifier(column)}`
  const name = chosen && `${columnOfRow(chosen.name)}${chosen.isOrdered ? '' : '::text'}`
  if (chosen?.isSecret) throw new RangeError(`The column ${chosen.name} is hidden and cannot be sorted.`)
  const rest = table.key.filter((column) => column !== chosen?.name).map(columnOfRow)
  const order = [
    ...(name ? [`${name}${isDescending ? ` desc${chosen?.isRequired ? '' : ' nulls last'}` : ''}`] : []),
    ...rest,
  ]
  return order.length > 0 ? `order by ${order.join(', ')}` : ''
}
