import type pg from 'pg'
import { type HistoryEntry, readHistoryOf } from './history.ts'
import { type Row, readRow, selection } from './rows.ts'
import { readTable, type TableInfo } from './table.ts'

/** A customer or a person in a list. */
export interface ProfileEntry {
  readonly id: string
  readonly name: string
  /** Status, country, job title, address: what tells two of the same name apart. */
  readonly details: string
}

/** A customer or a person with all that belongs to it. */
export interface Profile {
  readonly name: string
  readonly table: TableInfo
  readonly row: Row
  readonly contacts: readonly Contact[]
  /** The newest entries about the row and its contacts. */
  readonly history: readonly HistoryEntry[]
}

/** A contact, from either side. */
export interface Contact {
  readonly contactId: string
  /** The person of a customer, or the customer of a person. */
  readonly otherId: string
  readonly other: string
  readonly role: string | null
  readonly isPrimary: boolean
  readonly startDate: string
  readonly endDate: string | null
}

/** Tables whose rows have a profile. */
export type ProfileTable = 'customers' | 'people'

interface Kind {
  readonly key: string
  readonly entity: string
  readonly name: string
  readonly details: string
  readonly otherTable: ProfileTable
}

/** Expressions on the table, which is called `t`. */
const KINDS: Readonly<Record<ProfileTable, Kind>> = {
  customers: {
    key: 'customer_id',
    entity: 'customer',
    name: 't.display_name',
    details: `concat_ws(', ', t.status, t.billing_country, t.industry)`,
    otherTable: 'people',
  },
  people: {
    key: 'person_id',
    entity: 'person',
    name: `t.first_name || ' ' || t.last_name`,
    details: `concat_ws(', ', t.job_title, t.email)`,
    otherTable: 'customers',
  },
}

const MOST_ENTRIES = 50
const MOST_CONTACTS = 200

const isProfileTable = (table: string): table is ProfileTable => Object.hasOwn(KINDS, table)

function kindOf(table: string): Kind {
  if (isProfileTable(table)) return KINDS[table]
  throw new RangeError('There are profiles of customers and of people.')
}

/** The newest rows; with words, those that contain all of them. */
export async function listProfiles(
  client: pg.ClientBase,
  { table, search = '' }: { table: string; search?: string },
): Promise<ProfileEntry[]> {
  const { key, name, details } = kindOf(table)
  const { from, values } = selection(await readTable(client, table), { table, search })
  const { rows } = await client.query<ProfileEntry>(
    `select t.${key} as id, ${name} as name, ${details} as details from (select * ${from}) as t
     order by t.created_at desc, t.${key} desc limit ${MOST_ENTRIES}`,
    values,
  )
  return rows
}

/** One of them; undefined if it does not exist. */
export async function readProfile(
  client: pg.ClientBase,
  { table, id }: { table: string; id: string },
): Promise<Profile | undefined> {
  const { key, entity, name, otherTable } = kindOf(table)
  const found = await readRow(client, table, { [key]: id })
  if (!found) return undefined
  const { rows: named } = await client.query<{ name: string }>(
    `select ${name} as name from public.${table} as t where t.${key} = $1`,
    [id],
  )
  const other = KINDS[otherTable]
  const { rows: contacts } = await client.query<Contact>(
    `select c.customer_person_id as "contactId", t.${other.key} as "otherId", ${other.name} as other, c.role::text,
       c.is_primary as "isPrimary", c.start_date::text as "startDate", c.end_date::text as "endDate"
     from public.customer_people as c join public.${otherTable} as t on t.${other.key} = c.${other.key}
     where c.${key} = $1 order by c.start_date desc, c.customer_person_id desc limit ${MOST_CONTACTS}`,
    [id],
  )
  const history = await readHistoryOf(client, [
    { entity, ids: [id] },
    { entity: 'contact', ids: contacts.map(({ contactId }) => contactId) },
  ])
  return { name: named[0]?.name ?? '', table: found.table, row: found.row, contacts, history }
}
