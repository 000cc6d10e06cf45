import type { Connection } from '../../../connection/index.ts'
import { ImportError } from '../../../errors/index.ts'
import {
  type Exactly,
  formFor,
  queryAll,
  type Statement,
  sendCopies,
  uuidSequence,
} from '../../../query/index.ts'
import { applyRows, toChange, toImportError } from './apply.ts'
import { type BatchPlan, type KnownIds, planBatch, type WriteOptions } from './batch-plan.ts'
import type { ImportCounts, ImportItem, ImportRow } from './input.ts'
import { planLocked } from './known-rows.ts'
import {
  addContacts,
  clearPrimaryContacts,
  findCustomersByName,
  findPeopleByEmail,
  updateContacts,
  updateCustomers,
  updatePeople,
} from './statements.ts'
import { INSERTS } from './tables.ts'

/** Writes batches of rows, each with a fixed number of statements. */
export class BatchWriter {
  readonly #connection: Connection
  readonly #options: WriteOptions
  readonly #nextId = uuidSequence()
  #hasMetKnownPeople = false
  readonly counts: ImportCounts = { customers: 0, people: 0, contacts: 0 }

  constructor(connection: Connection, options: WriteOptions) {
    this.#connection = connection
    this.#options = options
  }

  /** Plans a batch while the server processes the previous one, on the assumption that all of its people are new. */
  planAhead(rows: readonly ImportRow[]): BatchPlan | undefined {
    if (this.#options.onConflict || this.#hasMetKnownPeople) return undefined
    return this.#plan(rows, { customersByName: new Map(), peopleByEmail: new Map() })
  }

  /** Writes a batch, by the plan made ahead if there is one and if its assumption holds. */
  async write(rows: readonly ImportRow[], ahead: BatchPlan | undefined): Promise<void> {
    if (!ahead) return this.#write(this.#connection, await this.#planKnown(rows))
    try {
      await this.#connection.atomically((savepoint) => this.#write(savepoint, ahead))
    } catch (error) {
      if (!(error instanceof ImportError && error.constraint === 'people_email_key')) throw error
      this.#hasMetKnownPeople = true
      await this.write(rows, undefined)
    }
  }

  #planKnown(rows: readonly ImportRow[]): Promise<BatchPlan> {
    const plan = async () => this.#plan(rows, await this.#findKnown(rows))
    if (this.#options.onConflict !== 'update') return plan()
    return planLocked(this.#connection, plan, ({ customers, people }) => ({
      customers: customers.changed,
      people: people.changed,
    }))
  }

  #plan(rows: readonly ImportRow[], known: KnownIds): BatchPlan {
    return planBatch(rows, known, this.#options, this.#nextId)
  }

  async #write(connection: Connection, plan: BatchPlan): Promise<void> {
    const { customers, people, contacts } = plan
    const counts = await this.#add(connection, plan)
    if (this.#options.onConflict === 'update') {
      counts.customers += await applyRows(connection, updateCustomers, customers.changed, toUpdate)
      counts.people += await applyRows(connection, updatePeople, people.changed, toUpdate)
      await applyRows(connection, clearPrimaryContacts, contacts, toUpdate)
      counts.contacts += await applyRows(connection, updateContacts, contacts, toUpdate)
      counts.contacts += await applyRows(connection, addContacts, contacts, toUpdate)
    }
    this.counts.customers += counts.customers
    this.counts.people += counts.people
    this.counts.contacts += counts.contacts
  }

  async #findKnown(rows: readonly ImportRow[]): Promise<KnownIds> {
    const names = this.#options.onConflict ? rows.map(({ customer }) => customer.input.legalName) : []
    // With `error`, the unique constraint rejects a known email address.
    const emails =
      this.#options.onConflict === 'error'
        ? []
        : rows.flatMap(({ people }) => people.flatMap(({ input }) => input.email ?? []))
    return {
      customersByName: names.length > 0 ? await this.#findIds(findCustomersByName, { names }) : new Map(),
      peopleByEmail:
        emails.length > 0
          ? await this.#findIds(formFor(this.#connection, findPeopleByEmail), { knownEmails: emails })
          : new Map(),
    }
  }

  async #findIds<Input, Given extends Input>(
    statement: Statement<Input, { key: string; id: string }>,
    input: Exactly<Input, Given>,
  ): Promise<Map<string, string>> {
    const rows = await queryAll(this.#connection, statement, input)
    return new Map(rows.map(({ key, id }) => [key, id]))
  }

  /** Adds the rows that are new. */
  async #add(
    connection: Connection,
    { customers, people, contacts, copies }: BatchPlan,
  ): Promise<ImportCounts> {
    if (copies) {
      return {
        customers: await sendCopies(connection, copies.customers, toImportError),
        people: await sendCopies(connection, copies.people, toImportError),
        contacts: await sendCopies(connection, copies.contacts, toImportError),
      }
    }
    const isUpdate = this.#options.onConflict === 'update'
    return {
      customers: await this.#insert(connection, INSERTS.customers.insertsOf(customers.added)),
      people: await this.#insert(connection, INSERTS.people.insertsOf(people.added)),
      contacts: isUpdate ? 0 : await this.#insert(connection, INSERTS.contacts.insertsOf(contacts)),
    }
  }

  async #insert<Item extends ImportItem>(
    connection: Connection,
    inserts: readonly Insert<Item>[],
  ): Promise<number> {
    let count = 0
    for (const { statement, items, toRow } of inserts) {
      count += await applyRows(connection, statement, items, toRow)
    }
    return count
  }
}

/** Rows to insert by one statement. */
interface Insert<Item> {
  readonly statement: Statement<{ rows: string }>
  readonly items: readonly Item[]
  toRow(item: Item): object
}

/** The row of an item in the JSON that the updates take: without the fields by which it was found. */
function toUpdate(item: ImportItem): object {
  return toChange(item, ['legalName', 'email'])
}
