import type pg from 'pg'
import { isSecret } from './secrets.ts'
import { type ComparedColumn, columnsOfStatement } from './statement-columns.ts'
import type { Parameter, Statement } from './statement-files.ts'
import { identifier } from './table.ts'

/**
 * Example values for the parameters of a statement, as text: keys and filters from one row of the database, bounds of pages so that
 * a list begins at its start. Null where there is no example.
 */
export async function exampleValues(
  client: pg.ClientBase,
  { sql, parameters }: Statement,
): Promise<(string | null)[]> {
  const { tables, columns } = await columnsOfStatement(sql)
  const existing = await columnsOfTables(client, [...new Set(tables.values())])
  const values: (string | null | undefined)[] = parameters.map(() => undefined)
  const wanted = new Map<string, { parameter: number; column: string }[]>()
  const place = (found: ComparedColumn) => {
    if (values[found.parameter] !== undefined) return
    const bound = boundOf(found.operator, parameters[found.parameter]?.type ?? '')
    if (bound !== undefined) {
      values[found.parameter] = bound
      return
    }
    const table = tableOf(found, tables, existing)
    if (table === undefined || isSecret(found.column)) return
    wanted.set(table, [...(wanted.get(table) ?? []), found])
  }
  columns.forEach(place)
  parameters.forEach(({ name }, parameter) => {
    const isKnown = columns.some((each) => each.parameter === parameter)
    if (!isKnown) place({ parameter, column: snakeCase(name), operator: '=' })
  })
  for (const [table, fields] of wanted) {
    const row = await exampleRow(client, table, fields)
    fields.forEach(({ parameter }, index) => {
      values[parameter] ??= asParameter(row[index] ?? null, parameters[parameter])
    })
  }
  return values.map((value, index) => value ?? otherExample(parameters[index] as Parameter))
}

/** The columns of tables in the search path, by table. */
async function columnsOfTables(
  client: pg.ClientBase,
  tables: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(
    `select c.relname as table, array_agg(a.attname::text) as columns
     from pg_class as c join pg_attribute as a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relname = any ($1::name[]) and a.attnum > 0
     group by c.relname`,
    [tables],
  )
  return new Map(rows.map(({ table, columns }) => [table, new Set(columns)]))
}

function tableOf(
  { table, column }: ComparedColumn,
  names: ReadonlyMap<string, string>,
  existing: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  const named = table === undefined ? undefined : names.get(table)
  if (named !== undefined && existing.get(named)?.has(column)) return named
  return [...existing].find(([, columns]) => columns.has(column))?.[0]
}

/** Values of one row, so that the columns of a key belong together. */
async function exampleRow(
  client: pg.ClientBase,
  table: string,
  fields: readonly { column: string }[],
): Promise<(string | null)[]> {
  const names = [...new Set(fields.map(({ column }) => identifier(column)))]
  const from = `from public.${identifier(table)}`
  const select = `select array[${fields.map(({ column }) => `${identifier(column)}::text`).join(', ')}] as found ${from}`
  const filled = `${select} where ${names.map((name) => `${name} is not null`).join(' and ')} limit 1`
  const { rows } = await client.query<{ found: (string | null)[] }>(filled)
  if (rows[0]) return rows[0].found
  const { rows: any } = await client.query<{ found: (string | null)[] }>(`${select} limit 1`)
  return any[0]?.found ?? []
}

const FIRST_UUID = '00000000-0000-0000-0000-000000000000'
const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** The bound of a page that begins at the start of a list; undefined for other comparisons. */
function boundOf(operator: string, type: string): string | undefined {
  if (!/^[<>]=?$/.test(operator)) return undefined
  const isUpper = operator.startsWith('<')
  if (/^(?:timestamp|date)/.test(type)) return isUpper ? 'infinity' : '-infinity'
  if (type === 'uuid') return isUpper ? LAST_UUID : FIRST_UUID
  if (/^(?:smallint|integer|bigint|numeric|real|double precision)$/.test(type)) return isUpper ? '32767' : '0'
  if (/^(?:text|citext|character)/.test(type)) return isUpper ? '~' : ''
  return undefined
}

/** An array parameter gets an array of the value, one of JSON what looks like it. */
function asParameter(value: string | null, parameter: Parameter | undefined): string | null {
  if (/^jsonb?$/.test(parameter?.type ?? '')) return value !== null && /^[[{]/.test(value) ? value : '[]'
  if (value === null || !parameter?.type.endsWith('[]') || value.startsWith('{')) return value
  return `{"${value.replace(/["\\]/g, '\\$&')}"}`
}

function otherExample({ name, type }: Parameter): string | null {
  if (/^jsonb?$/.test(type)) return '[]'
  if (type === 'boolean') return 'false'
  if (type === 'tsquery') return `'a':*`
  if (/^timestamp/.test(type)) return 'infinity'
  if (/^(?:smallint|integer|bigint)$/.test(type)) return /offset|skip/i.test(name) ? '0' : '20'
  return null
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
