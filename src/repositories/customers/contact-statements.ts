import type { QueryCreator, Selectable } from 'kysely'
import type { DB } from '../../../generated/database.ts'
import { sql } from '../../kysely/index.ts'
import {
  hasVersion,
  type IfVersion,
  type List,
  list,
  type Params,
  type Statement,
  setGiven,
  statement,
  type Variants,
  variants,
  versionOf,
} from '../../query/index.ts'
import type { ContactChange, NewContact } from './input.ts'
import { CONTACT_OFFERS } from './offers.ts'
import { type ChangedContact, CONTACT, type Contact } from './rows.ts'

export const addContact: Variants<NewContact & { customerId: string; personId: string }, ChangedContact> =
  variants(
    'customers.addContact',
    ['isPrimary', 'startDate'],
    (query, $, has) =>
      changed(
        query.with('contact', (cte) =>
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
        ),
      ),
    { isShort: true },
  )

export const setPrimaryContact: Statement<{ customerId: string; personId: string }, ChangedContact> =
  statement(
    'customers.setPrimaryContact',
    (query, $) =>
      changed(
        query.with('contact', (cte) =>
          cte
            .selectFrom(
              sql<
                Selectable<DB['customer_people']>
              >`set_primary_contact(${$.customerId}, ${$.personId})`.as<'chosen'>(sql.ref('chosen')),
            )
            .selectAll(),
        ),
      ),
    { writes: true },
  )

export const contactVersion = versionOf('customers.contactVersion', 'customer_people', 'customer_person_id')

/**
 * The contact that a `with` has changed, with its person. The person is null where the statement cannot know it: it was created, or
 * merged as the customer may be, while the statement waited, or a trigger moves the contact to the winner of a merge.
 */
function changed(query: QueryCreator<DB & { contact: Selectable<DB['customer_people']> }>) {
  return query
    .selectFrom('contact')
    .leftJoin('people as person', (join) =>
      join
        .onRef('person.person_id', '=', 'contact.person_id')
        .on('person.merged_into', 'is', null)
        .on(
          sql<boolean>`not exists (select from customers where customer_id = contact.customer_id and merged_into is not null)`,
        ),
    )
    .select(CONTACT)
}

/** A contact by its id. */
export const findContact: Statement<{ contactId: string }, Contact> = statement(
  'customers.findContact',
  (query, $) =>
    query
      .selectFrom('customer_people as contact')
      .innerJoin('people as person', 'person.person_id', 'contact.person_id')
      .where('contact.customer_person_id', '=', $.contactId)
      .select(CONTACT),
)

/** `given`: names of the fields to update. A contact that has ended is not the primary one. */
export const updateContact: Statement<
  ContactChange & IfVersion & { contactId: string; given: string[] },
  ChangedContact
> = statement(
  'customers.updateContact',
  (query, $) => {
    const { is_primary, ...values } = setGiven($, {
      role: 'role',
      is_primary: 'isPrimary',
      start_date: 'startDate',
      end_date: 'endDate',
    })
    return changed(
      query.with('contact', (cte) =>
        cte
          .updateTable('customer_people')
          .set({
            ...values,
            is_primary: sql<boolean>`${is_primary} and coalesce(${values.end_date} >= current_date, true)`,
          })
          .where('customer_person_id', '=', $.contactId)
          .where(hasVersion($))
          .returningAll(),
      ),
    )
  },
  { isShort: true },
)

/** A contact that has ended is not the primary one. */
export const endContact: Statement<IfVersion & { contactId: string; endDate: string }, ChangedContact> =
  statement(
    'customers.endContact',
    (query, $) =>
      changed(
        query.with('contact', (cte) =>
          cte
            .updateTable('customer_people')
            .set({
              end_date: $.endDate,
              is_primary: sql<boolean>`is_primary and ${$.endDate}::date >= current_date`,
            })
            .where('customer_person_id', '=', $.contactId)
            .where(hasVersion($))
            .returningAll(),
        ),
      ),
    { isShort: true },
  )

export const reopenContact: Statement<IfVersion & { contactId: string }, ChangedContact> = statement(
  'customers.reopenContact',
  (query, $) =>
    changed(
      query.with('contact', (cte) =>
        cte
          .updateTable('customer_people')
          .set({ end_date: sql.lit(null) })
          .where('customer_person_id', '=', $.contactId)
          .where(hasVersion($))
          .returningAll(),
      ),
    ),
  { isShort: true },
)

export const removeContact = statement('customers.removeContact', (query, $: Params<{ contactId: string }>) =>
  query.deleteFrom('customer_people').where('customer_person_id', '=', $.contactId),
)

export const listContacts: List<{ customerId: string; current?: true | undefined }, Contact> = list(
  'customers.listContacts',
  ['current'],
  { at: 'start_date as startDate', id: 'customer_person_id as contactId' },
  (query, $, has, page) => {
    const contacts = query
      .selectFrom('customer_people')
      .selectAll()
      // The id of a merged customer leads to the winner.
      .where(
        'customer_id',
        '=',
        sql<string>`(select coalesce(merged_into, customer_id) from customers where customer_id = ${$.customerId})`,
      )
      .$if(has.current, (contacts) =>
        contacts.where(sql<boolean>`(end_date is null or end_date >= current_date)`),
      )
    const people = query
      .selectFrom(page.slice(contacts).as('contact'))
      .innerJoin('people as person', 'person.person_id', 'contact.person_id')
      .select(CONTACT)
    return page.take(people, { at: 'contact.start_date', id: 'contact.customer_person_id' })
  },
  CONTACT_OFFERS,
)
