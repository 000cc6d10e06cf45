import type { Connection } from '../../../connection/index.ts'
import { brokenConstraint, ConstraintError, ImportError } from '../../../errors/index.ts'
import { queryAll } from '../../../query/index.ts'
import { toImportError } from './apply.ts'
import type { ImportItem, ImportRow } from './input.ts'
import { findBrokenChecks, findMissingUsers } from './statements.ts'
import { CUSTOMERS, PEOPLE } from './tables.ts'

/** Whether a row was refused by a CHECK or a foreign key: others of its batch may be, too. */
export function isReviewable(error: unknown): boolean {
  const reason = error instanceof ImportError ? error.cause : error
  return reason instanceof ConstraintError && (reason.kind === 'check' || reason.kind === 'foreign-key')
}

/**
 * Finds the rows that break a CHECK, those that only the server can evaluate among them, with one statement for each table; and those
 * whose owner does not exist, with one for all.
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
  const { catalog } = connection.settings
  const missing = await findMissingOwners(connection, rows)
  for (const [table, items] of tables) {
    if (items.length === 0) continue
    const columns = Object.entries({ ...table.columns, ...table.defaulted })
    const given = JSON.stringify(items.map((item) => byColumns(item, columns)))
    const found = await queryAll(connection, findBrokenChecks, { table: table.name, rows: given })
    const refuse = (item: ImportItem, error: ConstraintError) => {
      if (!errors.has(item.row)) errors.set(item.row, toImportError(error, item) as ImportError)
    }
    for (const { index, constraint } of found)
      refuse(items[index] as ImportItem, brokenConstraint('check', table.name, constraint, catalog))
    for (const item of items)
      if (missing.has(ownerOf(item)))
        refuse(item, brokenConstraint('foreign-key', table.name, `${table.name}_owner_id_fkey`, catalog))
  }
  return errors
}

/** Ids of owners that no user has. */
async function findMissingOwners(
  connection: Connection,
  rows: readonly ImportRow[],
): Promise<ReadonlySet<unknown>> {
  const owners = rows.flatMap(({ customer, people }) => [ownerOf(customer), ...people.map(ownerOf)])
  const ids = [...new Set(owners.filter((id) => typeof id === 'string'))]
  const found = ids.length > 0 ? await queryAll(connection, findMissingUsers, { userIds: ids }) : []
  const missing = new Set(found.map(({ id }) => id))
  return new Set(ids.filter((id) => missing.has(id.toLowerCase())))
}

function ownerOf({ input }: ImportItem): unknown {
  return (input as { ownerId?: unknown }).ownerId
}

/** The values of an item by the names of their columns; properties that are absent stay so. */
function byColumns({ input }: ImportItem, columns: readonly [property: string, column: string][]): object {
  const values = input as Readonly<Record<string, unknown>>
  return Object.fromEntries(columns.map(([property, column]) => [column, values[property]]))
}
