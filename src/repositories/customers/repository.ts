import { type QueryCreator, sql } from 'kysely'
import { CUSTOMER_STATUSES } from '../../../generated/catalog.ts'
import type { DB } from '../../../generated/database.ts'
import type { CallOptions, Connection } from '../../connection/index.ts'
import { NotFoundError } from '../../errors/index.ts'
import { date, fields, oneOf, optional, searchWords, text, uuid } from '../../input/index.ts'
import {
  all,
  change,
  changed,
  FETCH_AT_MOST,
  finds,
  first,
  isBehind,
  only,
  type Page,
  type PageParameters,
  type PageRequest,
  Pager,
  type Params,
  pageFields,
  relevance,
  type StatementRow,
  statement,
  variants,
  type Words,
} from '../../query/index.ts'
import {
  addContact,
  byImportance,
  CONTACT,
  type Contact,
  type ContactListRequest,
  endContact,
  listContacts,
  type NewContact,
  readContactListRequest,
  readNewContact,
  setPrimaryContact,
} from './contacts.ts'
import {
  type CustomerImportOptions,
  type ImportCounts,
  type ImportedCustomer,
  importCustomers,
} from './import/index.ts'
import {
  type CustomerChange,
  type CustomerStatus,
  type NewCustomer,
  readChange,
  readNewCustomer,
  readStatus,
} from './input.ts'

const CUSTOMER = [
  'customer_id as customerId',
  'legal_name as legalName',
  'display_name as displayName',
  'status',
  'industry',
  'company_size as companySize',
  'website_url as websiteUrl',
  'billing_country as billingCountry',
  'timezone',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

/** An organisation, with its contacts: those who still are it first, the primary one before all. */
export type Customer = StatementRow<typeof create> & { contacts: Contact[] }
export interface CustomerListRequest extends PageRequest {
  status?: CustomerStatus | undefined
  industry?: string | undefined
  billingCountry?: string | undefined
  /** Part of a name, in any letter case, with or without accents. Below three characters: the beginning of a word. */
  search?: string | undefined
}

const create = variants('customers.create', ['status', 'timezone'], (query, $: Params<NewCustomer>, given) =>
  query
    .insertInto('customers')
    .values({
      legal_name: $.legalName,
      display_name: $.displayName,
      industry: $.industry,
      company_size: $.companySize,
      website_url: $.websiteUrl,
      billing_country: $.billingCountry,
      ...(given.status && { status: $.status }),
      ...(given.timezone && { timezone: $.timezone }),
    })
    .returning(CUSTOMER),
)

type Columns = StatementRow<typeof create>

/** A row for each contact of the customers named `customer`, and one for a customer without any. */
function withContacts(query: QueryCreator<DB & { customer: Columns }>) {
  return query
    .selectFrom('customer')
    .leftJoin('customer_people as contact', 'contact.customer_id', 'customer.customerId')
    .leftJoin('people as person', 'person.person_id', 'contact.person_id')
    .selectAll('customer')
    .select(CONTACT)
}

const find = statement('customers.find', (query, $: Params<{ customerId: string }>) =>
  withContacts(
    query.with('customer', (cte) =>
      cte.selectFrom('customers').select(CUSTOMER).where('customer_id', '=', $.customerId),
    ),
  ),
)

const update = statement(
  'customers.update',
  (query, $: Params<CustomerChange & { customerId: string; given: string[] }>) =>
    withContacts(
      query.with('customer', (cte) =>
        cte
          .updateTable('customers')
          .set({
            legal_name: changed($.given, 'legalName', $.legalName, 'legal_name'),
            display_name: changed($.given, 'displayName', $.displayName, 'display_name'),
            status: changed($.given, 'status', $.status, 'status'),
            industry: changed($.given, 'industry', $.industry, 'industry'),
            company_size: changed($.given, 'companySize', $.companySize, 'company_size'),
            website_url: changed($.given, 'websiteUrl', $.websiteUrl, 'website_url'),
            billing_country: changed($.given, 'billingCountry', $.billingCountry, 'billing_country'),
            timezone: changed($.given, 'timezone', $.timezone, 'timezone'),
          })
          .where('customer_id', '=', $.customerId)
          .returning(CUSTOMER),
      ),
    ),
)

const remove = statement('customers.delete', (query, $: Params<{ customerId: string }>) =>
  query.deleteFrom('customers').where('customer_id', '=', $.customerId),
)

const WORDS: Words = sql`searchable(display_name || ' ' || legal_name)`

const list = variants(
  'customers.list',
  ['status', 'industry', 'billingCountry', 'search'],
  (query, $: Params<Omit<CustomerListRequest, keyof PageRequest> & PageParameters>, given) =>
    withContacts(
      query.with('customer', (cte) =>
        cte
          .selectFrom(({ selectFrom }) =>
            selectFrom('customers')
              .select(CUSTOMER)
              .$if(given.status, (customers) => customers.where('status', '=', $.status))
              .$if(given.industry, (customers) => customers.where('industry', '=', $.industry))
              .$if(given.billingCountry, (customers) =>
                customers.where('billing_country', '=', $.billingCountry),
              )
              .where(
                isBehind($, {
                  at: 'created_at',
                  id: 'customer_id',
                  relevance: given.search ? relevance(WORDS, $.search) : undefined,
                }),
              )
              .$if(given.search, (customers) =>
                customers
                  .where(finds(WORDS, $.search))
                  .select(relevance(WORDS, $.search).as('relevance'))
                  .orderBy('relevance', 'desc'),
              )
              .orderBy('created_at', 'desc')
              .orderBy('customer_id', 'desc')
              .limit(FETCH_AT_MOST)
              .as('customer'),
          )
          .selectAll()
          .$if(given.search, (customers) => customers.orderBy('relevance', 'desc'))
          .orderBy('createdAt', 'desc')
          .orderBy('customerId', 'desc')
          .limit($.fetch),
      ),
    )
      .$if(given.search, (customers) => customers.orderBy(sql.ref('relevance'), 'desc'))
      .orderBy('createdAt', 'desc')
      .orderBy('customerId', 'desc'),
)

const readListRequest = fields<CustomerListRequest>({
  ...pageFields,
  status: optional(oneOf(CUSTOMER_STATUSES)),
  industry: optional(text),
  billingCountry: optional(text),
  search: optional(searchWords),
})

/** The organisations the service sells to, with the people to talk to there. Every method may end in UnavailableError. */
export class CustomerRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * @throws {InvalidInputError} a field is not of its type.
   * @throws {ConstraintError} a CHECK on a length or form, such as `customers_billing_country_check`.
   */
  async create(customer: NewCustomer, options?: CallOptions): Promise<Customer> {
    const input = readNewCustomer(customer, 'customer')
    const created = only(await first(this.#connection, create.for(input), input, options))
    return { ...created, contacts: [] }
  }

  async find(customerId: string, options?: CallOptions): Promise<Customer | undefined> {
    const input = { customerId: uuid(customerId, 'customerId') }
    return gather(await all(this.#connection, find, input, options))[0]
  }

  /** @throws {NotFoundError} there is no such customer. */
  async get(customerId: string, options?: CallOptions): Promise<Customer> {
    return existing(await this.find(customerId, options), customerId)
  }

  /**
   * Changes the given fields and leaves the rest; null empties one.
   *
   * @throws {NotFoundError} there is no such customer.
   * @throws {ConstraintError} a CHECK on a length or form.
   */
  async update(customerId: string, change: CustomerChange, options?: CallOptions): Promise<Customer> {
    const given = readChange(change, 'change')
    const input = { customerId: uuid(customerId, 'customerId'), ...given, given: Object.keys(given) }
    return existing(gather(await all(this.#connection, update, input, options))[0], customerId)
  }

  /** @throws {NotFoundError} there is no such customer. */
  async setStatus(customerId: string, status: CustomerStatus, options?: CallOptions): Promise<Customer> {
    return this.update(customerId, { status: readStatus(status, 'status') }, options)
  }

  /** Deletes the customer with its contacts; the people stay. Returns whether there was one. */
  async delete(customerId: string, options?: CallOptions): Promise<boolean> {
    const input = { customerId: uuid(customerId, 'customerId') }
    return (await change(this.#connection, remove, input, options)) === 1
  }

  /**
   * Newest first, each with its contacts, in one round trip; with `search` the most relevant first, then the newest.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async list(request: CustomerListRequest = {}, options?: CallOptions): Promise<Page<Customer>> {
    const asked = readListRequest(request, 'request')
    const pager = new Pager('customers.list', asked)
    const input = { ...asked, ...pager.parameters }
    const rows = await all(this.#connection, list.for(input), input, options)
    return pager.page(gather(rows), (customer) => ({ at: customer.createdAt, id: customer.customerId }))
  }

  /**
   * Adds customers with their people from any iterable, in constant memory: all of them, or none. A person whose email
   * address is known, in any letter case, is that person; `onConflict` says what becomes of a customer whose legal
   * name is known. Inside a transaction it is a part of it.
   *
   * Resolves with how many customers, people and contacts were added or, with `onConflict: 'update'`, changed.
   *
   * @throws {ImportError} a row was refused; it has the row's number, the field, the constraint, and the error as its `cause`.
   */
  importMany(
    customers: Iterable<ImportedCustomer> | AsyncIterable<ImportedCustomer>,
    options: CustomerImportOptions = {},
  ): Promise<ImportCounts> {
    return importCustomers(this.#connection, customers, options)
  }

  /**
   * Makes a person a contact of a customer.
   *
   * @throws {ConstraintError} `customer_people_customer_id_person_id_role_key`: the person is that already;
   *   `customer_people_customer_id_is_primary_key`: the customer has a primary contact, see setPrimaryContact;
   *   `customer_people_customer_id_fkey`, `customer_people_person_id_fkey`: there is no such customer, or person.
   */
  async addContact(
    customerId: string,
    personId: string,
    contact: NewContact = {},
    options?: CallOptions,
  ): Promise<Contact> {
    const input = {
      customerId: uuid(customerId, 'customerId'),
      personId: uuid(personId, 'personId'),
      ...readNewContact(contact, 'contact'),
    }
    return only(await first(this.#connection, addContact.for(input), input, options))
  }

  /**
   * Makes a contact the primary one, in place of whoever was. Any number of calls at the same time leave exactly one.
   *
   * @throws {NotFoundError} the person is no contact of the customer, or no longer.
   */
  async setPrimaryContact(customerId: string, personId: string, options?: CallOptions): Promise<Contact> {
    const input = { customerId: uuid(customerId, 'customerId'), personId: uuid(personId, 'personId') }
    const contact = await first(this.#connection, setPrimaryContact, input, options)
    if (contact) return contact
    throw new NotFoundError('customer_people', { customer_id: customerId, person_id: personId })
  }

  /**
   * @param endDate the last day, `YYYY-MM-DD`; after it, the contact is not the primary one any more.
   * @throws {NotFoundError} there is no such contact.
   * @throws {ConstraintError} `customer_people_end_date_check`: the contact began later.
   */
  async endContact(contactId: string, endDate: string, options?: CallOptions): Promise<Contact> {
    const input = { contactId: uuid(contactId, 'contactId'), endDate: date(endDate, 'endDate') }
    const contact = await first(this.#connection, endContact, input, options)
    if (contact) return contact
    throw new NotFoundError('customer_people', { customer_person_id: contactId })
  }

  /** A customer's contacts, those that ended among them, the latest beginning first. Empty also if there is no such customer. */
  async listContacts(
    customerId: string,
    request: ContactListRequest = {},
    options?: CallOptions,
  ): Promise<Page<Contact>> {
    const { current, ...asked } = readContactListRequest(request, 'request')
    const pager = new Pager('customers.listContacts', asked)
    const input = {
      customerId: uuid(customerId, 'customerId'),
      current: current || undefined,
      ...pager.parameters,
    }
    const rows = await all(this.#connection, listContacts.for(input), input, options)
    return pager.page(rows, (contact) => ({ at: contact.startDate, id: contact.contactId }))
  }
}

type JoinedRow = StatementRow<typeof find> & { relevance?: number | undefined }

/** The customers of joined rows, in their order. Property by property, which is twice as fast as by rest and spread. */
function gather(rows: readonly JoinedRow[]): (Customer & { relevance?: number })[] {
  const customers: (Customer & { relevance?: number })[] = []
  let customer: (Customer & { relevance?: number }) | undefined
  for (const row of rows) {
    if (customer?.customerId !== row.customerId) {
      customer = {
        customerId: row.customerId,
        legalName: row.legalName,
        displayName: row.displayName,
        status: row.status,
        industry: row.industry,
        companySize: row.companySize,
        websiteUrl: row.websiteUrl,
        billingCountry: row.billingCountry,
        timezone: row.timezone,
        createdAt: row.createdAt,
        updatedAt: row.updatedAt,
        contacts: [],
        ...(row.relevance !== undefined && { relevance: row.relevance }),
      }
      customers.push(customer)
    }
    const contact = contactOf(row)
    if (contact) customer.contacts.push(contact)
  }
  for (const { contacts } of customers) if (contacts.length > 1) contacts.sort(byImportance)
  return customers
}

/** Where one of a contact's columns is there, all of them are. */
function contactOf(row: JoinedRow): Contact | undefined {
  if (row.contactId === null) return undefined
  return {
    contactId: row.contactId,
    personId: row.personId,
    firstName: row.firstName,
    lastName: row.lastName,
    email: row.email,
    phone: row.phone,
    jobTitle: row.jobTitle,
    role: row.role,
    isPrimary: row.isPrimary,
    startDate: row.startDate,
    endDate: row.endDate,
  } as Contact
}

function existing(customer: Customer | undefined, customerId: string): Customer {
  if (customer === undefined) throw new NotFoundError('customers', { customer_id: customerId })
  return customer
}
