import { sql } from 'kysely'
import type { CallOptions, Connection } from '../../connection/index.ts'
import { NotFoundError } from '../../errors/index.ts'
import { fields, nullable, optional, searchWords, text, trueOrFalse, uuid } from '../../input/index.ts'
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

const PERSON = [
  'person_id as personId',
  'first_name as firstName',
  'last_name as lastName',
  'email',
  'phone',
  'job_title as jobTitle',
  'linkedin_url as linkedinUrl',
  'is_active as isActive',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

/** Somebody the service knows at its customers. */
export type Person = StatementRow<typeof find>

export interface NewPerson {
  firstName: string
  lastName: string
  /** Unique, in any letter case. */
  email?: string | null | undefined
  phone?: string | null | undefined
  jobTitle?: string | null | undefined
  linkedinUrl?: string | null | undefined
  /** Default: the schema's, true. */
  isActive?: boolean | undefined
}

/** What is absent stays as it is; null empties a field. */
export type PersonChange = Partial<NewPerson>

export interface PersonListRequest extends PageRequest {
  isActive?: boolean | undefined
  /** Part of the name or the email address, in any letter case, with or without accents. Below three characters: the beginning of a word. */
  search?: string | undefined
}

/** A customer that a person stands for, and as what. */
export type CustomerOfPerson = StatementRow<typeof listCustomersOf>

const find = statement('people.find', (query, $: Params<{ personId: string }>) =>
  query.selectFrom('people').select(PERSON).where('person_id', '=', $.personId),
)

const findByEmail = statement('people.findByEmail', (query, $: Params<{ email: string }>) =>
  query.selectFrom('people').select(PERSON).where('email', '=', $.email),
)

const create = variants('people.create', ['isActive'], (query, $: Params<NewPerson>, given) =>
  query
    .insertInto('people')
    .values({
      first_name: $.firstName,
      last_name: $.lastName,
      email: $.email,
      phone: $.phone,
      job_title: $.jobTitle,
      linkedin_url: $.linkedinUrl,
      ...(given.isActive && { is_active: $.isActive }),
    })
    .returning(PERSON),
)

const update = statement(
  'people.update',
  (query, $: Params<PersonChange & { personId: string; given: string[] }>) =>
    query
      .updateTable('people')
      .set({
        first_name: changed($.given, 'firstName', $.firstName, 'first_name'),
        last_name: changed($.given, 'lastName', $.lastName, 'last_name'),
        email: changed($.given, 'email', $.email, 'email'),
        phone: changed($.given, 'phone', $.phone, 'phone'),
        job_title: changed($.given, 'jobTitle', $.jobTitle, 'job_title'),
        linkedin_url: changed($.given, 'linkedinUrl', $.linkedinUrl, 'linkedin_url'),
        is_active: changed($.given, 'isActive', $.isActive, 'is_active'),
      })
      .where('person_id', '=', $.personId)
      .returning(PERSON),
)

const remove = statement('people.delete', (query, $: Params<{ personId: string }>) =>
  query.deleteFrom('people').where('person_id', '=', $.personId),
)

const WORDS: Words = sql`searchable(first_name || ' ' || last_name || ' ' || coalesce(email::text, ''))`

const list = variants(
  'people.list',
  ['isActive', 'search'],
  (query, $: Params<Pick<PersonListRequest, 'isActive' | 'search'> & PageParameters>, given) =>
    query
      .selectFrom(({ selectFrom }) =>
        selectFrom('people')
          .select(PERSON)
          .$if(given.isActive, (people) => people.where('is_active', '=', $.isActive))
          .where(
            isBehind($, {
              at: 'created_at',
              id: 'person_id',
              relevance: given.search ? relevance(WORDS, $.search) : undefined,
            }),
          )
          .$if(given.search, (people) =>
            people
              .where(finds(WORDS, $.search))
              .select(relevance(WORDS, $.search).as('relevance'))
              .orderBy('relevance', 'desc'),
          )
          .orderBy('created_at', 'desc')
          .orderBy('person_id', 'desc')
          .limit(FETCH_AT_MOST)
          .as('person'),
      )
      .selectAll()
      .$if(given.search, (people) => people.orderBy('relevance', 'desc'))
      .orderBy('createdAt', 'desc')
      .orderBy('personId', 'desc')
      .limit($.fetch),
)

const listCustomersOf = variants(
  'people.listCustomersOf',
  [],
  (query, $: Params<{ personId: string } & PageParameters>) =>
    query
      .selectFrom(({ selectFrom }) =>
        selectFrom('customer_people')
          .selectAll()
          .where('person_id', '=', $.personId)
          .where(isBehind($, { at: 'start_date', id: 'customer_person_id' }))
          .orderBy('start_date', 'desc')
          .orderBy('customer_person_id', 'desc')
          .limit(FETCH_AT_MOST)
          .as('contact'),
      )
      .innerJoin('customers as customer', 'customer.customer_id', 'contact.customer_id')
      .select([
        'contact.customer_person_id as contactId',
        'customer.customer_id as customerId',
        'customer.legal_name as legalName',
        'customer.display_name as displayName',
        'customer.status',
        'contact.role',
        'contact.is_primary as isPrimary',
        'contact.start_date as startDate',
        'contact.end_date as endDate',
      ])
      .orderBy('contact.start_date', 'desc')
      .orderBy('contact.customer_person_id', 'desc')
      .limit($.fetch),
)

/** Readers of a person's fields, also for the people of an import. */
export const personFields = {
  firstName: text,
  lastName: text,
  email: optional(nullable(text)),
  phone: optional(nullable(text)),
  jobTitle: optional(nullable(text)),
  linkedinUrl: optional(nullable(text)),
  isActive: optional(trueOrFalse),
}

const readNewPerson = fields<NewPerson>(personFields)

const readChange = fields<PersonChange>({
  ...personFields,
  firstName: optional(text),
  lastName: optional(text),
})

const readListRequest = fields<PersonListRequest>({
  ...pageFields,
  isActive: optional(trueOrFalse),
  search: optional(searchWords),
})

const readPageRequest = fields<PageRequest>(pageFields)

/** The people whom the service knows at its customers. Every method may end in UnavailableError. */
export class PersonRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * @throws {InvalidInputError} a field is not of its type.
   * @throws {ConstraintError} `people_email_key`: somebody has the address, in any letter case; a CHECK on a length or form.
   */
  async create(person: NewPerson, options?: CallOptions): Promise<Person> {
    const input = readNewPerson(person, 'person')
    return only(await first(this.#connection, create.for(input), input, options))
  }

  async find(personId: string, options?: CallOptions): Promise<Person | undefined> {
    return first(this.#connection, find, { personId: uuid(personId, 'personId') }, options)
  }

  /** @throws {NotFoundError} there is no such person. */
  async get(personId: string, options?: CallOptions): Promise<Person> {
    return existing(await this.find(personId, options), personId)
  }

  /** The person with this address, in any letter case. */
  async findByEmail(email: string, options?: CallOptions): Promise<Person | undefined> {
    return first(this.#connection, findByEmail, { email: text(email, 'email') }, options)
  }

  /**
   * Changes the given fields and leaves the rest; null empties one.
   *
   * @throws {NotFoundError} there is no such person.
   * @throws {ConstraintError} `people_email_key`: somebody has the address, in any letter case; a CHECK on a length or form.
   */
  async update(personId: string, change: PersonChange, options?: CallOptions): Promise<Person> {
    const given = readChange(change, 'change')
    const input = { personId: uuid(personId, 'personId'), ...given, given: Object.keys(given) }
    return existing(await first(this.#connection, update, input, options), personId)
  }

  /** Deletes the person, also as a contact of any customer. Returns whether there was one. */
  async delete(personId: string, options?: CallOptions): Promise<boolean> {
    return (await change(this.#connection, remove, { personId: uuid(personId, 'personId') }, options)) === 1
  }

  /**
   * Newest first; with `search` the most relevant first, then the newest.
   *
   * @throws {InvalidInputError} `limit` is not from 1 to 200, or `after` is not the `next` of a page of this list.
   */
  async list(request: PersonListRequest = {}, options?: CallOptions): Promise<Page<Person>> {
    const asked = readListRequest(request, 'request')
    const pager = new Pager('people.list', asked)
    const input = { ...asked, ...pager.parameters }
    const rows = await all(this.#connection, list.for(input), input, options)
    return pager.page(rows, (person) => ({ at: person.createdAt, id: person.personId }))
  }

  /** The customers whose contact the person is or was, the latest beginning first. Empty also if there is no such person. */
  async listCustomersOf(
    personId: string,
    request: PageRequest = {},
    options?: CallOptions,
  ): Promise<Page<CustomerOfPerson>> {
    const pager = new Pager('people.listCustomersOf', readPageRequest(request, 'request'))
    const input = { personId: uuid(personId, 'personId'), ...pager.parameters }
    const rows = await all(this.#connection, listCustomersOf.for(input), input, options)
    return pager.page(rows, (contact) => ({ at: contact.startDate, id: contact.contactId }))
  }
}

function existing(person: Person | undefined, personId: string): Person {
  if (person === undefined) throw new NotFoundError('people', { person_id: personId })
  return person
}
