import { sql } from '../../kysely/index.ts'
import {
  type ActorForms,
  type Filters,
  findWinner,
  hasVersion,
  type IfVersion,
  type List,
  type ListFilters,
  list,
  mergedVersionOf,
  type Params,
  type PersonalData,
  purgeStatements,
  raw,
  type Statement,
  setGiven,
  statement,
  type Variants,
  valuesUnlessMerged,
  variants,
} from '../../query/index.ts'
import { DETAIL_FIELDS, type ExternalId, type Written } from '../details/index.ts'
import type { NewPerson, PersonChange, PersonListRequest } from './input.ts'
import { PERSON_OFFERS } from './offers.ts'
import { type CustomerOfPerson, PERSON, type Person } from './rows.ts'

export const findPerson: Statement<{ personId: string }, Person> = statement('people.find', (query, $) =>
  query.selectFrom('people').select(PERSON).where('person_id', '=', $.personId),
)

export const findPersonByEmail: ActorForms<{ email: string }, Person> = {
  plain: statement('people.findByEmail', (query, $: Params<{ email: string }>) =>
    query.selectFrom('people').select(PERSON).where('email', '=', $.email).where('archived_at', 'is', null),
  ),
  forActor: statement('people.findByEmail as actor', (query, $: Params<{ email: string }>) =>
    query
      .selectFrom('people')
      .select(PERSON)
      .where('person_id', 'in', sql<string>`(select find_people_by_email(array[${$.email}]::citext[]))`)
      .where('archived_at', 'is', null),
  ),
}

/** The values of a new row. Its lists and attributes are JSON text. */
const valuesOf = ($: Params<Written<NewPerson>>, has: Filters<'isActive'>) => ({
  first_name: $.firstName,
  last_name: $.lastName,
  email: $.email,
  phone: $.phone,
  phone_e164: $.phoneE164,
  job_title: $.jobTitle,
  linkedin_url: $.linkedinUrl,
  source: $.source,
  external_id: $.externalId,
  tags: $.tags,
  attributes: $.attributes,
  emails: $.emails,
  phones: $.phones,
  addresses: $.addresses,
  owner_id: $.ownerId,
  ...(has.isActive && { is_active: $.isActive }),
})

export const createPerson: Variants<Written<NewPerson>, Person> = variants(
  'people.create',
  ['isActive'],
  (query, $, has) => query.insertInto('people').values(valuesOf($, has)).returning(PERSON),
  { isShort: true },
)

export const personVersion = mergedVersionOf('people.version', 'people', 'person_id')

/** The field of each column that an update may change. */
export const CHANGED = {
  first_name: 'firstName',
  last_name: 'lastName',
  email: 'email',
  phone: 'phone',
  phone_e164: 'phoneE164',
  job_title: 'jobTitle',
  linkedin_url: 'linkedinUrl',
  is_active: 'isActive',
  ...DETAIL_FIELDS,
  owner_id: 'ownerId',
} as const

/** `given`: names of the fields to update. */
export const updatePerson: Statement<
  Written<PersonChange> & IfVersion & { personId: string; given: string[] },
  Person
> = statement(
  'people.update',
  (query, $) =>
    query
      .updateTable('people')
      .set(setGiven($, CHANGED))
      .where('person_id', '=', $.personId)
      .where('merged_into', 'is', null)
      .where(hasVersion($))
      .returning(PERSON),
  {
    isShort: true,
    merging: {
      key: 'personId',
      types: {
        personId: 'uuid',
        ifVersion: 'integer',
        given: 'text[]',
        email: 'citext',
        isActive: 'boolean',
        tags: 'text[]',
        attributes: 'jsonb',
        emails: 'jsonb',
        phones: 'jsonb',
        addresses: 'jsonb',
        ownerId: 'uuid',
      },
    },
  },
)

/** `given`: names of the fields to update. */
export const upsertPerson: Variants<Written<NewPerson> & { given: string[] }, Person> = variants(
  'people.upsertByExternalId',
  ['isActive'],
  (query, $, has) =>
    query
      .insertInto('people')
      .columns(Object.keys(valuesOf($, has)) as never)
      .expression(valuesUnlessMerged(personVersion, $, valuesOf($, has) as never) as never)
      .onConflict((conflict) =>
        conflict
          .columns(['source', 'external_id'])
          .where('archived_at', 'is', null)
          .where('source', 'is not', null)
          .doUpdateSet(setGiven($, CHANGED, 'people')),
      )
      .returning(PERSON),
  { isShort: true },
)

export const findPersonWinner = findWinner('people.findByExternalId, merged', personVersion)

export const findPersonByExternalId: Statement<ExternalId, Person> = statement(
  'people.findByExternalId',
  (query, $) =>
    query
      .selectFrom('people')
      .select(PERSON)
      .where('source', '=', $.source)
      .where('external_id', '=', $.externalId)
      .where('archived_at', 'is', null),
)

export const archivePerson: Statement<IfVersion & { personId: string }, Person> = statement(
  'people.archive',
  (query, $) =>
    query
      .updateTable('people')
      .set({ archived_at: sql<Date>`coalesce(archived_at, now())` })
      .where('person_id', '=', $.personId)
      .where('merged_into', 'is', null)
      .where(hasVersion($))
      .returning(PERSON),
  { isShort: true, merging: { key: 'personId', types: { personId: 'uuid', ifVersion: 'integer' } } },
)

export const restorePerson: Statement<IfVersion & { personId: string }, Person> = statement(
  'people.restore',
  (query, $) =>
    query
      .updateTable('people')
      .set({ archived_at: sql.lit(null) })
      .where('person_id', '=', $.personId)
      .where('merged_into', 'is', null)
      .where(hasVersion($))
      .returning(PERSON),
  { isShort: true, merging: { key: 'personId', types: { personId: 'uuid', ifVersion: 'integer' } } },
)

export const purgePeople = purgeStatements('people', 'people', 'person_id')

/** Whether there was something to erase. */
export const erasePerson: Statement<{ personId: string }, { erased: boolean }> = statement(
  'people.erase',
  (_, $) => raw<{ erased: boolean }>(sql`select erase_person(${$.personId}) as erased`),
  { writes: true, isLong: true },
)

export const exportPerson: Statement<{ personId: string }, { rows: PersonalData }> = statement(
  'people.export',
  (_, $) => raw<{ rows: PersonalData }>(sql`select export_person(${$.personId}) as rows`),
  { isLong: true },
)

export const deletePerson = statement('people.delete', (query, $: Params<{ personId: string }>) =>
  query.deleteFrom('people').where('person_id', '=', $.personId),
)

const SEARCH = {
  find: 'search_people',
  words: `(search_words(first_name || ' ' || last_name || coalesce(' ' || email::text, '')
    || coalesce(' ' || words_of_list(emails, 'address'), '')) || search_digits(phone) || coalesce(digits_of_list(phones), ''))`,
  text: `first_name || ' ' || last_name || coalesce(' ' || email::text, '')`,
}

export const listPeople: List<ListFilters<PersonListRequest>, Person> = list(
  'people.list',
  ['isActive', 'ownerId', 'search'],
  { at: 'created_at as createdAt', id: 'person_id as personId', search: SEARCH },
  (query, $, has, page) =>
    page.read(
      'person',
      query
        .selectFrom('people')
        .select(PERSON)
        .where('archived_at', 'is', null)
        .$if(has.isActive, (people) => people.where('is_active', '=', $.isActive))
        .$if(has.ownerId, (people) => people.where('owner_id', '=', $.ownerId)),
    ),
  PERSON_OFFERS,
)

export const listArchivedPeople: List<Pick<PersonListRequest, 'search'>, Person> = list(
  'people.listArchived',
  ['search'],
  { at: 'archived_at as archivedAt', id: 'person_id as personId', search: SEARCH },
  (query, _, __, page) =>
    page.read('person', query.selectFrom('people').select(PERSON).where('archived_at', 'is not', null)),
)

export const listCustomersOfPerson: List<{ personId: string }, CustomerOfPerson> = list(
  'people.listCustomersOf',
  [],
  { at: 'start_date as startDate', id: 'customer_person_id as contactId' },
  (query, $, _, page) => {
    const contacts = query
      .selectFrom('customer_people')
      .selectAll()
      // The id of a merged person leads to the winner.
      .where(
        'person_id',
        '=',
        sql<string>`(select coalesce(merged_into, person_id) from people where person_id = ${$.personId})`,
      )
    const customers = query
      .selectFrom(page.slice(contacts).as('contact'))
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
    return page.take(customers, { at: 'contact.start_date', id: 'contact.customer_person_id' })
  },
)
