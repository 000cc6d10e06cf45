import type { CallOptions, Connection } from '../../connection/index.ts'
import { text, uuid } from '../../input/index.ts'
import {
  execute,
  orThrowNotFound,
  type Page,
  type PageRequest,
  queryFirst,
  queryOne,
  queryPage,
} from '../../query/index.ts'
import {
  type NewPerson,
  type PersonChange,
  type PersonListRequest,
  readNewPerson,
  readPageRequest,
  readPersonChange,
  readPersonListRequest,
} from './input.ts'
import type { CustomerOfPerson, Person } from './rows.ts'
import {
  createPerson,
  deletePerson,
  findPerson,
  findPersonByEmail,
  listCustomersOfPerson,
  listPeople,
  updatePerson,
} from './statements.ts'

/** The people whom the service knows at its customers. Every method may throw UnavailableError. */
export class PersonRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Creates a person.
   *
   * @throws {InvalidInputError} a field has a wrong type.
   * @throws {ConstraintError} `people_email_key`: another person has the email address, in any letter case; or a CHECK on a
   *   length or format.
   */
  async create(person: NewPerson, options?: CallOptions): Promise<Person> {
    const input = readNewPerson(person, 'person')
    return queryOne(this.#connection, createPerson.for(input), input, options)
  }

  /** Finds a person by id; undefined if there is none. */
  async find(personId: string, options?: CallOptions): Promise<Person | undefined> {
    return queryFirst(this.#connection, findPerson, { personId: uuid(personId, 'personId') }, options)
  }

  /**
   * Returns a person by id.
   *
   * @throws {NotFoundError} there is no such person.
   */
  async get(personId: string, options?: CallOptions): Promise<Person> {
    return orThrowNotFound(await this.find(personId, options), 'people', { person_id: personId })
  }

  /** Finds a person by email address, in any letter case; undefined if there is none. */
  async findByEmail(email: string, options?: CallOptions): Promise<Person | undefined> {
    return queryFirst(this.#connection, findPersonByEmail, { email: text(email, 'email') }, options)
  }

  /**
   * Updates a person. `null` clears a field; omitted fields are unchanged.
   *
   * @throws {NotFoundError} there is no such person.
   * @throws {ConstraintError} `people_email_key`: another person has the email address, in any letter case; or a CHECK on a
   *   length or format.
   */
  async update(personId: string, change: PersonChange, options?: CallOptions): Promise<Person> {
    const values = readPersonChange(change, 'change')
    const input = { personId: uuid(personId, 'personId'), ...values, given: Object.keys(values) }
    const person = await queryFirst(this.#connection, updatePerson, input, options)
    return orThrowNotFound(person, 'people', { person_id: personId })
  }

  /** Deletes a person, who is then no contact of any customer, and returns whether the person existed. */
  async delete(personId: string, options?: CallOptions): Promise<boolean> {
    const input = { personId: uuid(personId, 'personId') }
    return (await execute(this.#connection, deletePerson, input, options)) === 1
  }

  /**
   * Lists people, newest first. With `search`, the best matches come first.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async list(request: PersonListRequest = {}, options?: CallOptions): Promise<Page<Person>> {
    return queryPage(this.#connection, listPeople, readPersonListRequest(request, 'request'), options)
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
