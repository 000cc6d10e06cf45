import type { ConstraintName } from '../../../../generated/catalog.ts'
import type { CallOptions, Connection } from '../../../connection/index.ts'
import { ConstraintError, ImportError, InvalidInputError, nested } from '../../../errors/index.ts'
import { fields, listOf, oneOf, optional } from '../../../input/index.ts'
import {
  all,
  type Copy,
  type CopyTable,
  change,
  copiesOf,
  type Statement,
  sendCopies,
} from '../../../query/index.ts'
import { type NewPerson, personFields } from '../../people/index.ts'
import { contactFields, type NewContact } from '../contacts.ts'
import { customerFields, type NewCustomer } from '../input.ts'
import {
  addContacts,
  changeContacts,
  changeCustomers,
  changePeople,
  findCustomersByName,
  findPeopleByEmail,
  lowerPrimaries,
} from './statements.ts'
import { Stop, stoppable } from './stoppable.ts'
import { uuidSequence } from './uuid.ts'

/** A person of an imported customer, and as what. */
export interface ImportedPerson extends NewPerson, NewContact {}

export interface ImportedCustomer extends NewCustomer {
  people?: readonly ImportedPerson[] | undefined
}

export interface ImportCounts {
  customers: number
  people: number
  contacts: number
}

export interface CustomerImportOptions extends Pick<CallOptions, 'signal'> {
  /**
   * What becomes of a customer whose legal name is known, from before or from an earlier row. Absent: it is added, as
   * another of that name. `error`: the import fails; so it does for a person whose email address is known. `skip`: the
   * row is passed over, with its people. `update`: the given fields of the customer and of people with a known
   * address are changed, and the contacts added.
   */
  onConflict?: 'error' | 'skip' | 'update' | undefined
  /** Called after each batch, with what is done so far: `rows` read, and what was made of them. */
  onProgress?: ((progress: ImportCounts & { rows: number }) => void) | undefined
}

/**
 * Customers and people of a batch; another as many are read while the server works on them. Twice as
 * many are 3 % faster, and take 80 MB more: what outlives V8's young generation makes it grow.
 */
const BATCH = 1_250

/** A customer, or one of its people, as it was read and where it comes from. */
interface Item<Input> {
  readonly input: Input
  readonly row: number
  /** Its place among the row's people. */
  readonly person: number | undefined
  customerId: string
  personId: string
}

interface Row {
  readonly customer: Item<NewCustomer>
  readonly people: readonly Item<ImportedPerson>[]
}

export async function importCustomers(
  connection: Connection,
  rows: Iterable<ImportedCustomer> | AsyncIterable<ImportedCustomer>,
  options: CustomerImportOptions,
): Promise<ImportCounts> {
  const { onConflict, onProgress, ...callOptions } = readOptions(options, 'options')
  if (
    typeof rows !== 'object' ||
    rows === null ||
    !(Symbol.iterator in rows || Symbol.asyncIterator in rows)
  ) {
    throw new InvalidInputError('customers', 'must be an iterable or an async iterable of customers')
  }
  return connection.atomically(async (transaction) => {
    const target = new ImportTarget(transaction, onConflict, callOptions)
    let number = 0
    let batch: Row[] = []
    let size = 0
    let writing = Promise.resolve()
    const stop = new Stop(callOptions.signal)
    /** Returns when the batch before is written; this one is on its way while more rows are read. */
    const write = async () => {
      const rows = number
      const plan = target.planAhead(batch)
      await writing
      writing = target.write(batch, plan).then(() => onProgress?.({ rows, ...target.counts }))
      writing.catch(stop.now)
      batch = []
      size = 0
    }
    try {
      for await (const row of Symbol.asyncIterator in rows ? stoppable(rows, stop) : rows) {
        try {
          batch.push(readRow(row, number + 1))
        } catch (error) {
          // A row before this one may be wrong, as only the server can tell: the first is to be named.
          await write()
          await writing
          throw error
        }
        number += 1
        size += 1 + (batch.at(-1) as Row).people.length
        if (size >= BATCH) await write()
      }
      await write()
      await writing
      return target.counts
    } finally {
      // Whatever is on its way must be over before the transaction is undone.
      await writing.catch(() => {})
    }
  }, callOptions)
}

/** What becomes of a batch. */
interface Plan {
  readonly customers: Entries<Item<NewCustomer>>
  readonly people: Entries<Item<ImportedPerson>>
  readonly contacts: Item<ImportedPerson>[]
  readonly copies: Record<'customers' | 'people' | 'contacts', Copy<Item<object>>[]>
}

type Known = Map<string, string>

/** Writes batches of rows, each by a fixed number of statements. */
class ImportTarget {
  readonly #connection: Connection
  readonly #onConflict: CustomerImportOptions['onConflict']
  readonly #options: CallOptions
  readonly #nextId = uuidSequence()
  #hasMetKnownPeople = false
  readonly counts: ImportCounts = { customers: 0, people: 0, contacts: 0 }

  constructor(connection: Connection, onConflict: CustomerImportOptions['onConflict'], options: CallOptions) {
    this.#connection = connection
    this.#onConflict = onConflict
    this.#options = options
  }

  /** While the server is busy with the batch before, this one is made ready as if all of it were new. */
  planAhead(rows: readonly Row[]): Plan | undefined {
    if (this.#onConflict || this.#hasMetKnownPeople) return undefined
    return this.#plan(rows, new Map(), new Map())
  }

  async write(rows: readonly Row[], ahead: Plan | undefined): Promise<void> {
    if (!ahead)
      return this.#write(this.#plan(rows, await this.#knownNames(rows), await this.#knownEmails(rows)))
    try {
      await this.#connection.atomically(() => this.#write(ahead))
    } catch (error) {
      if (!(error instanceof ImportError && error.constraint === 'people_email_key')) throw error
      this.#hasMetKnownPeople = true
      await this.write(rows, undefined)
    }
  }

  #plan(rows: readonly Row[], knownNames: Known, knownEmails: Known): Plan {
    const merges = this.#onConflict === 'update'
    const customers = new Entries<Item<NewCustomer>>(this.#nextId, knownNames, merges)
    const people = new Entries<Item<ImportedPerson>>(this.#nextId, knownEmails, merges)
    const contacts: Item<ImportedPerson>[] = []
    for (const { customer, people: persons } of rows) {
      const name = this.#onConflict ? customer.input.legalName : undefined
      if (customers.has(name)) {
        if (this.#onConflict === 'skip') continue
        if (this.#onConflict === 'error') {
          const cause = new InvalidInputError(
            'legalName',
            'is the legal name of a customer that already exists',
          )
          throw new ImportError(customer.row, 'legalName', cause)
        }
      }
      customer.customerId = customers.add(name, customer)
      for (const person of persons) {
        const email = this.#onConflict === 'error' ? undefined : foldCase(person.input.email)
        person.customerId = customer.customerId
        person.personId = people.add(email, person)
        contacts.push(person)
      }
    }
    return {
      customers,
      people,
      contacts,
      copies: {
        customers: copiesOf(CUSTOMERS, customers.added),
        people: copiesOf(PEOPLE, people.added),
        contacts: merges ? [] : copiesOf(CONTACTS, contacts),
      },
    }
  }

  async #write({ customers, people, contacts, copies }: Plan): Promise<void> {
    const counts = {
      customers: await this.#copy(copies.customers),
      people: await this.#copy(copies.people),
      contacts: await this.#copy(copies.contacts),
    }
    if (this.#onConflict === 'update') {
      counts.customers += await this.#apply(changeCustomers, customers.changed)
      counts.people += await this.#apply(changePeople, people.changed)
      await this.#apply(lowerPrimaries, contacts)
      counts.contacts += await this.#apply(changeContacts, contacts)
      counts.contacts += await this.#apply(addContacts, contacts)
    }
    this.counts.customers += counts.customers
    this.counts.people += counts.people
    this.counts.contacts += counts.contacts
  }

  async #knownNames(rows: readonly Row[]): Promise<Known> {
    if (!this.#onConflict) return new Map()
    return this.#known(findCustomersByName, { names: rows.map(({ customer }) => customer.input.legalName) })
  }

  async #knownEmails(rows: readonly Row[]): Promise<Known> {
    // That an address is taken then is for its unique key to say.
    if (this.#onConflict === 'error') return new Map()
    const emails = rows.flatMap(({ people }) => people.flatMap(({ input }) => input.email ?? []))
    return emails.length > 0 ? this.#known(findPeopleByEmail, { emails }) : new Map()
  }

  async #known<Input>(find: Statement<Input, { key: string; id: string }>, input: Input): Promise<Known> {
    const rows = await all(this.#connection, find, input, this.#options)
    return new Map(rows.map(({ key, id }) => [key, id]))
  }

  #copy(copies: readonly Copy<Item<object>>[]): Promise<number> {
    return sendCopies(this.#connection, copies, blame, this.#options)
  }

  /** Halves what a constraint refuses, until one row is left to blame. */
  async #apply(statement: Statement<{ rows: string }>, items: readonly Item<object>[]): Promise<number> {
    if (items.length === 0) return 0
    const rows = JSON.stringify(items.map(toJson))
    try {
      return await this.#connection.atomically((savepoint) =>
        change(savepoint, statement, { rows }, this.#options),
      )
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error
      if (items.length === 1) throw blame(error, items[0] as Item<object>)
      const middle = items.length >> 1
      const first = await this.#apply(statement, items.slice(0, middle))
      return first + (await this.#apply(statement, items.slice(middle)))
    }
  }
}

/** Customers or people of a batch, each once. */
class Entries<One extends Item<object>> {
  readonly #nextId: () => string
  /** From the key by which one is known to its id. */
  readonly #known: Map<string, string>
  /** By id, if what is given later of the same one goes before what was given earlier. */
  readonly #items: Map<string, One> | undefined
  readonly added: One[] = []
  /** Those that were there before the batch. */
  readonly changed: One[] = []

  constructor(nextId: () => string, known: Map<string, string>, merges: boolean) {
    this.#nextId = nextId
    this.#known = known
    this.#items = merges ? new Map() : undefined
  }

  has(key: string | undefined): boolean {
    return key !== undefined && this.#known.has(key)
  }

  /** Returns the id of whom the key names, else a new one. */
  add(key: string | undefined, item: One): string {
    const known = key === undefined ? undefined : this.#known.get(key)
    const id = known ?? this.#nextId()
    const earlier = known && this.#items?.get(known)
    if (earlier) {
      Object.assign(earlier.input, item.input)
      return id
    }
    if (known === undefined) this.added.push(item)
    else this.changed.push(item)
    if (key !== undefined) this.#known.set(key, id)
    this.#items?.set(id, item)
    return id
  }
}

type Ids = 'customerId' | 'personId'

const CUSTOMERS: CopyTable<'customers', Ids> = {
  name: 'customers',
  ids: [['customer_id', 'customerId']],
  columns: [
    ['legal_name', 'legalName'],
    ['display_name', 'displayName'],
    ['industry', 'industry'],
    ['company_size', 'companySize'],
    ['website_url', 'websiteUrl'],
    ['billing_country', 'billingCountry'],
  ],
  defaulted: [
    ['status', 'status'],
    ['timezone', 'timezone'],
  ],
}

const PEOPLE: CopyTable<'people', Ids> = {
  name: 'people',
  ids: [['person_id', 'personId']],
  columns: [
    ['first_name', 'firstName'],
    ['last_name', 'lastName'],
    ['email', 'email'],
    ['phone', 'phone'],
    ['job_title', 'jobTitle'],
    ['linkedin_url', 'linkedinUrl'],
  ],
  defaulted: [['is_active', 'isActive']],
}

const CONTACTS: CopyTable<'customer_people', Ids> = {
  name: 'customer_people',
  ids: [
    ['customer_id', 'customerId'],
    ['person_id', 'personId'],
  ],
  columns: [['role', 'role']],
  defaulted: [
    ['is_primary', 'isPrimary'],
    ['start_date', 'startDate'],
  ],
}

const readOptions = fields<CustomerImportOptions>({
  onConflict: optional(oneOf(['error', 'skip', 'update'])),
  onProgress: optional((value, field) => {
    if (typeof value === 'function') return value as NonNullable<CustomerImportOptions['onProgress']>
    throw new InvalidInputError(field, 'must be a function')
  }),
  signal: optional((value) => value as AbortSignal),
})

const readPerson = fields<ImportedPerson>({ ...personFields, ...contactFields })

const readImported = fields<ImportedCustomer>({
  ...customerFields,
  people: optional(listOf((person, field) => within(field, () => readPerson(person, field)))),
})

function readRow(given: unknown, row: number): Row {
  try {
    const { people = [], ...input } = readImported(given, 'customer')
    return { customer: itemOf(input, row), people: people.map((person, index) => itemOf(person, row, index)) }
  } catch (error) {
    throw error instanceof InvalidInputError ? new ImportError(row, error.field, error) : error
  }
}

function itemOf<Input>(input: Input, row: number, person?: number): Item<Input> {
  return { input, row, person, customerId: '', personId: '' }
}

function toJson({ input, customerId, personId }: Item<object>): object {
  return { ...input, customerId, personId, given: Object.keys(input) }
}

/** Names a field by the path that leads to it. */
function within<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InvalidInputError) || error.field === path) throw error
    throw nested(error, path)
  }
}

/** Which row the server refused, and what of it. */
function blame(error: unknown, { row, person }: Item<object>): unknown {
  if (!(error instanceof ConstraintError)) return error
  const path = person === undefined ? [] : [`people[${person}]`]
  const field = FIELDS[error.constraint] ?? error.fields[0] ?? ''
  return new ImportError(row, [...path, field].filter(Boolean).join('.') || 'customer', error)
}

/** Where the constraint's first column is not what the caller gave. */
const FIELDS: { readonly [Name in ConstraintName]?: string } = {
  customer_people_customer_id_person_id_role_key: '',
  customer_people_customer_id_is_primary_key: 'isPrimary',
  customer_people_customer_id_fkey: '',
  customer_people_person_id_fkey: '',
}

const ASCII = /^[\0-\x7f]*$/

/** Letter by letter, as the server's `lower` does it: in a whole word a Greek sigma would turn by its place. */
function foldCase(email: string | null | undefined): string | undefined {
  if (email === null || email === undefined) return undefined
  return ASCII.test(email)
    ? email.toLowerCase()
    : Array.from(email, (letter) => letter.toLowerCase()).join('')
}
