import type { Connection } from '../../../connection/index.ts'
import { brokenCheck, ConstraintError, ImportError } from '../../../errors/index.ts'
import { queryAll } from '../../../query/index.ts'
import { toImportError } from './apply.ts'
import type { ImportItem, ImportRow } from './input.ts'
import { findBrokenChecks } from './statements.ts'
import { CUSTOMERS, PEOPLE } from './tables.ts'

/** Whether a row was refused by a CHECK: others of its batch may be, too. */
export function isByCheck(error: unknown): boolean {
  const reason = error instanceof ImportError ? error.cause : error
  return reason instanceof ConstraintError && reason.kind === 'check'
}

/**
 * Finds the rows that break a CHECK, those that only the server can evaluate among them, with one statement for each table.
 *
 * @returns the error of each such row, by its number.
 */
export async function findBroken(
  connection: Connection,
  rows: readonly ImportRow[],
): Promise<ReadonlyMap<number, ImportError>> {
  const errors = new Map<number, ImportError>()
  const tables = [
    [CUSTOMERS, rows.map(({ customer }) => customer)],
    [PEOPLE, rows.flatMap(({ people }) => people)],
  ] as const
  for (const [table, items] of tables) {
    if (items.length === 0) continue
    const columns = Object.entries({ ...table.columns, ...table.defaulted })
    const given = JSON.stringify(items.map((item) => byColumns(item, columns)))
    const found = await queryAll(connection, findBrokenChecks, { table: table.name, rows: given })
    for (const { index, constraint } of found) {
      const item = items[index] as ImportItem
      const error = brokenCheck(table.name, constraint, connection.settings.catalog)
      if (!errors.has(item.row)) errors.set(item.row, toImportError(error, item) as ImportError)
    }
  }
  return errors
}

/** The values of an item by the names of their columns; properties that are absent stay so. */
function byColumns({ input }: ImportItem, columns: readonly [property: string, column: string][]): object {
  const values = input as Readonly<Record<string, unknown>>
  return Object.fromEntries(columns.map(([property, column]) => [column, values[property]]))
}
