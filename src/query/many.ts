import type { TableName } from '../../generated/catalog.ts'
import type { CallOptions, Connection } from '../connection/index.ts'
import {
  ConstraintError,
  InvalidInputError,
  NotFoundError,
  RowError,
  StaleVersionError,
} from '../errors/index.ts'
import { listOf, type Reader, uuid } from '../input/index.ts'
import { queryFirst } from './execute.ts'
import { byColumn } from './update.ts'
import type { VersionOf } from './version.ts'

/** The rows that were found by their keys. */
export interface Found<T> {
  /** In the order of the keys. */
  items: T[]
  /** Keys without a row, in the order in which they were given. */
  missing: string[]
}

/** The most rows of one call. */
export const MOST_ROWS = 1_000

/** How rows of a table are written many at once. */
export interface ManyTable {
  readonly table: TableName
  /** The column of the key. */
  readonly key: string
  /** The field of each column that is written. */
  readonly columns: Readonly<Record<string, string>>
  /** Defaults of columns that a new row may lack. */
  readonly defaults: Readonly<Record<string, string | boolean>>
}

/** A row to write, or the change of one. */
export interface ManyItem {
  readonly id: string
  readonly ifVersion?: number | undefined
  readonly values: Readonly<Record<string, unknown>>
}

/** Rows as JSON, and the names of the fields that each of them has, by a key. */
export interface ManyRows {
  rows: string
  givenByKey: string
}

/** The input of the statements that write. */
export function toManyRows(
  { key, columns }: ManyTable,
  items: readonly ManyItem[],
  keyOf: (item: ManyItem) => string = ({ id }) => id,
): ManyRows {
  const rows = items.map(({ id, ifVersion, values }) => ({
    [key]: id,
    ...(ifVersion !== undefined && { version: ifVersion }),
    ...byColumn(columns, values),
  }))
  const given = items.map((item) => [keyOf(item), Object.keys(item.values)])
  return { rows: JSON.stringify(rows), givenByKey: JSON.stringify(Object.fromEntries(given)) }
}

/**
 * Reads an array of rows.
 *
 * @throws {InvalidInputError} it is not an array, or has more rows than one call takes.
 * @throws {RowError} a row is not valid.
 */
export function readRows<T>(values: unknown, name: string, read: Reader<T>): T[] {
  return bounded(values, name).map((value, index) => {
    try {
      return read(value, name)
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      throw new RowError({ list: name, index, field: error.field === name ? undefined : error.field }, error)
    }
  })
}

function bounded(values: unknown, name: string): unknown[] {
  const list = listOf((value) => value)(values, name)
  if (list.length <= MOST_ROWS) return list
  throw new InvalidInputError(
    name,
    `must not have more than ${MOST_ROWS} items; divide them into several calls`,
  )
}

/** Reads the keys of rows; the same key may occur twice. */
export function readKeys(values: unknown, name: string): string[] {
  return bounded(values, name).map((value, index) => uuid(value, `${name}[${index}]`).toLowerCase())
}

/**
 * Refuses rows that have the same key: the statement would write one of them.
 *
 * @throws {RowError} for the second of them.
 */
export function requireDistinct(keys: readonly string[], list: string, field: string): void {
  const seen = new Map<string, number>()
  for (const [index, key] of keys.entries()) {
    const first = seen.get(key)
    if (first !== undefined) {
      const cause = new InvalidInputError(field, `is the same as that of ${list}[${first}]`)
      throw new RowError({ list, index, field }, cause)
    }
    seen.set(key, index)
  }
}

/** A statement that writes many rows. */
export interface ManyWrite<Item, Row> {
  /** The parameter that has the rows, for messages. */
  readonly list: string
  readonly items: readonly Item[]
  /** The statement, with its input, for some of the items. */
  run(connection: Connection, items: readonly Item[]): Promise<Row[]>
  /** Throws if rows are missing. */
  check?(connection: Connection, rows: Row[]): Promise<void>
}

/**
 * Writes all rows by one statement, or none. If a constraint refuses them, the statement is repeated for parts of the rows, to find
 * the first row that is refused, and rolled back.
 *
 * @throws {RowError} a row is refused.
 */
export async function writeMany<Item, Row>(
  connection: Connection,
  write: ManyWrite<Item, Row>,
  call: CallOptions | undefined,
): Promise<Row[]> {
  if (write.items.length === 0) return []
  try {
    return await connection.atomically(async (scope) => {
      const rows = await write.run(scope, write.items)
      await write.check?.(scope, rows)
      return rows
    }, call)
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    throw (await firstRefused(connection, write, call)) ?? error
  }
}

/** Thrown to roll back, and never seen outside. */
const ROLLBACK = new Error('Rolled back.')

async function firstRefused<Item, Row>(
  connection: Connection,
  write: ManyWrite<Item, Row>,
  call: CallOptions | undefined,
): Promise<RowError | undefined> {
  let refused: RowError | undefined
  await connection
    .atomically(async (scope) => {
      refused = await refusedIn(scope, write, 0, write.items.length)
      throw ROLLBACK
    }, call)
    .catch((error: unknown) => {
      if (error !== ROLLBACK) throw error
    })
  return refused
}

/** Rows before the first one that is refused remain, as they may be the reason: two rows with one email address. */
async function refusedIn<Item, Row>(
  scope: Connection,
  write: ManyWrite<Item, Row>,
  from: number,
  to: number,
): Promise<RowError | undefined> {
  try {
    await scope.atomically((savepoint) => write.run(savepoint, write.items.slice(from, to)))
    return undefined
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    if (to - from === 1) return new RowError({ list: write.list, index: from, field: error.fields[0] }, error)
    const middle = (from + to) >> 1
    return (await refusedIn(scope, write, from, middle)) ?? (await refusedIn(scope, write, middle, to))
  }
}

/**
 * Refuses an update that did not find all rows.
 *
 * @throws {RowError} for the first row that is missing: its cause is a NotFoundError, or a StaleVersionError.
 */
export async function requireAll<
  Item extends { readonly id: string; readonly ifVersion?: number | undefined },
>(
  connection: Connection,
  { table, key, statement }: VersionOf,
  { list, items }: { list: string; items: readonly Item[] },
  found: ReadonlySet<string>,
): Promise<void> {
  const index = items.findIndex(({ id }) => !found.has(id))
  const item = items[index]
  if (item === undefined) return
  const current = await queryFirst(connection, statement, { rowId: item.id })
  const isStale = current && item.ifVersion !== undefined && current.version !== item.ifVersion
  const cause = isStale
    ? new StaleVersionError(current.version)
    : new NotFoundError(table, { [key]: item.id })
  throw new RowError({ list, index, field: undefined }, cause)
}

/** The rows in the order of the keys. */
export function inOrder<Row>(
  keys: readonly string[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Row[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]))
  return keys.flatMap((key) => byKey.get(key) ?? [])
}

/** The rows in the order of the keys, and the keys without a row. */
export function toFound<Row>(
  keys: readonly string[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Found<Row> {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]))
  return {
    items: keys.flatMap((key) => byKey.get(key) ?? []),
    missing: [...new Set(keys.filter((key) => !byKey.has(key)))],
  }
}
