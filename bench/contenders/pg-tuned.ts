import pg from 'pg'
import { LIMIT, type Open } from './contender.ts'
import { chatsOf } from './pg-tuned-chats.ts'
import { customersOf } from './pg-tuned-customers.ts'
import { importByCopy } from './pg-tuned-import.ts'
import {
  CONTACT,
  CONTACT_ORDER,
  type ContactRow,
  CREATE_CUSTOMER,
  CUSTOMER,
  contactsOf,
  customerValues,
  ENTRY,
  MATCHES,
  NEWEST_CUSTOMERS,
  PERSON,
  USER,
  withContacts,
} from './sql.ts'

/** An option of pg 8.23 that its types do not contain yet. */
interface PipelineConfig extends pg.ClientConfig {
  pipeline: true
}

const CONNECTIONS = 4

/**
 * The fastest hand-written code: all callers share a few connections and send statements without waiting for earlier
 * answers. Times are parsed by hand, and limits are literals.
 *
 * With `limit $n` the planner assumes a limit of a tenth of the table, considers the generic plan too expensive, and
 * plans each call again.
 */
export const open: Open = async (url) => {
  const config: PipelineConfig = { connectionString: url, pipeline: true, types: { getTypeParser } }
  const lines = Array.from({ length: CONNECTIONS }, () => ({ client: new pg.Client(config), waiting: 0 }))
  await Promise.all(lines.map(({ client }) => client.connect()))
  // The connection with the fewest waiting statements; among equals the first, whose server process has warm caches.
  const next = () => lines.reduce((best, line) => (line.waiting < best.waiting ? line : best))

  async function rows<R = unknown>(
    name: string,
    text: string,
    values: unknown[],
    line = next(),
  ): Promise<R[]> {
    line.waiting += 1
    try {
      return (await line.client.query({ name, text, values })).rows as R[]
    } finally {
      line.waiting -= 1
    }
  }
  const row = async (name: string, text: string, values: unknown[]) => (await rows(name, text, values))[0]

  /** Sends both statements on one connection at once. The second one finds the same customers on its own. */
  async function page(name: string, condition: string, ...values: unknown[]) {
    const line = next()
    const newest = `from customers ${condition} ${NEWEST_CUSTOMERS}`
    const [customers, contacts] = await Promise.all([
      rows<{ customerId: string }>(name, `select ${CUSTOMER} ${newest} ${LIMIT + 1}`, values, line),
      rows<ContactRow>(
        `${name}.contacts`,
        contactsOf(`any(array(select customer_id ${newest} ${LIMIT}))`),
        values,
        line,
      ),
    ])
    return withContacts(customers.slice(0, LIMIT), contacts)
  }

  return {
    findUser: (userId) => row('findUser', `select ${USER} from users where user_id = $1`, [userId]),
    findUserByEmail: (email) => row('findUserByEmail', `select ${USER} from users where email = $1`, [email]),
    createUser: ({ name, email, passwordHash }) =>
      row('createUser', `insert into users (name, email, password) values ($1, $2, $3) returning ${USER}`, [
        name,
        email,
        passwordHash,
      ]),
    updateUser: ({ userId, name }) =>
      row('updateUser', `update users set name = $1 where user_id = $2 returning ${USER}`, [name, userId]),
    listUsers: async () => {
      const text = `select ${USER} from users order by created_at desc, user_id desc limit ${LIMIT + 1}`
      return (await rows('listUsers', text, [])).slice(0, LIMIT)
    },

    getCustomer: async (customerId) => {
      const line = next()
      const text = `select ${CUSTOMER} from customers where customer_id = $1`
      const [[customer], contacts] = await Promise.all([
        rows<object>('getCustomer', text, [customerId], line),
        rows(
          'contactsOfOne',
          `select ${CONTACT} from customer_people as contact join people using (person_id)
           where customer_id = $1 order by ${CONTACT_ORDER}`,
          [customerId],
          line,
        ),
      ])
      return { ...customer, contacts }
    },
    listCustomers: () => page('listCustomers', ''),
    listCustomersByStatus: (status) => page('listByStatus', 'where status = $1', status),
    // Searching twice would take longer than waiting for the IDs.
    searchCustomers: async (search) => {
      const line = next()
      const text = `select ${CUSTOMER} from customers where ${MATCHES} ${NEWEST_CUSTOMERS} ${LIMIT + 1}`
      const found = await rows<{ customerId: string }>('searchCustomers', text, [search], line)
      const customers = found.slice(0, LIMIT)
      const ids = customers.map(({ customerId }) => customerId)
      return withContacts(customers, await rows('contactsOf', contactsOf('any($1)'), [ids], line))
    },

    createCustomer: (customer) => row('createCustomer', CREATE_CUSTOMER, customerValues(customer)),
    createPerson: ({ firstName, lastName, email, phone, jobTitle }) =>
      row(
        'createPerson',
        `insert into people (first_name, last_name, email, phone, job_title) values ($1, $2, $3, $4, $5)
         returning ${PERSON}`,
        [firstName, lastName, email, phone, jobTitle],
      ),
    addContact: ({ customerId, personId, role }) =>
      row(
        'addContact',
        `with contact as (
           insert into customer_people (customer_id, person_id, role) values ($1, $2, $3) returning *
         )
         select ${CONTACT} from contact join people using (person_id)`,
        [customerId, personId, role],
      ),
    // The condition on the count demotes the old contact first, because the unique index is checked row by row. The old
    // and the new contact must differ, because a statement can change a row only once.
    setPrimaryContact: ({ customerId, personId }) =>
      row(
        'setPrimaryContact',
        `with demoted as (
           update customer_people set is_primary = false
           where customer_id = $1 and is_primary and person_id <> $2 returning 1
         ), contact as (
           update customer_people set is_primary = true
           where customer_id = $1 and person_id = $2 and (select count(*) from demoted) >= 0 returning *
         )
         select ${CONTACT} from contact join people using (person_id)`,
        [customerId, personId],
      ),

    recordEntry: (entry) =>
      row(
        'recordEntry',
        `insert into audit_log (user_id, entity_type, entity_id, action, changes, ip_address, user_agent)
         values ($1, $2, $3, $4, $5, $6, $7) returning ${ENTRY}`,
        [
          entry.userId,
          entry.entityType,
          entry.entityId,
          entry.action,
          entry.changes,
          entry.ipAddress,
          entry.userAgent,
        ],
      ),
    listEntries: async ({ entityType, entityId }) => {
      const text = `select ${ENTRY} from audit_log where entity_type = $1 and entity_id = $2
        order by created_at desc, id desc limit ${LIMIT + 1}`
      return (await rows('listEntries', text, [entityType, entityId])).slice(0, LIMIT)
    },

    importCustomers: (customers) => importByCopy(url, customers),

    ...customersOf({ rows, next }),
    ...chatsOf({ rows, next }),

    close: async () => {
      await Promise.all(lines.map(({ client }) => client.end()))
    },
  }
}

const { DATE, TIMESTAMPTZ } = pg.types.builtins

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === TIMESTAMPTZ) return timeOf
  return oid === DATE ? String : pg.types.getTypeParser(oid, format as 'text')
}

/** Parses `2026-11-23 07:03:00.123+00` of a server in UTC. */
function timeOf(text: string): Date {
  const milliseconds = text.length > 22 ? Number(text.slice(20, -3).padEnd(3, '0')) : 0
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const [month, day] = [twoDigits(text, 5) - 1, twoDigits(text, 8)]
  const [hours, minutes, seconds] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)]
  return new Date(Date.UTC(year, month, day, hours, minutes, seconds, milliseconds))
}

const twoDigits = (text: string, at: number) => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
