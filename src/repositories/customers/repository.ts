import type { CallOptions, Connection } from '../../connection/index.ts'
import { date, uuid } from '../../input/index.ts'
import {
  execute,
  orThrowNotFound,
  type Page,
  queryAll,
  queryFirst,
  queryOne,
  queryPage,
} from '../../query/index.ts'
import { addContact, endContact, listContacts, setPrimaryContact } from './contact-statements.ts'
import {
  type CustomerImportOptions,
  type ImportCounts,
  type ImportedCustomer,
  importCustomers,
} from './import/index.ts'
import {
  type ContactListRequest,
  type CustomerChange,
  type CustomerListRequest,
  type NewContact,
  type NewCustomer,
  readContactListRequest,
  readCustomerChange,
  readCustomerListRequest,
  readCustomerStatus,
  readNewContact,
  readNewCustomer,
} from './input.ts'
import { toCustomers } from './joined-rows.ts'
import type { Contact, Customer, CustomerStatus } from './rows.ts'
import { createCustomer, deleteCustomer, findCustomer, listCustomers, updateCustomer } from './statements.ts'

/** The organizations that the service sells to, with their contacts. Every method may throw UnavailableError. */
export class CustomerRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Creates a customer without contacts.
   *
   * @throws {InvalidInputError} a field has a wrong type.
   * @throws {ConstraintError} a CHECK on a length or format, for example `customers_billing_country_check`.
   */
  async create(customer: NewCustomer, options?: CallOptions): Promise<Customer> {
    const input = readNewCustomer(customer, 'customer')
    const row = await queryOne(this.#connection, createCustomer.for(input), input, options)
    return { ...row, contacts: [] }
  }

  /** Finds a customer by id, with its contacts; undefined if there is none. */
  async find(customerId: string, options?: CallOptions): Promise<Customer | undefined> {
    const input = { customerId: uuid(customerId, 'customerId') }
    return toCustomers(await queryAll(this.#connection, findCustomer, input, options))[0]
  }

  /**
   * Returns a customer by id, with its contacts.
   *
   * @throws {NotFoundError} there is no such customer.
   */
  async get(customerId: string, options?: CallOptions): Promise<Customer> {
    return orThrowNotFound(await this.find(customerId, options), 'customers', { customer_id: customerId })
  }

  /**
   * Updates a customer. `null` clears a field; omitted fields are unchanged.
   *
   * @throws {NotFoundError} there is no such customer.
   * @throws {ConstraintError} a CHECK on a length or format.
   */
  async update(customerId: string, change: CustomerChange, options?: CallOptions): Promise<Customer> {
    const values = readCustomerChange(change, 'change')
    const input = { customerId: uuid(customerId, 'customerId'), ...values, given: Object.keys(values) }
    const [customer] = toCustomers(await queryAll(this.#connection, updateCustomer, input, options))
    return orThrowNotFound(customer, 'customers', { customer_id: customerId })
  }

  /**
   * Sets a customer's status.
   *
   * @throws {NotFoundError} there is no such customer.
   */
  async setStatus(customerId: string, status: CustomerStatus, options?: CallOptions): Promise<Customer> {
    return this.update(customerId, { status: readCustomerStatus(status, 'status') }, options)
  }

  /** Deletes a customer with its contacts, and returns whether the customer existed. The people remain. */
  async delete(customerId: string, options?: CallOptions): Promise<boolean> {
    const input = { customerId: uuid(customerId, 'customerId') }
    return (await execute(this.#connection, deleteCustomer, input, options)) === 1
  }

  /**
   * Lists customers, newest first, each with its contacts, in one round trip. With `search`, the best matches come first.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async list(request: CustomerListRequest = {}, options?: CallOptions): Promise<Page<Customer>> {
    const input = readCustomerListRequest(request, 'request')
    return queryPage(this.#connection, listCustomers, input, options, { toItems: toCustomers })
  }

  /**
   * Adds customers with their people, from any iterable, in constant memory and in one transaction: all of them or none. A
   * person with a known email address, in any letter case, is not added again. `onConflict` defines what happens to a
   * customer whose legal name is known.
   *
   * Returns the numbers of customers, people and contacts that were added or, with `onConflict: 'update'`, updated.
   *
   * @throws {ImportError} a row was rejected. The error has the number of the row, the field and the constraint; its `cause`
   *   is the original error.
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
   * @throws {ConstraintError} `customer_people_customer_id_person_id_role_key`: the person already has this role at the customer;
   *   `customer_people_customer_id_is_primary_key`: the customer already has a primary contact, use setPrimaryContact;
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
    return queryOne(this.#connection, addContact.for(input), input, options)
  }

  /**
   * Replaces the primary contact of a customer. Concurrent calls leave exactly one primary contact.
   *
   * @throws {NotFoundError} the person is not a current contact of the customer.
   */
  async setPrimaryContact(customerId: string, personId: string, options?: CallOptions): Promise<Contact> {
    const input = { customerId: uuid(customerId, 'customerId'), personId: uuid(personId, 'personId') }
    const contact = await queryFirst(this.#connection, setPrimaryContact, input, options)
    return orThrowNotFound(contact, 'customer_people', { customer_id: customerId, person_id: personId })
  }

  /**
   * Sets the last day of a contact.
   *
   * @param endDate the last day, `YYYY-MM-DD`. If it is in the past, the contact is no longer the primary one.
   * @throws {NotFoundError} there is no such contact.
   * @throws {ConstraintError} `customer_people_end_date_check`: the contact begins later.
   */
  async endContact(contactId: string, endDate: string, options?: CallOptions): Promise<Contact> {
    const input = { contactId: uuid(contactId, 'contactId'), endDate: date(endDate, 'endDate') }
    const contact = await queryFirst(this.#connection, endContact, input, options)
    return orThrowNotFound(contact, 'customer_people', { customer_person_id: contactId })
  }

  /**
   * Lists the contacts of a customer, including those that have ended, latest start date first. The list is empty if there
   * is no such customer.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async listContacts(
    customerId: string,
    request: ContactListRequest = {},
    options?: CallOptions,
  ): Promise<Page<Contact>> {
    const { current, ...page } = readContactListRequest(request, 'request')
    const input = {
      ...page,
      customerId: uuid(customerId, 'customerId'),
      current: current === true ? (true as const) : undefined,
    }
    return queryPage(this.#connection, listContacts, input, options)
  }
}
