import { type Selectable, sql } from 'kysely'
import { CONTACT_ROLES } from '../../../generated/catalog.ts'
import type { DB } from '../../../generated/database.ts'
import { date, fields, nullable, oneOf, optional, trueOrFalse } from '../../input/index.ts'
import {
  FETCH_AT_MOST,
  isBehind,
  type PageParameters,
  type PageRequest,
  type Params,
  pageFields,
  type StatementRow,
  statement,
  variants,
} from '../../query/index.ts'

/** Which person stands for which customer, as what, and when. */
export const CONTACT = [
  'contact.customer_person_id as contactId',
  'person.person_id as personId',
  'person.first_name as firstName',
  'person.last_name as lastName',
  'person.email',
  'person.phone',
  'person.job_title as jobTitle',
  'contact.role',
  'contact.is_primary as isPrimary',
  'contact.start_date as startDate',
  'contact.end_date as endDate',
] as const

/** A person as a contact of a customer. Dates are days, `YYYY-MM-DD`; `endDate`, the last one, is null while the contact lasts. */
export type Contact = StatementRow<typeof listContacts>
export type ContactRole = (typeof CONTACT_ROLES)[number]

export interface NewContact {
  role?: ContactRole | null | undefined
  /** Default false. */
  isPrimary?: boolean | undefined
  /** `YYYY-MM-DD`; default today, by the server's calendar. */
  startDate?: string | undefined
}

export interface ContactListRequest extends PageRequest {
  /** True: without those that have ended. */
  current?: boolean | undefined
}

export const addContact = variants(
  'customers.addContact',
  ['isPrimary', 'startDate'],
  (query, $: Params<NewContact & { customerId: string; personId: string }>, given) =>
    query
      .with('contact', (cte) =>
        cte
          .insertInto('customer_people')
          .values({
            customer_id: $.customerId,
            person_id: $.personId,
            role: $.role,
            ...(given.isPrimary && { is_primary: $.isPrimary }),
            ...(given.startDate && { start_date: $.startDate }),
          })
          .returningAll(),
      )
      .selectFrom('contact')
      .innerJoin('people as person', 'person.person_id', 'contact.person_id')
      .select(CONTACT),
)

export const setPrimaryContact = statement(
  'customers.setPrimaryContact',
  (query, $: Params<{ customerId: string; personId: string }>) =>
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

/** The primary contact is the one to call first: whoever is gone is that no longer. */
export const endContact = statement(
  'customers.endContact',
  (query, $: Params<{ contactId: string; endDate: string }>) =>
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

export const listContacts = variants(
  'customers.listContacts',
  ['current'],
  (query, $: Params<{ customerId: string; current?: true | undefined } & PageParameters>, given) =>
    query
      .selectFrom(({ selectFrom }) =>
        selectFrom('customer_people')
          .selectAll()
          .where('customer_id', '=', $.customerId)
          .$if(given.current, (contacts) =>
            contacts.where(sql<boolean>`(end_date is null or end_date >= current_date)`),
          )
          .where(isBehind($, { at: 'start_date', id: 'customer_person_id' }))
          .orderBy('start_date', 'desc')
          .orderBy('customer_person_id', 'desc')
          .limit(FETCH_AT_MOST)
          .as('contact'),
      )
      .innerJoin('people as person', 'person.person_id', 'contact.person_id')
      .select(CONTACT)
      .orderBy('contact.start_date', 'desc')
      .orderBy('contact.customer_person_id', 'desc')
      .limit($.fetch),
)

/** Readers of a contact's own fields, also for the people of an import. */
export const contactFields = {
  role: optional(nullable(oneOf(CONTACT_ROLES))),
  isPrimary: optional(trueOrFalse),
  startDate: optional(date),
}

export const readNewContact = fields<NewContact>(contactFields)

export const readContactListRequest = fields<ContactListRequest>({
  ...pageFields,
  current: optional(trueOrFalse),
})

/** Those who still are contacts first, the primary one before all; then by the day they became it. */
export function byImportance(a: Contact, b: Contact): number {
  return (
    Number(a.endDate !== null) - Number(b.endDate !== null) ||
    Number(b.isPrimary) - Number(a.isPrimary) ||
    compare(a.startDate, b.startDate) ||
    compare(a.contactId, b.contactId)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
