import type { ConstraintName } from '../../../../generated/catalog.ts'
import type { Connection } from '../../../connection/index.ts'
import { ConstraintError, ImportError } from '../../../errors/index.ts'
import {
  type Copy,
  type Exactly,
  execute,
  queryAll,
  type Statement,
  sendCopies,
} from '../../../query/index.ts'
import { type BatchPlan, type KnownIds, planBatch } from './batch-plan.ts'
import type { CustomerImportOptions, ImportCounts, ImportItem, ImportRow } from './input.ts'
import {
  addContacts,
  clearPrimaryContacts,
  findCustomersByName,
  findPeopleByEmail,
  updateContacts,
  updateCustomers,
  updatePeople,
} from './statements.ts'
import { uuidSequence } from './uuid.ts'

/** Writes batches of rows, each with a fixed number of statements. */
export class BatchWriter {
  readonly #connection: Connection
  readonly #onConflict: CustomerImportOptions['onConflict']
  readonly #nextId = uuidSequence()
  #hasMetKnownPeople = false
  readonly counts: ImportCounts = { customers: 0, people: 0, contacts: 0 }

  constructor(connection: Connection, onConflict: CustomerImportOptions['onConflict']) {
    this.#connection = connection
    this.#onConflict = onConflict
  }

  /** Plans a batch while the server processes the previous one, on the assumption that all of its people are new. */
  planAhead(rows: readonly ImportRow[]): BatchPlan | undefined {
    if (this.#onConflict || this.#hasMetKnownPeople) return undefined
    return this.#plan(rows, { customersByName: new Map(), peopleByEmail: new Map() })
  }

  /** Writes a batch, by the plan made ahead if there is one and if its assumption holds. */
  async write(rows: readonly ImportRow[], ahead: BatchPlan | undefined): Promise<void> {
    if (!ahead) return this.#write(this.#connection, this.#plan(rows, await this.#findKnown(rows)))
    try {
      await this.#connection.atomically((savepoint) => this.#write(savepoint, ahead))
    } catch (error) {
      if (!(error instanceof ImportError && error.constraint === 'people_email_key')) throw error
      this.#hasMetKnownPeople = true
      await this.write(rows, undefined)
    }
  }

  #plan(rows: readonly ImportRow[], known: KnownIds): BatchPlan {
    return planBatch(rows, known, this.#onConflict, this.#nextId)
  }

  async #write(connection: Connection, { customers, people, contacts, copies }: BatchPlan): Promise<void> {
    const counts = {
      customers: await this.#copy(connection, copies.customers),
      people: await this.#copy(connection, copies.people),
      contacts: await this.#copy(connection, copies.contacts),
    }
    if (this.#onConflict === 'update') {
      counts.customers += await this.#apply(connection, updateCustomers, customers.changed)
      counts.people += await this.#apply(connection, updatePeople, people.changed)
      await this.#apply(connection, clearPrimaryContacts, contacts)
      counts.contacts += await this.#apply(connection, updateContacts, contacts)
      counts.contacts += await this.#apply(connection, addContacts, contacts)
    }
    this.counts.customers += counts.customers
    this.counts.people += counts.people
    this.counts.contacts += counts.contacts
  }

  async #findKnown(rows: readonly ImportRow[]): Promise<KnownIds> {
    const names = this.#onConflict ? rows.map(({ customer }) => customer.input.legalName) : []
    // With `error`, the unique constraint rejects a known email address.
    const emails =
      this.#onConflict === 'error'
        ? []
        : rows.flatMap(({ people }) => people.flatMap(({ input }) => input.email ?? []))
    return {
      customersByName: names.length > 0 ? await this.#findIds(findCustomersByName, { names }) : new Map(),
      peopleByEmail: emails.length > 0 ? await this.#findIds(findPeopleByEmail, { emails }) : new Map(),
    }
  }

  async #findIds<Input, Given extends Input>(
    statement: Statement<Input, { key: string; id: string }>,
    input: Exactly<Input, Given>,
  ): Promise<Map<string, string>> {
    const rows = await queryAll(this.#connection, statement, input)
    return new Map(rows.map(({ key, id }) => [key, id]))
  }

  #copy(connection: Connection, copies: readonly Copy<ImportItem>[]): Promise<number> {
    return sendCopies(connection, copies, toImportError)
  }

  /** Halves a batch that violates a constraint until the row that does so is found. */
  async #apply<Row>(
    connection: Connection,
    statement: Statement<{ rows: string }, Row>,
    items: readonly ImportItem[],
  ): Promise<number> {
    if (items.length === 0) return 0
    const rows = JSON.stringify(items.map(toRow))
    try {
      return await connection.atomically((savepoint) => execute(savepoint, statement, { rows }))
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error
      if (items.length === 1) throw toImportError(error, items[0] as ImportItem)
      const middle = items.length >> 1
      const count = await this.#apply(connection, statement, items.slice(0, middle))
      return count + (await this.#apply(connection, statement, items.slice(middle)))
    }
  }
}

/** The row of an item in the JSON that the statements take; `given` names its fields. */
function toRow({ input, customerId, personId }: ImportItem): object {
  return { ...input, customerId, personId, given: Object.keys(input) }
}

/** The error of an item that violates a constraint: with the row and the path of the field. */
function toImportError(error: unknown, { row, person }: ImportItem): unknown {
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
