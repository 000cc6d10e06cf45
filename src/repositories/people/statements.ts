import { sql } from 'kysely'
import {
  type List,
  list,
  type Params,
  type Statement,
  setGiven,
  statement,
  type Variants,
  variants,
} from '../../query/index.ts'
import type { NewPerson, PersonChange, PersonListRequest } from './input.ts'
import { type CustomerOfPerson, PERSON, type Person } from './rows.ts'

export const findPerson: Statement<{ personId: string }, Person> = statement('people.find', (query, $) =>
  query.selectFrom('people').select(PERSON).where('person_id', '=', $.personId),
)

export const findPersonByEmail: Statement<{ email: string }, Person> = statement(
  'people.findByEmail',
  (query, $) => query.selectFrom('people').select(PERSON).where('email', '=', $.email),
)

export const createPerson: Variants<NewPerson, Person> = variants(
  'people.create',
  ['isActive'],
  (query, $, has) =>
    query
      .insertInto('people')
      .values({
        first_name: $.firstName,
        last_name: $.lastName,
        email: $.email,
        phone: $.phone,
        job_title: $.jobTitle,
        linkedin_url: $.linkedinUrl,
        ...(has.isActive && { is_active: $.isActive }),
      })
      .returning(PERSON),
)

/** `given`: names of the fields to update. */
export const updatePerson: Statement<PersonChange & { personId: string; given: string[] }, Person> =
  statement('people.update', (query, $) =>
    query
      .updateTable('people')
      .set(
        setGiven($, {
          first_name: 'firstName',
          last_name: 'lastName',
          email: 'email',
          phone: 'phone',
          job_title: 'jobTitle',
          linkedin_url: 'linkedinUrl',
          is_active: 'isActive',
        }),
      )
      .where('person_id', '=', $.personId)
      .returning(PERSON),
  )

export const deletePerson = statement('people.delete', (query, $: Params<{ personId: string }>) =>
  query.deleteFrom('people').where('person_id', '=', $.personId),
)

export const listPeople: List<Pick<PersonListRequest, 'isActive' | 'search'>, Person> = list(
  'people.list',
  ['isActive', 'search'],
  {
    at: 'created_at as createdAt',
    id: 'person_id as personId',
    search: sql`searchable(first_name || ' ' || last_name || ' ' || coalesce(email::text, ''))`,
  },
  (query, $, has, page) =>
    page.read(
      'person',
      query
        .selectFrom('people')
        .select(PERSON)
        .$if(has.isActive, (people) => people.where('is_active', '=', $.isActive)),
    ),
)

export const listCustomersOfPerson: List<{ personId: string }, CustomerOfPerson> = list(
  'people.listCustomersOf',
  [],
  { at: 'start_date as startDate', id: 'customer_person_id as contactId' },
  (query, $, _, page) => {
    const contacts = query.selectFrom('customer_people').selectAll().where('person_id', '=', $.personId)
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
