import type { CallOptions, Connection } from '../../connection/index.ts'
import {
  type DuplicateListRequest,
  type DuplicateOptions,
  type MergeOptions,
  mergeRows,
  readDuplicateListRequest,
  readDuplicateOptions,
} from '../../duplicates/index.ts'
import { text, uuid } from '../../input/index.ts'
import {
  execute,
  type Found,
  formFor,
  iteratePages,
  orThrowNotFound,
  type Page,
  type PageRequest,
  type PersonalData,
  type PurgeRequest,
  purgeArchived,
  queryFirst,
  queryList,
  queryOne,
  queryPage,
  readKeys,
  readPurgeRequest,
  readRows,
  readUpdateOptions,
  type UpdateOptions,
  updateOrFollow,
  upsertOrFollow,
} from '../../query/index.ts'
import {
  type AttributeValidator,
  type ExternalId,
  type PersonAttributes,
  readExternalId,
  type Written,
  withJsonText,
  withValidated,
} from '../details/index.ts'
import {
  findDuplicatePeople,
  findDuplicatesOfPerson,
  listDuplicatePeople,
  mergePeople,
  type PersonDuplicate,
  type PersonDuplicates,
  type PersonProbe,
  readPersonProbe,
} from './duplicates.ts'
import {
  type ArchivedPersonListRequest,
  type NewPerson,
  type PersonChange,
  type PersonListRequest,
  type PersonManyChange,
  readArchivedPersonListRequest,
  readNewPerson,
  readPageRequest,
  readPersonChange,
  readPersonListRequest,
  readPersonManyChange,
} from './input.ts'
import { peopleAtOnce } from './many-statements.ts'
import type { CustomerOfPerson, Person } from './rows.ts'
import {
  archivePerson,
  CHANGED,
  createPerson,
  deletePerson,
  erasePerson,
  exportPerson,
  findPerson,
  findPersonByEmail,
  findPersonByExternalId,
  findPersonWinner,
  listArchivedPeople,
  listCustomersOfPerson,
  listPeople,
  personVersion,
  purgePeople,
  restorePerson,
  updatePerson,
  upsertPerson,
} from './statements.ts'

const MERGE = {
  method: 'people.merge',
  statement: mergePeople,
  table: 'people',
  key: 'person_id',
  columns: CHANGED,
} as const

/** The people whom the service knows at its customers. Every method may throw UnavailableError. */
export class PersonRepository {
  readonly #connection: Connection

  readonly #attributes: AttributeValidator<PersonAttributes> | undefined
  readonly #merge = {
    ...MERGE,
    readChange: (value: unknown, field: string) =>
      withValidated(this.#attributes, readPersonChange(value, field)),
  }

  /** @param attributes checks the attributes before they are written. */
  constructor(connection: Connection, attributes?: AttributeValidator<PersonAttributes>) {
    this.#connection = connection
    this.#attributes = attributes
  }

  /**
   * Creates a person.
   *
   * @throws {InvalidInputError} a field has a wrong type.
   * @throws {ConstraintError} `people_email_key`: another person has the email address, in any letter case; `people_owner_id_fkey`: there is
   *   no such owner; or a CHECK on a length or format.
   */
  async create(person: NewPerson, options?: CallOptions): Promise<Person> {
    const input = withJsonText(withValidated(this.#attributes, readNewPerson(person, 'person')))
    return queryOne(this.#connection, createPerson.for(input), input, options)
  }

  /** Finds a person by id; undefined if there is none. The id of a merged person finds the winner. */
  async find(personId: string, options?: CallOptions): Promise<Person | undefined> {
    const input = { personId: uuid(personId, 'personId') }
    const person = await queryFirst(this.#connection, findPerson, input, options)
    return person?.mergedInto ? this.find(person.mergedInto, options) : person
  }

  /**
   * Returns a person by id. The id of a merged person returns the winner.
   *
   * @throws {NotFoundError} there is no such person.
   */
  async get(personId: string, options?: CallOptions): Promise<Person> {
    return orThrowNotFound(await this.find(personId, options), 'people', { person_id: personId })
  }

  /** Finds a person who is not archived by email address, in any letter case; undefined if there is none. */
  async findByEmail(email: string, options?: CallOptions): Promise<Person | undefined> {
    return queryFirst(
      this.#connection,
      formFor(this.#connection, findPersonByEmail),
      { email: text(email, 'email') },
      options,
    )
  }

  /** Finds a person who is not archived by the key in another system; undefined if there is none. The key of a merged person finds the winner. */
  async findByExternalId(
    source: string,
    externalId: string,
    options?: CallOptions,
  ): Promise<Person | undefined> {
    const input = readExternalId({ source, externalId }, 'externalId')
    const found = await queryFirst(this.#connection, findPersonByExternalId, input, options)
    if (found) return found
    const merged = await queryFirst(this.#connection, findPersonWinner, input, options)
    const winner = merged && (await this.find(merged.winnerId, options))
    return winner?.archivedAt === null ? winner : undefined
  }

  /**
   * Creates a person, or updates the one who is not archived and has the same `source` and `externalId`: one statement, safe under
   * concurrency. `null` clears a field; omitted fields are unchanged. The key of a merged person updates the winner, who keeps the own one.
   *
   * @throws {InvalidInputError} `source` or `externalId` is missing, or a field has a wrong type.
   * @throws {NotFoundError} the person with this key is one that the caller may not change.
   * @throws {ConstraintError} `people_email_key`: another person has the email address; `people_owner_id_fkey`: there is no such owner; or
   *   a CHECK on a length or format.
   */
  async upsertByExternalId(person: NewPerson & ExternalId, options?: CallOptions): Promise<Person> {
    const values = withJsonText(withValidated(this.#attributes, readNewPerson(person, 'person')))
    const key = readExternalId({ source: values.source, externalId: values.externalId }, 'person')
    const input = { ...values, ...key, given: Object.keys(values) }
    return upsertOrFollow(this.#connection, { table: 'people', find: findPersonWinner }, key, values, {
      upsert: () => queryFirst(this.#connection, upsertPerson.for(input), input, options),
      update: (personId, own) => this.#update(personId, own, null, options),
      call: options,
    })
  }

  /**
   * Updates a person. `null` clears a field; omitted fields are unchanged. The id of a merged person updates the winner.
   *
   * @throws {NotFoundError} there is no such person.
   * @throws {StaleVersionError} the person has another version than `ifVersion`.
   * @throws {ConstraintError} `people_email_key`: another person has the email address, in any letter case; `people_owner_id_fkey`: there is
   *   no such owner; or a CHECK on a length or format.
   */
  async update(personId: string, change: PersonChange, options?: UpdateOptions): Promise<Person> {
    const { ifVersion, call } = readUpdateOptions(options, 'people.update')
    const values = withValidated(this.#attributes, readPersonChange(change, 'change'))
    return this.#update(personId, withJsonText(values), ifVersion, call)
  }

  async #update(
    personId: string,
    values: Written<PersonChange>,
    ifVersion: number | null,
    call: CallOptions | undefined,
  ): Promise<Person> {
    const input = { ...values, given: Object.keys(values), ifVersion }
    return updateOrFollow<Person>(
      (id) => queryFirst(this.#connection, updatePerson, { ...input, personId: id }, call),
      this.#connection,
      personVersion,
      { id: uuid(personId, 'personId'), ifVersion, call },
    )
  }

  /**
   * Archives a person: lists and searches leave it out. A person that is archived already keeps the time.
   *
   * @throws {NotFoundError} there is no such person.
   * @throws {StaleVersionError} the person has another version than `ifVersion`.
   */
  async archive(personId: string, options?: UpdateOptions): Promise<Person> {
    const { ifVersion, call } = readUpdateOptions(options, 'people.archive')
    const id = uuid(personId, 'personId')
    return updateOrFollow<Person>(
      (personId) => queryFirst(this.#connection, archivePerson, { personId, ifVersion }, call),
      this.#connection,
      personVersion,
      { id, ifVersion, call },
    )
  }

  /**
   * Puts an archived person back into use; no-op for one that is not archived.
   *
   * @throws {NotFoundError} there is no such person.
   * @throws {StaleVersionError} the person has another version than `ifVersion`.
   * @throws {ConstraintError} `people_email_key`: another person has taken the email address.
   */
  async restore(personId: string, options?: UpdateOptions): Promise<Person> {
    const { ifVersion, call } = readUpdateOptions(options, 'people.restore')
    const id = uuid(personId, 'personId')
    return updateOrFollow<Person>(
      (personId) => queryFirst(this.#connection, restorePerson, { personId, ifVersion }, call),
      this.#connection,
      personVersion,
      { id, ifVersion, call },
    )
  }

  /**
   * Finds people that are likely the same as a person, the most likely first: names with typing errors, in another order, with
   * or without accents, email addresses, and phone numbers in any format. Archived people are left
   * out. Of people with the same key, such as a common name, 100 are compared.
   *
   * @param of the id of a person, or values of one that may be known already.
   * @throws {InvalidInputError} the values have neither a name nor an email address nor a phone number.
   * @throws {NotFoundError} there is no such person.
   */
  async findDuplicates(
    of: string | PersonProbe,
    options: DuplicateOptions = {},
    call?: CallOptions,
  ): Promise<PersonDuplicate[]> {
    const read = readDuplicateOptions(options, 'options')
    if (typeof of !== 'string')
      return findDuplicatePeople(this.#connection, readPersonProbe(of, 'person'), read, call)
    const personId = uuid(of, 'personId')
    const found = await findDuplicatesOfPerson(this.#connection, personId, read, call)
    if (found) return found
    await this.get(personId, call)
    return []
  }

  /**
   * Lists people that have duplicates, newest first, each with the earlier ones that are likely the same. A page examines at most 1,000
   * people: it may have few items, or none, and still a `next`.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async listDuplicates(
    request: DuplicateListRequest = {},
    options?: CallOptions,
  ): Promise<Page<PersonDuplicates>> {
    return listDuplicatePeople(this.#connection, readDuplicateListRequest(request, 'request'), options)
  }

  /**
   * Reads all people that have duplicates, one after the other, in constant memory. The request is that of `listDuplicates`, without the
   * fields of a page.
   *
   * @throws {InvalidInputError} the request is not valid; thrown by the first step.
   */
  iterateDuplicates(
    request: Omit<DuplicateListRequest, 'limit' | 'after'> = {},
    options?: CallOptions,
  ): AsyncGenerator<PersonDuplicates, void, undefined> {
    return iteratePages(request, (page: DuplicateListRequest) => this.listDuplicates(page, options))
  }

  /**
   * Merges people into one, the winner, and returns it. The contacts of the losers move to it, and those that overlap in the same role become one. Empty
   * fields of the winner are filled from the losers, in their order; `fields` replaces values. The losers are archived, and their
   * ids lead to the winner in every method that takes the id of a person, except `delete`. Repeating a merge changes nothing.
   *
   * @param loserIds 1 to 100 ids.
   * @throws {NotFoundError} one of the people does not exist.
   * @throws {StaleVersionError} the winner has another version than `ifVersion`.
   * @throws {ConstraintError} as `update` does, for `fields`.
   */
  async merge(
    winnerId: string,
    loserIds: string | readonly string[],
    options?: MergeOptions<PersonChange>,
  ): Promise<Person> {
    const { id, call } = await mergeRows(this.#connection, this.#merge, winnerId, loserIds, options)
    return this.get(id, call)
  }

  /**
   * Returns the people with these ids, at most 1,000, in this order; `missing` has the ids of those that do not
   * exist. One that was merged is returned as it is, with `mergedInto`.
   */
  async getMany(personIds: readonly string[], options?: CallOptions): Promise<Found<Person>> {
    return peopleAtOnce.get(this.#connection, readKeys(personIds, 'personIds'), options)
  }

  /**
   * Creates at most 1,000 people by one statement, all or none, and returns them in the order of the input.
   *
   * @throws {RowError} a row was refused, by its index: its `cause` is the ConstraintError or InvalidInputError.
   */
  async createMany(people: readonly NewPerson[], options?: CallOptions): Promise<Person[]> {
    const rows = readRows(people, 'people', (row, field) =>
      withValidated(this.#attributes, readNewPerson(row, field)),
    )
    return peopleAtOnce.create(this.#connection, rows, options)
  }

  /**
   * Updates at most 1,000 people by one statement, all or none, and returns them in the order of the input. Rows without changed
   * values keep their version.
   *
   * @throws {RowError} a row was refused, by its index: its `cause` is a NotFoundError, a StaleVersionError, a ConstraintError or an
   *   InvalidInputError.
   */
  async updateMany(changes: readonly PersonManyChange[], options?: CallOptions): Promise<Person[]> {
    const items = readRows(changes, 'people', (row, field) => {
      const { personId, ifVersion, ...values } = withValidated(
        this.#attributes,
        readPersonManyChange(row, field),
      )
      return { id: personId.toLowerCase(), ifVersion, values }
    })
    return peopleAtOnce.update(this.#connection, items, options)
  }

  /**
   * Creates or updates at most 1,000 people by their external ids, as `upsertByExternalId` does, all or none. Returns
   * them in the order of the input.
   *
   * @throws {RowError} a row was refused, by its index.
   */
  async upsertMany(people: readonly (NewPerson & ExternalId)[], options?: CallOptions): Promise<Person[]> {
    const rows = readRows(people, 'people', (row, field) => {
      const values = withValidated(this.#attributes, readNewPerson(row, field))
      return { ...values, ...readExternalId({ source: values.source, externalId: values.externalId }, field) }
    })
    return peopleAtOnce.upsert(this.#connection, rows, options)
  }

  /**
   * Archives at most 1,000 people by one statement, all or none, and returns them in the order of the ids.
   *
   * @throws {RowError} one does not exist.
   */
  async archiveMany(personIds: readonly string[], options?: CallOptions): Promise<Person[]> {
    return peopleAtOnce.mark(this.#connection, 'archive', readKeys(personIds, 'personIds'), options)
  }

  /**
   * Puts at most 1,000 archived people back into use by one statement, all or none, and returns them in the order of the ids.
   *
   * @throws {RowError} one does not exist, or another row has taken a unique value of it.
   */
  async restoreMany(personIds: readonly string[], options?: CallOptions): Promise<Person[]> {
    return peopleAtOnce.mark(this.#connection, 'restore', readKeys(personIds, 'personIds'), options)
  }

  /**
   * Deletes the people that were archived before a time, with their contacts, in small batches, and returns their number. With
   * `dryRun` it counts them and deletes none. People that are being changed are skipped. Merged ones are deleted with the winner.
   *
   * @throws {InvalidInputError} `olderThan` is in the future.
   */
  async purge(request: PurgeRequest, options?: CallOptions): Promise<number> {
    return purgeArchived(this.#connection, purgePeople, readPurgeRequest(request, 'request'), options)
  }

  /**
   * Deletes a person with those who were merged into it or with it, and replaces the personal data in the audit log by `[erased]`: every value in the entries
   * about the person, and texts of other entries that contain the name, an email address, a phone number or the LinkedIn
   * address. The entries remain, with their times and actions, and one more says who erased the person. It reads the whole audit log.
   * Returns whether there was anything to erase; a person who was deleted before is erased too.
   *
   * @throws {DatabaseError} the actor is neither an administrator nor a job, and the login does not own the tables.
   */
  async erase(personId: string, options?: CallOptions): Promise<boolean> {
    const { erased } = await queryOne(
      this.#connection,
      erasePerson,
      { personId: uuid(personId, 'personId') },
      options,
    )
    return erased
  }

  /**
   * Returns everything that the database has about a person, as rows by table: the person, the contacts, and audit entries about
   * the person.
   *
   * @throws {DatabaseError} as `erase` does.
   */
  async export(personId: string, options?: CallOptions): Promise<PersonalData> {
    const { rows } = await queryOne(
      this.#connection,
      exportPerson,
      { personId: uuid(personId, 'personId') },
      options,
    )
    return rows
  }

  /**
   * Deletes a person, who is then no contact of any customer, with the people who were merged into it, and returns whether the person
   * existed. The id of a merged person deletes that one alone.
   */
  async delete(personId: string, options?: CallOptions): Promise<boolean> {
    const input = { personId: uuid(personId, 'personId') }
    return (await execute(this.#connection, deletePerson, input, options)) === 1
  }

  /**
   * Lists people who are not archived, newest first. With `search`, the best matches come first.
   * `orderBy` and `where` order and filter it by further columns. `next` and `previous` lead to the pages beside it.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async list(request: PersonListRequest = {}, options?: CallOptions): Promise<Page<Person>> {
    return queryList(this.#connection, listPeople, readPersonListRequest(request, 'request'), options)
  }

  /**
   * Reads all people of a list, one after the other, in constant memory: 200 at a time, as they are asked for. The request is that
   * of `list`, without the fields of a page.
   *
   * @throws {InvalidInputError} the request is not valid; thrown by the first step.
   */
  iterate(
    request: Omit<PersonListRequest, 'limit' | 'after' | 'before' | 'withTotal'> = {},
    options?: CallOptions,
  ): AsyncGenerator<Person, void, undefined> {
    return iteratePages(request, (page: PersonListRequest) => this.list(page, options))
  }

  /**
   * Lists archived people, most recently archived first. With `search`, the best matches come first.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async listArchived(request: ArchivedPersonListRequest = {}, options?: CallOptions): Promise<Page<Person>> {
    const input = readArchivedPersonListRequest(request, 'request')
    return queryPage(this.#connection, listArchivedPeople, input, options)
  }

  /**
   * Lists the customers of which the person is or was a contact, latest start date first. The list is empty if there is no
   * such person.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async listCustomersOf(
    personId: string,
    request: PageRequest = {},
    options?: CallOptions,
  ): Promise<Page<CustomerOfPerson>> {
    const input = { ...readPageRequest(request, 'request'), personId: uuid(personId, 'personId') }
    return queryPage(this.#connection, listCustomersOfPerson, input, options)
  }
}
