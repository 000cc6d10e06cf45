import { type Selectable, sql } from 'kysely'
import type { DB } from '../../../generated/database.ts'
import { type List, list, type Statement, statement, type Variants, variants } from '../../query/index.ts'
import type { NewContact } from './input.ts'
import { CONTACT, type Contact } from './rows.ts'

export const addContact: Variants<NewContact & { customerId: string; personId: string }, Contact> = variants(
  'customers.addContact',
  ['isPrimary', 'startDate'],
  (query, $, has) =>
    query
      .with('contact', (cte) =>
        cte
          .insertInto('customer_people')
          .values({
            customer_id: $.customerId,
            person_id: $.personId,
            role: $.role,
            ...(has.isPrimary && { is_primary: $.isPrimary }),
            ...(has.startDate && { start_date: $.startDate }),
          })
          .returningAll(),
      )
      .selectFrom('contact')
      .innerJoin('people as person', 'person.person_id', 'contact.person_id')
      .select(CONTACT),
)

export const setPrimaryContact: Statement<{ customerId: string; personId: string }, Contact> = statement(
  'customers.setPrimaryContact',
  (query, $) =>
    query
      .selectFrom(
        sql<
          Selectable<DB['customer_people']>
        >`set_primary_contact(${$.customerId}, ${$.personId})`.as<'contact'>(sql.ref('contact')),
      )
      .innerJoin('people as person', 'person.person_id', 'contact.person_id')
      .select(CONTACT),
  { writes: true },
)

/** A contact that has ended is not the primary one. */
export const endContact: Statement<{ contactId: string; endDate: string }, Contact> = statement(
  'customers.endContact',
  (query, $) =>
    query
      .with('contact', (cte) =>
        cte
          .updateTable('customer_people')
          .set({
            end_date: $.endDate,
            is_primary: sql<boolean>`is_primary and ${$.endDate}::date >= current_date`,
          })
          .where('customer_person_id', '=', $.contactId)
          .returningAll(),
      )
      .selectFrom('contact')
      .innerJoin('people as person', 'person.person_id', 'contact.person_id')
      .select(CONTACT),
)

export const listContacts: List<{ customerId: string; current?: true | undefined }, Contact> = list(
  'customers.listContacts',
  ['current'],
  { at: 'start_date as startDate', id: 'customer_person_id as contactId' },
  (query, $, has, page) => {
    const contacts = query
      .selectFrom('customer_people')
      .selectAll()
      .where('customer_id', '=', $.customerId)
      .$if(has.current, (contacts) =>
        contacts.where(sql<boolean>`(end_date is null or end_date >= current_date)`),
      )
    const people = query
      .selectFrom(page.slice(contacts).as('contact'))
      .innerJoin('people as person', 'person.person_id', 'contact.person_id')
      .select(CONTACT)
    return page.take(people, { at: 'contact.start_date', id: 'contact.customer_person_id' })
  },
)
