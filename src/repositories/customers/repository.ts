import type { CallOptions, Connection } from '../../connection/index.ts'
import {
  type DuplicateListRequest,
  type DuplicateOptions,
  type MergeOptions,
  mergeRows,
  readDuplicateListRequest,
  readDuplicateOptions,
} from '../../duplicates/index.ts'
import { uuid } from '../../input/index.ts'
import {
  execute,
  type Found,
  type IfVersion,
  iteratePages,
  orThrowNotFound,
  type Page,
  type PurgeRequest,
  purgeArchived,
  queryAll,
  queryFirst,
  queryList,
  queryOne,
  queryPage,
  readKeys,
  readPurgeRequest,
  readRows,
  readUpdateOptions,
  requireUpdated,
  type UpdateOptions,
  updateOrFollow,
  upsertOrFollow,
} from '../../query/index.ts'
import {
  type AttributeValidator,
  type AttributeValidators,
  type CustomerAttributes,
  type ExternalId,
  readExternalId,
  type Written,
  withJsonText,
  withValidated,
} from '../details/index.ts'
import {
  addContact,
  contactVersion,
  endContact,
  findContact,
  listContacts,
  removeContact,
  reopenContact,
  setPrimaryContact,
  updateContact,
} from './contact-statements.ts'
import {
  type CustomerDuplicate,
  type CustomerDuplicates,
  type CustomerProbe,
  findDuplicateCustomers,
  findDuplicatesOfCustomer,
  listDuplicateCustomers,
  mergeCustomers,
  readCustomerProbe,
} from './duplicates.ts'
import {
  type CustomerImportOptions,
  type ImportCounts,
  type ImportedCustomer,
  type ImportReport,
  importCustomers,
  importMatched,
  type MatchingImportOptions,
  type UndoImportOptions,
  type UndoneImport,
  undoOf,
} from './import/index.ts'
import {
  type ArchivedCustomerListRequest,
  type ContactChange,
  type ContactListRequest,
  type CustomerChange,
  type CustomerListRequest,
  type CustomerManyChange,
  type NewContact,
  type NewCustomer,
  readArchivedCustomerListRequest,
  readContactChange,
  readContactListRequest,
  readCustomerChange,
  readCustomerListRequest,
  readCustomerManyChange,
  readCustomerStatus,
  readEndDate,
  readNewContact,
  readNewCustomer,
} from './input.ts'
import { type JoinedRow, toCustomers } from './joined-rows.ts'
import { customersAtOnce } from './many-statements.ts'
import { type ChangedContact, type Contact, type Customer, type CustomerStatus, hasPerson } from './rows.ts'
import {
  archiveCustomer,
  CHANGED,
  createCustomer,
  customerVersion,
  deleteCustomer,
  findCustomer,
  findCustomerByExternalId,
  findCustomerWinner,
  listArchivedCustomers,
  listCustomers,
  purgeCustomers,
  restoreCustomer,
  updateCustomer,
  upsertCustomer,
} from './statements.ts'

const MERGE = {
  method: 'customers.merge',
  statement: mergeCustomers,
  table: 'customers',
  key: 'customer_id',
  columns: CHANGED,
} as const

/** The organizations that the service sells to, with their contacts. Every method may throw UnavailableError. */
export class CustomerRepository {
  readonly #connection: Connection

  readonly #attributes: AttributeValidator<CustomerAttributes> | undefined
  readonly #validators: AttributeValidators
  readonly #merge = {
    ...MERGE,
    readChange: (value: unknown, field: string) =>
      withValidated(this.#attributes, readCustomerChange(value, field)),
  }

  /** @param attributes checks the attributes before they are written. */
  constructor(connection: Connection, attributes: AttributeValidators = {}) {
    this.#connection = connection
    this.#attributes = attributes.customers
    this.#validators = attributes
  }

  /**
   * Creates a customer without contacts.
   *
   * @throws {InvalidInputError} a field has a wrong type.
   * @throws {ConstraintError} a CHECK on a length or format, for example `customers_billing_country_check`;
   *   `customers_owner_id_fkey`: there is no such owner; `customers_source_external_id_key`: another customer has the external id.
   */
  async create(customer: NewCustomer, options?: CallOptions): Promise<Customer> {
    const input = withJsonText(withValidated(this.#attributes, readNewCustomer(customer, 'customer')))
    const row = await queryOne(this.#connection, createCustomer.for(input), input, options)
    return { ...row, contacts: [] }
  }

  /** Finds a customer by id, with its contacts; undefined if there is none. The id of a merged customer finds the winner. */
  async find(customerId: string, options?: CallOptions): Promise<Customer | undefined> {
    const input = { customerId: uuid(customerId, 'customerId') }
    const [customer] = toCustomers(await queryAll(this.#connection, findCustomer, input, options))
    return customer?.mergedInto ? this.find(customer.mergedInto, options) : customer
  }

  /**
   * Returns a customer by id, with its contacts. The id of a merged customer returns the winner.
   *
   * @throws {NotFoundError} there is no such customer.
   */
  async get(customerId: string, options?: CallOptions): Promise<Customer> {
    return orThrowNotFound(await this.find(customerId, options), 'customers', { customer_id: customerId })
  }

  /** Finds a customer that is not archived by its key in another system, with its contacts; undefined if there is none. The key of a merged customer finds the winner. */
  async findByExternalId(
    source: string,
    externalId: string,
    options?: CallOptions,
  ): Promise<Customer | undefined> {
    const input = readExternalId({ source, externalId }, 'externalId')
    const [found] = toCustomers(await queryAll(this.#connection, findCustomerByExternalId, input, options))
    if (found) return found
    const merged = await queryFirst(this.#connection, findCustomerWinner, input, options)
    const winner = merged && (await this.find(merged.winnerId, options))
    return winner?.archivedAt === null ? winner : undefined
  }

  /**
   * Creates a customer, or updates the one that is not archived and has the same `source` and `externalId`: one statement, safe under
   * concurrency. `null` clears a field; omitted fields are unchanged. The key of a merged customer updates the winner, which keeps its own.
   *
   * @throws {InvalidInputError} `source` or `externalId` is missing, or a field has a wrong type.
   * @throws {NotFoundError} the customer with this key is one that the caller may not change.
   * @throws {ConstraintError} a CHECK on a length or format; `customers_owner_id_fkey`: there is no such owner.
   */
  async upsertByExternalId(customer: NewCustomer & ExternalId, options?: CallOptions): Promise<Customer> {
    const values = withJsonText(withValidated(this.#attributes, readNewCustomer(customer, 'customer')))
    const key = readExternalId({ source: values.source, externalId: values.externalId }, 'customer')
    const input = { ...values, ...key, given: Object.keys(values) }
    return upsertOrFollow(this.#connection, { table: 'customers', find: findCustomerWinner }, key, values, {
      upsert: async () =>
        toCustomers(await queryAll(this.#connection, upsertCustomer.for(input), input, options))[0],
      update: (customerId, own) => this.#update(customerId, own, null, options),
      call: options,
    })
  }

  /**
   * Updates a customer. `null` clears a field; omitted fields are unchanged. The id of a merged customer updates the winner.
   *
   * @throws {NotFoundError} there is no such customer.
   * @throws {StaleVersionError} the customer has another version than `ifVersion`.
   * @throws {ConstraintError} a CHECK on a length or format; `customers_owner_id_fkey`: there is no such owner.
   */
  async update(customerId: string, change: CustomerChange, options?: UpdateOptions): Promise<Customer> {
    const { ifVersion, call } = readUpdateOptions(options, 'customers.update')
    const values = withValidated(this.#attributes, readCustomerChange(change, 'change'))
    return this.#update(customerId, withJsonText(values), ifVersion, call)
  }

  async #update(
    customerId: string,
    values: Written<CustomerChange>,
    ifVersion: number | null,
    call: CallOptions | undefined,
  ): Promise<Customer> {
    const id = uuid(customerId, 'customerId')
    const input = { ...values, given: Object.keys(values), ifVersion }
    return this.#change(
      (id) => queryAll(this.#connection, updateCustomer, { ...input, customerId: id }, call),
      { id, ifVersion, call },
    )
  }

  /** Runs a statement that changes one customer, for a merged one on the winner. */
  #change(
    change: (customerId: string) => Promise<JoinedRow[]>,
    of: IfVersion & { id: string; call: CallOptions | undefined },
  ): Promise<Customer> {
    const first = async (customerId: string) => toCustomers(await change(customerId))[0]
    return updateOrFollow<Customer>(first, this.#connection, customerVersion, of)
  }

  /**
   * Sets a customer's status.
   *
   * @throws {NotFoundError} there is no such customer.
   * @throws {StaleVersionError} the customer has another version than `ifVersion`.
   */
  async setStatus(customerId: string, status: CustomerStatus, options?: UpdateOptions): Promise<Customer> {
    const { ifVersion, call } = readUpdateOptions(options, 'customers.setStatus')
    return this.#update(customerId, { status: readCustomerStatus(status, 'status') }, ifVersion, call)
  }

  /**
   * Archives a customer: lists and searches leave it out. A customer that is archived already keeps the time.
   *
   * @throws {NotFoundError} there is no such customer.
   * @throws {StaleVersionError} the customer has another version than `ifVersion`.
   */
  async archive(customerId: string, options?: UpdateOptions): Promise<Customer> {
    const { ifVersion, call } = readUpdateOptions(options, 'customers.archive')
    const id = uuid(customerId, 'customerId')
    return this.#change(
      (customerId) => queryAll(this.#connection, archiveCustomer, { customerId, ifVersion }, call),
      { id, ifVersion, call },
    )
  }

  /**
   * Puts an archived customer back into use; no-op for one that is not archived.
   *
   * @throws {NotFoundError} there is no such customer.
   * @throws {StaleVersionError} the customer has another version than `ifVersion`.
   */
  async restore(customerId: string, options?: UpdateOptions): Promise<Customer> {
    const { ifVersion, call } = readUpdateOptions(options, 'customers.restore')
    const id = uuid(customerId, 'customerId')
    return this.#change(
      (customerId) => queryAll(this.#connection, restoreCustomer, { customerId, ifVersion }, call),
      { id, ifVersion, call },
    )
  }

  /**
   * Finds customers that are likely the same as a customer, the most likely first: names with typing errors, in another order, with
   * or without accents and legal forms, and the domain of the website. Archived customers are left
   * out. Of customers with the same key, such as a common name, 100 are compared.
   *
   * @param of the id of a customer, or values of one that may exist already.
   * @throws {InvalidInputError} the values have neither a name nor a website.
   * @throws {NotFoundError} there is no such customer.
   */
  async findDuplicates(
    of: string | CustomerProbe,
    options: DuplicateOptions = {},
    call?: CallOptions,
  ): Promise<CustomerDuplicate[]> {
    const read = readDuplicateOptions(options, 'options')
    if (typeof of !== 'string')
      return findDuplicateCustomers(this.#connection, readCustomerProbe(of, 'customer'), read, call)
    const customerId = uuid(of, 'customerId')
    const found = await findDuplicatesOfCustomer(this.#connection, customerId, read, call)
    if (found) return found
    await this.get(customerId, call)
    return []
  }

  /**
   * Lists customers that have duplicates, newest first, each with the earlier ones that are likely the same. A page examines at most 1,000
   * customers: it may have few items, or none, and still a `next`.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async listDuplicates(
    request: DuplicateListRequest = {},
    options?: CallOptions,
  ): Promise<Page<CustomerDuplicates>> {
    return listDuplicateCustomers(this.#connection, readDuplicateListRequest(request, 'request'), options)
  }

  /**
   * Reads all customers that have duplicates, one after the other, in constant memory. The request is that of `listDuplicates`, without the
   * fields of a page.
   *
   * @throws {InvalidInputError} the request is not valid; thrown by the first step.
   */
  iterateDuplicates(
    request: Omit<DuplicateListRequest, 'limit' | 'after'> = {},
    options?: CallOptions,
  ): AsyncGenerator<CustomerDuplicates, void, undefined> {
    return iteratePages(request, (page: DuplicateListRequest) => this.listDuplicates(page, options))
  }

  /**
   * Merges customers into one, the winner, and returns it. Contacts move to it, and those that overlap in the same role become one. Empty
   * fields of the winner are filled from the losers, in their order; `fields` replaces values. The losers are archived, and their
   * ids lead to the winner in every method that takes the id of a customer, except `delete`. Repeating a merge changes nothing.
   *
   * @param loserIds 1 to 100 ids.
   * @throws {NotFoundError} one of the customers does not exist.
   * @throws {StaleVersionError} the winner has another version than `ifVersion`.
   * @throws {ConstraintError} as `update` does, for `fields`.
   */
  async merge(
    winnerId: string,
    loserIds: string | readonly string[],
    options?: MergeOptions<CustomerChange>,
  ): Promise<Customer> {
    const { id, call } = await mergeRows(this.#connection, this.#merge, winnerId, loserIds, options)
    return this.get(id, call)
  }

  /**
   * Returns the customers with these ids, at most 1,000, in this order, with their contacts; `missing` has the ids of those that do not
   * exist. One that was merged is returned as it is, with `mergedInto`.
   */
  async getMany(customerIds: readonly string[], options?: CallOptions): Promise<Found<Customer>> {
    return customersAtOnce.get(this.#connection, readKeys(customerIds, 'customerIds'), options)
  }

  /**
   * Creates at most 1,000 customers by one statement, all or none, and returns them in the order of the input.
   *
   * @throws {RowError} a row was refused, by its index: its `cause` is the ConstraintError or InvalidInputError.
   */
  async createMany(customers: readonly NewCustomer[], options?: CallOptions): Promise<Customer[]> {
    const rows = readRows(customers, 'customers', (row, field) =>
      withValidated(this.#attributes, readNewCustomer(row, field)),
    )
    return customersAtOnce.create(this.#connection, rows, options)
  }

  /**
   * Updates at most 1,000 customers by one statement, all or none, and returns them in the order of the input. Rows without changed
   * values keep their version.
   *
   * @throws {RowError} a row was refused, by its index: its `cause` is a NotFoundError, a StaleVersionError, a ConstraintError or an
   *   InvalidInputError.
   */
  async updateMany(changes: readonly CustomerManyChange[], options?: CallOptions): Promise<Customer[]> {
    const items = readRows(changes, 'customers', (row, field) => {
      const { customerId, ifVersion, ...values } = withValidated(
        this.#attributes,
        readCustomerManyChange(row, field),
      )
      return { id: customerId.toLowerCase(), ifVersion, values }
    })
    return customersAtOnce.update(this.#connection, items, options)
  }

  /**
   * Creates or updates at most 1,000 customers by their external ids, as `upsertByExternalId` does, all or none. Returns
   * them in the order of the input.
   *
   * @throws {RowError} a row was refused, by its index.
   */
  async upsertMany(
    customers: readonly (NewCustomer & ExternalId)[],
    options?: CallOptions,
  ): Promise<Customer[]> {
    const rows = readRows(customers, 'customers', (row, field) => {
      const values = withValidated(this.#attributes, readNewCustomer(row, field))
      return { ...values, ...readExternalId({ source: values.source, externalId: values.externalId }, field) }
    })
    return customersAtOnce.upsert(this.#connection, rows, options)
  }

  /**
   * Archives at most 1,000 customers by one statement, all or none, and returns them in the order of the ids.
   *
   * @throws {RowError} one does not exist.
   */
  async archiveMany(customerIds: readonly string[], options?: CallOptions): Promise<Customer[]> {
    return customersAtOnce.mark(this.#connection, 'archive', readKeys(customerIds, 'customerIds'), options)
  }

  /**
   * Puts at most 1,000 archived customers back into use by one statement, all or none, and returns them in the order of the ids.
   *
   * @throws {RowError} one does not exist, or another row has taken a unique value of it.
   */
  async restoreMany(customerIds: readonly string[], options?: CallOptions): Promise<Customer[]> {
    return customersAtOnce.mark(this.#connection, 'restore', readKeys(customerIds, 'customerIds'), options)
  }

  /**
   * Deletes the customers that were archived before a time, with their contacts, in small batches, and returns their number. With
   * `dryRun` it counts them and deletes none. Customers that are being changed are skipped. Merged ones are deleted with the
   * winner.
   *
   * @throws {InvalidInputError} `olderThan` is in the future.
   */
  async purge(request: PurgeRequest, options?: CallOptions): Promise<number> {
    return purgeArchived(this.#connection, purgeCustomers, readPurgeRequest(request, 'request'), options)
  }

  /**
   * Deletes a customer with its contacts and the customers that were merged into it, and returns whether the customer existed. The
   * people remain. The id of a merged customer deletes that one alone.
   */
  async delete(customerId: string, options?: CallOptions): Promise<boolean> {
    const input = { customerId: uuid(customerId, 'customerId') }
    return (await execute(this.#connection, deleteCustomer, input, options)) === 1
  }

  /**
   * Lists customers that are not archived, newest first, each with its contacts, in one round trip. With `search`, the best matches come first.
   * `orderBy` and `where` order and filter it by further columns. `next` and `previous` lead to the pages beside it.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async list(request: CustomerListRequest = {}, options?: CallOptions): Promise<Page<Customer>> {
    const input = readCustomerListRequest(request, 'request')
    return queryList(this.#connection, listCustomers, input, options, { toItems: toCustomers })
  }

  /**
   * Reads all customers of a list, one after the other, in constant memory: 200 at a time, as they are asked for. The request is that
   * of `list`, without the fields of a page.
   *
   * @throws {InvalidInputError} the request is not valid; thrown by the first step.
   */
  iterate(
    request: Omit<CustomerListRequest, 'limit' | 'after' | 'before' | 'withTotal'> = {},
    options?: CallOptions,
  ): AsyncGenerator<Customer, void, undefined> {
    return iteratePages(request, (page: CustomerListRequest) => this.list(page, options))
  }

  /**
   * Lists archived customers, most recently archived first, each with its contacts. With `search`, the best matches come first.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async listArchived(
    request: ArchivedCustomerListRequest = {},
    options?: CallOptions,
  ): Promise<Page<Customer>> {
    const input = readArchivedCustomerListRequest(request, 'request')
    return queryPage(this.#connection, listArchivedCustomers, input, options, { toItems: toCustomers })
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
   * Imports customers with their people, from any iterable, in constant memory and in one transaction. Rows are matched with customers and
   * people that exist; new ones are written by COPY where row security permits it. With `onError: 'collect'` bad rows are left out and reported, each
   * with its number, field and reason; else the first one ends the import. Returns a report; undoImport takes its `importId`.
   *
   * @throws {ImportError} a row was rejected, without `onError: 'collect'`. Nothing was imported.
   */
  import(
    customers: Iterable<ImportedCustomer> | AsyncIterable<ImportedCustomer>,
    options: MatchingImportOptions = {},
  ): Promise<ImportReport> {
    return importMatched(this.#connection, customers, options, this.#validators)
  }

  /**
   * Undoes an import of `import`, in one statement: deletes the customers, people and contacts that it created, and restores the values of those
   * that it updated. Their versions count on. The history keeps the import and has its undo. A user can undo the own imports, an administrator
   * and a job all.
   *
   * @throws {NotFoundError} there is no such import in the audit log, or it was undone before.
   * @throws {ImportChangedError} rows of the import were changed after it, and `keepChanged` is not true.
   */
  undoImport(importId: string, options: UndoImportOptions = {}): Promise<UndoneImport> {
    return undoOf(this.#connection, importId, options)
  }

  /**
   * Makes a person a contact of a customer. A person whose contact has ended may come back in the same role.
   *
   * @throws {ConstraintError} `customer_people_customer_id_person_id_role_key`: the person is already a contact without an end in this role;
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
    return this.#whole(await queryOne(this.#connection, addContact.for(input), input, options), options)
  }

  /**
   * Replaces the primary contact of a customer. Concurrent calls leave exactly one primary contact.
   *
   * @throws {NotFoundError} the person is not a current contact of the customer.
   */
  async setPrimaryContact(customerId: string, personId: string, options?: CallOptions): Promise<Contact> {
    const input = { customerId: uuid(customerId, 'customerId'), personId: uuid(personId, 'personId') }
    const contact = await queryFirst(this.#connection, setPrimaryContact, input, options)
    const chosen = orThrowNotFound(contact, 'customer_people', {
      customer_id: customerId,
      person_id: personId,
    })
    return this.#whole(chosen, options)
  }

  /**
   * Updates a contact. `null` clears a field; omitted fields are unchanged. With an `endDate` in the past, the contact is not
   * the primary one.
   *
   * @throws {NotFoundError} there is no such contact.
   * @throws {StaleVersionError} the contact has another version than `ifVersion`.
   * @throws {ConstraintError} `customer_people_customer_id_person_id_role_key`: the person is already a contact without an end in this
   *   role; `customer_people_customer_id_is_primary_key`: the customer already has a primary contact, use setPrimaryContact;
   *   `customer_people_end_date_check`: the contact would end before it starts.
   */
  async updateContact(contactId: string, change: ContactChange, options?: UpdateOptions): Promise<Contact> {
    const { ifVersion, call } = readUpdateOptions(options, 'customers.updateContact')
    const id = uuid(contactId, 'contactId')
    const values = readContactChange(change, 'change')
    const input = { contactId: id, ...values, given: Object.keys(values), ifVersion }
    const contact = await queryFirst(this.#connection, updateContact, input, call)
    return this.#whole(
      await requireUpdated(contact, this.#connection, contactVersion, { id, ifVersion, call }),
      call,
    )
  }

  /**
   * Sets the last day of a contact. Use reopenContact to remove it.
   *
   * @param endDate the last day, `YYYY-MM-DD`. If it is in the past, the contact is no longer the primary one.
   * @throws {NotFoundError} there is no such contact.
   * @throws {StaleVersionError} the contact has another version than `ifVersion`.
   * @throws {ConstraintError} `customer_people_end_date_check`: the contact begins later.
   */
  async endContact(contactId: string, endDate: string, options?: UpdateOptions): Promise<Contact> {
    const { ifVersion, call } = readUpdateOptions(options, 'customers.endContact')
    const input = {
      contactId: uuid(contactId, 'contactId'),
      endDate: readEndDate(endDate, 'endDate'),
      ifVersion,
    }
    const contact = await queryFirst(this.#connection, endContact, input, call)
    const ended = await requireUpdated(contact, this.#connection, contactVersion, {
      id: contactId,
      ifVersion,
      call,
    })
    return this.#whole(ended, call)
  }

  /**
   * Removes the last day of a contact. For a person who left and came back, addContact keeps both times.
   *
   * @throws {NotFoundError} there is no such contact.
   * @throws {StaleVersionError} the contact has another version than `ifVersion`.
   * @throws {ConstraintError} `customer_people_customer_id_person_id_role_key`: the person is already a contact without an end in this
   *   role.
   */
  async reopenContact(contactId: string, options?: UpdateOptions): Promise<Contact> {
    const { ifVersion, call } = readUpdateOptions(options, 'customers.reopenContact')
    const id = uuid(contactId, 'contactId')
    const contact = await queryFirst(this.#connection, reopenContact, { contactId: id, ifVersion }, call)
    return this.#whole(
      await requireUpdated(contact, this.#connection, contactVersion, { id, ifVersion, call }),
      call,
    )
  }

  /**
   * Deletes a contact that was added by mistake, and returns whether it existed. The customer and the person remain. Use
   * endContact for a person who has left.
   */
  async removeContact(contactId: string, options?: CallOptions): Promise<boolean> {
    const input = { contactId: uuid(contactId, 'contactId') }
    return (await execute(this.#connection, removeContact, input, options)) === 1
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
    return queryList(this.#connection, listContacts, input, options)
  }

  /**
   * Reads all contacts of a list, one after the other, in constant memory: 200 at a time, as they are asked for. The request is that
   * of `listContacts`, without the fields of a page.
   *
   * @throws {InvalidInputError} the request is not valid; thrown by the first step.
   */
  iterateContacts(
    customerId: string,
    request: Omit<ContactListRequest, 'limit' | 'after' | 'before' | 'withTotal'> = {},
    options?: CallOptions,
  ): AsyncGenerator<Contact, void, undefined> {
    return iteratePages(request, (page: ContactListRequest) => this.listContacts(customerId, page, options))
  }

  /** The contact with its person, which is read once more if the statement that changed the contact could not see it. */
  async #whole(contact: ChangedContact, call: CallOptions | undefined): Promise<Contact> {
    if (hasPerson(contact)) return contact
    const { contactId } = contact
    const whole = await queryFirst(this.#connection, findContact, { contactId }, call)
    return orThrowNotFound(whole, 'customer_people', { customer_person_id: contactId })
  }
}
