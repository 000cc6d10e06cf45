import type { ConstraintName } from '../../../../generated/catalog.ts'
import type { Connection } from '../../../connection/index.ts'
import { ConstraintError, ImportError } from '../../../errors/index.ts'
import { execute, type Statement } from '../../../query/index.ts'
import type { ImportItem } from './input.ts'

/** Applies a statement to items, as JSON. Halves a batch that violates a constraint until the row that does so is found. */
export async function applyRows<Row, Item extends ImportItem>(
  connection: Connection,
  statement: Statement<{ rows: string }, Row>,
  items: readonly Item[],
  toRow: (item: Item) => object,
): Promise<number> {
  if (items.length === 0) return 0
  const rows = JSON.stringify(items.map(toRow))
  try {
    return await connection.atomically((savepoint) => execute(savepoint, statement, { rows }))
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    if (items.length === 1) throw toImportError(error, items[0] as Item)
    const middle = items.length >> 1
    const count = await applyRows(connection, statement, items.slice(0, middle), toRow)
    return count + (await applyRows(connection, statement, items.slice(middle), toRow))
  }
}

/** The row of an item in the JSON that the updates take; `given` names the fields to change. */
export function toChange({ input, customerId, personId }: ImportItem, except: readonly string[]): object {
  return {
    ...input,
    customerId,
    personId,
    given: Object.keys(input).filter((field) => !except.includes(field)),
  }
}

/** The error of an item that violates a constraint: with the row and the path of the field. */
export function toImportError(error: unknown, { row, person }: ImportItem): unknown {
  if (!(error instanceof ConstraintError)) return error
  const path = person === undefined ? [] : [`people[${person}]`]
  const field = FIELDS[error.constraint] ?? error.fields[0] ?? ''
  return new ImportError(row, [...path, field].filter(Boolean).join('.') || 'customer', error)
}

/** The field that violates a constraint, where it is not the first of the constraint's columns. */
const FIELDS: { readonly [Name in ConstraintName]?: string } = {
  customer_people_customer_id_person_id_role_key: '',
  customer_people_customer_id_is_primary_key: 'isPrimary',
  customer_people_customer_id_fkey: '',
  customer_people_person_id_fkey: '',
}
