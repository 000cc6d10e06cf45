import { ImportError, InvalidInputError } from '../../../errors/index.ts'
import { type Copy, copiesOf } from '../../../query/index.ts'
import type { NewCustomer } from '../input.ts'
import type { CustomerImportOptions, ImportedPerson, ImportItem, ImportRow } from './input.ts'
import { CONTACTS, CUSTOMERS, PEOPLE } from './tables.ts'

/** Ids of rows in the database, by the keys that identify them. */
export interface KnownIds {
  readonly customersByName: Map<string, string>
  readonly peopleByEmail: Map<string, string>
}

/** How batches are written. */
export interface WriteOptions {
  readonly onConflict: CustomerImportOptions['onConflict']
  /** Whether COPY may write the tables. */
  readonly canCopy: boolean
}

/** The rows that a batch adds and updates. */
export interface BatchPlan {
  readonly customers: UniqueItems<ImportItem<NewCustomer>>
  readonly people: UniqueItems<ImportItem<ImportedPerson>>
  readonly contacts: ImportItem<ImportedPerson>[]
  /** The rows to insert, as COPY statements; undefined where COPY is refused. */
  readonly copies: Record<'customers' | 'people' | 'contacts', Copy<ImportItem>[]> | undefined
}

/**
 * Plans a batch: gives every customer and person an id.
 *
 * @throws {ImportError} a customer is known, and `onConflict` is `error`.
 */
export function planBatch(
  rows: readonly ImportRow[],
  known: KnownIds,
  { onConflict, canCopy }: WriteOptions,
  nextId: () => string,
): BatchPlan {
  const isUpdate = onConflict === 'update'
  const customers = new UniqueItems<ImportItem<NewCustomer>>(nextId, known.customersByName, isUpdate)
  const people = new UniqueItems<ImportItem<ImportedPerson>>(nextId, known.peopleByEmail, isUpdate)
  const contacts: ImportItem<ImportedPerson>[] = []
  for (const row of rows) {
    const { customer } = row
    const name = onConflict ? customer.input.legalName : undefined
    if (customers.has(name)) {
      if (onConflict === 'skip') continue
      if (onConflict === 'error') {
        const cause = new InvalidInputError(
          'legalName',
          'is the legal name of a customer that already exists',
        )
        throw new ImportError(customer.row, 'legalName', cause)
      }
    }
    customer.customerId = customers.add(name, customer)
    for (const person of row.people) {
      // With `error`, the unique constraint rejects a known email address.
      const email = onConflict === 'error' ? undefined : foldCase(person.input.email)
      person.customerId = customer.customerId
      person.personId = people.add(email, person)
      contacts.push(person)
    }
  }
  return {
    customers,
    people,
    contacts,
    copies: canCopy
      ? {
          customers: copiesOf(CUSTOMERS, customers.added),
          people: copiesOf(PEOPLE, people.added),
          contacts: isUpdate ? [] : copiesOf(CONTACTS, contacts),
        }
      : undefined,
  }
}

/** The customers or people of a batch, each only once. */
class UniqueItems<Item extends ImportItem> {
  readonly #nextId: () => string
  readonly #idsByKey: Map<string, string>
  /** Present if a later item with the same id is merged into the earlier one. */
  readonly #itemsById: Map<string, Item> | undefined
  /** Items to insert. */
  readonly added: Item[] = []
  /** Items whose rows exist in the database. */
  readonly changed: Item[] = []

  constructor(nextId: () => string, idsByKey: Map<string, string>, isMerging: boolean) {
    this.#nextId = nextId
    this.#idsByKey = idsByKey
    this.#itemsById = isMerging ? new Map() : undefined
  }

  has(key: string | undefined): boolean {
    return key !== undefined && this.#idsByKey.has(key)
  }

  /** Adds an item, and returns the id that belongs to its key, or else a new one. */
  add(key: string | undefined, item: Item): string {
    const knownId = key === undefined ? undefined : this.#idsByKey.get(key)
    const id = knownId ?? this.#nextId()
    const earlier = knownId && this.#itemsById?.get(knownId)
    if (earlier) {
      Object.assign(earlier.input, item.input)
      return id
    }
    if (knownId === undefined) this.added.push(item)
    else this.changed.push(item)
    if (key !== undefined) this.#idsByKey.set(key, id)
    this.#itemsById?.set(id, item)
    return id
  }
}

const ASCII = /^[\0-\x7f]*$/

/** Lower case letter by letter, as the server's `lower` does it: in a whole word, a Greek sigma depends on its place. */
function foldCase(email: string | null | undefined): string | undefined {
  if (email === null || email === undefined) return undefined
  return ASCII.test(email)
    ? email.toLowerCase()
    : Array.from(email, (letter) => letter.toLowerCase()).join('')
}
