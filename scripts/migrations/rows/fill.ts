import type pg from 'pg'
import { connected } from '../catalog.ts'
import { literal } from '../sql.ts'
import { hintsOf } from './hints.ts'
import { readTables, type Table, type TableColumn } from './tables.ts'
import { type Hints, literalsFor } from './values.ts'

/** A table that no row could be made for. */
export interface Unfilled {
  readonly table: string
  readonly reason: string
}

const ROWS = 6
/** Rows to choose from: many columns are only right together. */
const CANDIDATES = 400
const ATTEMPTS = 80

/**
 * Puts rows into the tables that have none. They are made from the catalog's own rules: types, CHECKs, keys, foreign keys, enums
 * and domains; the server decides which rows are right.
 */
export async function fillTables(url: string): Promise<Unfilled[]> {
  return connected(url, async (client) => {
    const unfilled: Unfilled[] = []
    for (const table of await readTables(client)) {
      const { rowCount } = await client.query(`select from ${table.name} limit 1`)
      if (rowCount !== 0) continue
      const outcome = await insertRows(client, table, { rows: ROWS, usesDefaults: false })
      if (outcome.inserted === 0) unfilled.push({ table: table.name, reason: outcome.reason })
    }
    return unfilled
  })
}

export interface Insertion {
  readonly inserted: number
  /** Why rows were refused, the last time. */
  readonly reason: string
  /** A key of columns that the server fills by itself, which refused a row: its sequence is behind. */
  readonly collision: string | undefined
}

const UNIQUE_VIOLATION = '23505'

/** Inserts rows into one table. With `usesDefaults` the server fills every column that has a default. */
export async function insertRows(
  client: pg.Client,
  table: Table,
  { rows, usesDefaults }: { rows: number; usesDefaults: boolean },
): Promise<Insertion> {
  const columns = table.columns.filter(
    ({ isGenerated, hasDefault }) => !isGenerated && !(usesDefaults && hasDefault),
  )
  const candidates = await candidateRows(client, table, columns)
  const names = columns.map(({ name }) => name).join(', ')
  let [inserted, reason] = [0, 'no values were found that satisfy its CHECKs together']
  let collision: string | undefined
  await client.query('begin')
  for (const values of candidates.slice(0, ATTEMPTS)) {
    if (inserted === rows) break
    await client.query('savepoint row_')
    try {
      await client.query(
        columns.length > 0
          ? `insert into ${table.name} (${names}) values (${values.join(', ')})`
          : `insert into ${table.name} default values`,
      )
      await client.query('set constraints all immediate')
      inserted += 1
    } catch (error) {
      await client.query('rollback to savepoint row_')
      const { code, constraint = '', message } = error as pg.DatabaseError
      reason = message
      const key = table.keys.get(constraint) ?? []
      const isOfServer =
        key.length > 0 && key.every((name) => !columns.some((column) => column.name === name))
      if (code === UNIQUE_VIOLATION && isOfServer) collision = message
    }
    await client.query('set constraints all deferred')
  }
  await client.query('commit')
  return { inserted, reason, collision }
}

/** Rows as lists of SQL expressions that satisfy the CHECKs, in an order that repeats from run to run. */
async function candidateRows(
  client: pg.Client,
  table: Table,
  columns: readonly TableColumn[],
): Promise<string[][]> {
  const hints = hintsOf([
    ...table.checks.map(({ rule }) => rule),
    ...table.columns.flatMap(({ domainChecks }) => domainChecks),
  ])
  const random = randomFrom(table.name)
  const pools = new Map(
    [...(await literalPools(client, table, { columns, hints }))].map(([name, pool]) => [
      name,
      shuffled(pool, random),
    ]),
  )
  const references = await referencedRows(client, table)
  const rows: string[][] = []
  for (let index = 0; index < CANDIDATES; index += 1) {
    const row = new Map<string, string>()
    for (const [place, column] of columns.entries()) {
      const pool = pools.get(column.name) ?? []
      const isNull = !column.isNotNull && (index % 4 === 1 || (index % 4 > 1 && random() < 0.3))
      // Values repeat only when all have been used, and then beside others.
      const round = Math.floor(index / Math.max(1, pool.length))
      const value = pool[(index + round * (place + 1)) % Math.max(1, pool.length)]
      row.set(
        column.name,
        isNull || value === undefined ? `null::${column.type}` : `${literal(value)}::${column.type}`,
      )
    }
    for (const { columns: own, values } of references) {
      const [chosen, isNull] = [
        values[Math.floor(random() * values.length)],
        own.every((name) => isNullable(columns, name)) && index % 4 === 1,
      ]
      own.forEach((name, place) => {
        const type = columns.find((column) => column.name === name)?.type
        const value = chosen?.[place]
        if (row.has(name))
          row.set(
            name,
            isNull || value === undefined || value === null ? `null::${type}` : `${literal(value)}::${type}`,
          )
      })
    }
    rows.push([...row.values()])
  }
  return satisfying(client, table, { columns, rows })
}

const isNullable = (columns: readonly TableColumn[], name: string) =>
  columns.find((column) => column.name === name)?.isNotNull === false

/** The rows for which no CHECK is false; all of them where the CHECKs cannot be evaluated like this. */
async function satisfying(
  client: pg.Client,
  table: Table,
  { columns, rows }: { columns: readonly TableColumn[]; rows: readonly string[][] },
): Promise<string[][]> {
  if (table.checks.length === 0 || columns.length === 0) return [...rows]
  // Columns that the server fills are null here: a CHECK of them decides nothing.
  const others = table.columns.filter((column) => !columns.includes(column))
  const values = rows.map((row, index) => `(${[index, ...row].join(', ')})`).join(',\n')
  const source = `(values ${values}) as row_ (row_number_, ${columns.map(({ name }) => name).join(', ')})`
  const filled = others.map(({ name, type }) => `, null::${type} as ${name}`).join('')
  const rules = table.checks.map(({ rule }) => `(${rule}) is not false`).join(' and ')
  try {
    const { rows: found } = await client.query<{ row_number_: number }>(
      `select row_number_ from (select * ${filled} from ${source}) as candidate where ${rules} order by row_number_`,
    )
    return found.map(({ row_number_ }) => rows[row_number_] as string[])
  } catch {
    return [...rows]
  }
}

/** Literals that a column takes, the CHECKs of its domains and those that name this column alone included. */
async function literalPools(
  client: pg.Client,
  table: Table,
  { columns, hints }: { columns: readonly TableColumn[]; hints: Hints },
): Promise<Map<string, string[]>> {
  await client.query(`create or replace function pg_temp.accepts(value text, type text) returns boolean language plpgsql as $$
    begin execute format('select %L::%s', value, type); return true; exception when others then return false; end $$`)
  const pools = new Map<string, string[]>()
  for (const column of columns) {
    const rules = table.checks
      .filter((check) => check.columns.length === 1 && check.columns[0] === column.key)
      .map(({ rule }) => `and (${rule}) is not false`)
    // Names that the column does not have.
    const [value, place] = column.key.endsWith('_') ? ['value', 'place'] : ['value_', 'place_']
    const { rows } = await client.query<{ value: string }>(
      `select ${value} as value from (
         select ${value}, ${place}, ${value}::${column.type} as ${column.name} from (
           select ${value}, ${place} from unnest($1::text[]) with ordinality as each (${value}, ${place})
           where pg_temp.accepts(${value}, $2) order by ${place} offset 0) as accepted
       ) as typed where true ${rules.join(' ')} order by ${place}`,
      [literalsFor(column, hints), column.type],
    )
    pools.set(
      column.name,
      rows.map(({ value }) => value),
    )
  }
  return pools
}

/** Values of the keys that the table refers to. */
async function referencedRows(
  client: pg.Client,
  table: Table,
): Promise<{ columns: readonly string[]; values: (string | null)[][] }[]> {
  const found = []
  for (const { columns, target, targetColumns } of table.foreignKeys) {
    const { rows } = await client.query<(string | null)[]>({
      text: `select ${targetColumns.map((name) => `${name}::text`).join(', ')} from ${target} limit 50`,
      rowMode: 'array',
    })
    found.push({ columns, values: rows })
  }
  return found
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, order: random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ value }) => value)
}

/** The same numbers from 0 to 1 for the same text (mulberry32). */
function randomFrom(text: string): () => number {
  let state = Array.from(text).reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), 7)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
