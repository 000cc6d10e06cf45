import type { CallOptions } from '../../../connection/index.ts'
import { ImportError, InvalidInputError, nested } from '../../../errors/index.ts'
import { fields, listOf, oneOf, optional } from '../../../input/index.ts'
import { type NewPerson, personFields } from '../../people/index.ts'
import { contactFields, customerFields, type NewContact, type NewCustomer } from '../input.ts'

/** A person of an imported customer, with the role there. */
export interface ImportedPerson extends NewPerson, NewContact {}

/** A customer to import, with its people. */
export interface ImportedCustomer extends NewCustomer {
  people?: readonly ImportedPerson[] | undefined
}

/** Numbers of rows that were added or updated. */
export interface ImportCounts {
  customers: number
  people: number
  contacts: number
}

/** Options of an import. */
export interface CustomerImportOptions extends CallOptions {
  /**
   * How to treat a customer whose legal name is known, from before the import or from an earlier row. By default the
   * customer is added; names are not unique. `error`: the import fails, and also for a person whose email address is
   * known. `skip`: the row is skipped, with its people. `update`: the fields in the row update the customer and the people
   * with a known email address, and the contacts are added.
   */
  onConflict?: 'error' | 'skip' | 'update' | undefined
  /** Called after each batch with the progress so far; `rows` is the number of rows read. */
  onProgress?: ((progress: ImportCounts & { rows: number }) => void) | undefined
}

/** A customer of a row, or one of its people, with its position in the input and the ids of its rows. */
export interface ImportItem<Input = object> {
  input: Input
  /** Number of the row, from 1. */
  readonly row: number
  /** Index among the people of the row; undefined for the customer. */
  readonly person: number | undefined
  customerId: string
  personId: string
}

/** A row that was read. */
export interface ImportRow {
  readonly customer: ImportItem<NewCustomer>
  readonly people: readonly ImportItem<ImportedPerson>[]
}

export const readImportOptions = fields<CustomerImportOptions>({
  onConflict: optional(oneOf(['error', 'skip', 'update'])),
  onProgress: optional((value, field) => {
    if (typeof value === 'function') return value as NonNullable<CustomerImportOptions['onProgress']>
    throw new InvalidInputError(field, 'must be a function')
  }),
  signal: optional((value) => value as AbortSignal),
  timeout: optional((value) => value as number),
})

const readImportedPerson = fields<ImportedPerson>({ ...personFields, ...contactFields })

const readImportedCustomer = fields<ImportedCustomer>({
  ...customerFields,
  people: optional(listOf((person, field) => withinField(field, () => readImportedPerson(person, field)))),
})

/**
 * Reads a row.
 *
 * @throws {ImportError} a field has a wrong type.
 */
export function readImportRow(value: unknown, row: number): ImportRow {
  try {
    const { people = [], ...input } = readImportedCustomer(value, 'customer')
    return {
      customer: toItem(input, row),
      people: people.map((person, index) => toItem(person, row, index)),
    }
  } catch (error) {
    throw error instanceof InvalidInputError ? new ImportError(row, error.field, error) : error
  }
}

function toItem<Input>(input: Input, row: number, person?: number): ImportItem<Input> {
  return { input, row, person, customerId: '', personId: '' }
}

/** Prefixes the field of an error with the path that leads to it. */
function withinField<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InvalidInputError) || error.field === path) throw error
    throw nested(error, path)
  }
}
