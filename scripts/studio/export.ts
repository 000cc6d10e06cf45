import type pg from 'pg'
import { columnsOf, orderOf, type RowsRequest, refuseValue, selection } from './rows.ts'
import { identifier, quoted, readTable, type TableInfo } from './table.ts'

export const FORMATS = ['csv', 'json', 'sql'] as const
export type Format = (typeof FORMATS)[number]

type Text = string | null

const BATCH = 1_000

/** All rows that a filter finds, in the order of the page. Hidden columns are left out of SQL, and `(hidden)` elsewhere. */
export async function* exportRows(
  client: pg.ClientBase,
  request: RowsRequest,
  format: Format,
): AsyncGenerator<string> {
  const { table, sql, values } = await statementOf(client, request)
  const { head, line, separator, tail } = WRITERS[format](table)
  await client.query(`declare studio_export no scroll cursor for ${sql}`, values)
  yield head
  for (let isFirst = true; ; isFirst = false) {
    const { rows } = await client.query<Record<string, Text>>(`fetch ${BATCH} from studio_export`)
    if (rows.length > 0) yield `${isFirst ? '' : separator}${rows.map(line).join(separator)}`
    if (rows.length < BATCH) break
  }
  yield tail
}

/** Plans an export. @throws the errors of its filters. */
export async function checkExport(client: pg.ClientBase, request: RowsRequest): Promise<void> {
  const { sql, values, filtered } = await statementOf(client, request)
  await client.query(`explain ${sql}`, values).catch((error: unknown) => refuseValue(error, filtered))
}

async function statementOf(
  client: pg.ClientBase,
  request: RowsRequest,
): Promise<{ table: TableInfo; sql: string; values: string[]; filtered: string[] }> {
  const table = await readTable(client, request.table)
  const { from, ...rest } = selection(table, request)
  return { table, sql: `select ${columnsOf(table)} ${from} ${orderOf(table, request.sort)}`, ...rest }
}

interface Writer {
  readonly head: string
  readonly line: (row: Record<string, Text>) => string
  readonly separator: string
  readonly tail: string
}

const WRITERS: Readonly<Record<Format, (table: TableInfo) => Writer>> = {
  csv: ({ columns }) => ({
    head: `${columns.map(({ name }) => csvCell(name)).join(',')}\r\n`,
    line: (row) => columns.map(({ name }) => csvCell(row[name] ?? null)).join(','),
    separator: '\r\n',
    tail: '\r\n',
  }),
  json: ({ columns }) => ({
    head: '[\n',
    line: (row) => {
      const entries = columns.map(({ name, type }) => [name, jsonValue(row[name] ?? null, type)] as const)
      return `  {${entries.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(', ')}}`
    },
    separator: ',\n',
    tail: '\n]\n',
  }),
  sql: ({ name, columns }) => {
    const given = columns.filter(({ isSecret, isGenerated }) => !isSecret && !isGenerated)
    const list = given.map((column) => identifier(column.name)).join(', ')
    return {
      head: '',
      line: (row) =>
        `insert into ${quoted(name)} (${list}) values (${given.map((column) => literal(row[column.name] ?? null)).join(', ')});`,
      separator: '\n',
      tail: '\n',
    }
  },
}

/** A text that a spreadsheet would read as a formula gets an apostrophe. */
function csvCell(value: Text): string {
  if (value === null) return ''
  const safe = /^[=+\-@\t\r]/.test(value) && !/^-?[\d.]+$/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) || safe === '' ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Numbers that JavaScript represents exactly, booleans and JSON as such; everything else as text. */
function jsonValue(value: Text, type: string): string {
  if (value === null) return 'null'
  if (type === 'boolean') return String(value === 'true' || value === 't')
  if (type === 'json' || type === 'jsonb') return value
  return /^(?:smallint|integer|real|double precision)$/.test(type) && Number.isFinite(Number(value))
    ? value
    : JSON.stringify(value)
}

const literal = (value: Text) => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`)
