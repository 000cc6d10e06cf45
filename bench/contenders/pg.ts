import pg from 'pg'
import { chunks, LIMIT, type Open } from './contender.ts'
import { chatsOf } from './pg-chats.ts'
import { customersOf } from './pg-customers.ts'
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

// Dates remain text, as in most services that use dates.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

type Row = Record<string, unknown>

/** Hand-written pg. With named prepared statements it is the baseline, 1.00. It uses as many statements as is usual. */
export const open: Open = async (url, variant) => {
  const pool = new pg.Pool({ connectionString: url })

  async function rows<R = Row>(
    name: string,
    text: string,
    values: unknown[],
    on: pg.Pool | pg.PoolClient = pool,
  ) {
    const result =
      variant === 'prepared' ? await on.query({ name, text, values }) : await on.query(text, values)
    return result.rows as R[]
  }

  async function row(
    name: string,
    text: string,
    values: unknown[],
    on?: pg.PoolClient,
  ): Promise<Row | undefined> {
    return (await rows(name, text, values, on))[0]
  }

  async function page(name: string, condition: string, ...values: unknown[]) {
    const text = `select ${CUSTOMER} from customers ${condition} ${NEWEST_CUSTOMERS} $${values.length + 1}`
    const found = await rows<{ customerId: string }>(name, text, [...values, LIMIT + 1])
    const customers = found.slice(0, LIMIT)
    return addContacts(customers)
  }

  async function addContacts<C extends { customerId: string }>(customers: C[]) {
    const contacts = await rows<ContactRow>('contactsOf', contactsOf('any($1)'), [
      customers.map(({ customerId }) => customerId),
    ])
    return withContacts(customers, contacts)
  }

  async function transaction<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const result = await run(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }

  async function getCustomer(customerId: string) {
    const text = `select ${CUSTOMER} from customers where customer_id = $1`
    const customer = await row('getCustomer', text, [customerId])
    return { ...customer, contacts: await contactsOfOne(customerId) }
  }

  const contactsOfOne = (customerId: string) =>
    rows(
      'contactsOfOne',
      `select ${CONTACT} from customer_people as contact join people using (person_id)
       where customer_id = $1 order by ${CONTACT_ORDER}`,
      [customerId],
    )

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
      const text = `select ${USER} from users order by created_at desc, user_id desc limit $1`
      return (await rows('listUsers', text, [LIMIT + 1])).slice(0, LIMIT)
    },

    getCustomer,
    listCustomers: () => page('listCustomers', ''),
    listCustomersByStatus: (status) => page('listByStatus', 'where status = $1', status),
    searchCustomers: (search) => page('searchCustomers', `where ${MATCHES}`, search),

    createCustomer: (customer) => row('createCustomer', CREATE_CUSTOMER, customerValues(customer)),
    createPerson: ({ firstName, lastName, email, phone, jobTitle }) =>
      row(
        'createPerson',
        `insert into people (first_name, last_name, email, phone, job_title) values ($1, $2, $3, $4, $5)
         returning ${PERSON}`,
        [firstName, lastName, email, phone, jobTitle],
      ),
    addContact: async ({ customerId, personId, role }) => {
      const added = await row(
        'addContact',
        'insert into customer_people (customer_id, person_id, role) values ($1, $2, $3) returning customer_person_id',
        [customerId, personId, role],
      )
      return row('contact', CONTACT_BY_ID, [added?.customer_person_id])
    },
    setPrimaryContact: ({ customerId, personId }) =>
      transaction(async (client) => {
        const demote = 'update customer_people set is_primary = false where customer_id = $1 and is_primary'
        await rows('demote', demote, [customerId], client)
        const promoted = await row(
          'promote',
          `update customer_people set is_primary = true where customer_id = $1 and person_id = $2
           returning customer_person_id`,
          [customerId, personId],
          client,
        )
        return row('contact', CONTACT_BY_ID, [promoted?.customer_person_id], client)
      }),

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
        order by created_at desc, id desc limit $3`
      return (await rows('listEntries', text, [entityType, entityId, LIMIT + 1])).slice(0, LIMIT)
    },

    importCustomers: (imported) =>
      transaction(async (client) => {
        const counts = { customers: 0, people: 0, contacts: 0 }
        for (const customers of chunks(imported)) {
          const column = <T>(of: (customer: (typeof customers)[number]) => T) => customers.map(of)
          const added = await rows(
            'importCustomers',
            `insert into customers
               (legal_name, display_name, status, industry, company_size, website_url, billing_country, timezone)
             select * from unnest($1::text[], $2::text[], $3::customer_status[], $4::text[], $5::int[], $6::text[],
               $7::text[], $8::text[])
             returning customer_id`,
            [
              column(({ legalName }) => legalName),
              column(({ displayName }) => displayName),
              column(({ status }) => status),
              column(({ industry }) => industry),
              column(({ companySize }) => companySize),
              column(({ websiteUrl }) => websiteUrl),
              column(({ billingCountry }) => billingCountry),
              column(({ timezone }) => timezone),
            ],
            client,
          )
          const people = new Map(
            customers.flatMap((customer) => customer.people.map((p) => [p.email, p] as const)),
          )
          const known = await rows<{ person_id: string; email: string }>(
            'importPeople',
            `insert into people (first_name, last_name, email, phone, job_title)
             select * from unnest($1::text[], $2::text[], $3::citext[], $4::text[], $5::text[])
             on conflict (email) where archived_at is null do update set email = people.email
             returning person_id, email`,
            [
              Array.from(people.values(), ({ firstName }) => firstName),
              Array.from(people.values(), ({ lastName }) => lastName),
              Array.from(people.values(), ({ email }) => email),
              Array.from(people.values(), ({ phone }) => phone),
              Array.from(people.values(), ({ jobTitle }) => jobTitle),
            ],
            client,
          )
          const personIds = new Map(known.map(({ person_id, email }) => [email, person_id]))
          const contacts = customers.flatMap((customer, n) =>
            customer.people.map(({ email }) => [added[n]?.customer_id, personIds.get(email)]),
          )
          await rows(
            'importContacts',
            `insert into customer_people (customer_id, person_id) select * from unnest($1::uuid[], $2::uuid[])
             on conflict do nothing`,
            [contacts.map(([customerId]) => customerId), contacts.map(([, personId]) => personId)],
            client,
          )
          counts.customers += added.length
          counts.people += known.length
          counts.contacts += contacts.length
        }
        return counts
      }),

    ...customersOf({ rows, transaction, addContacts, getCustomer, contactsOfOne }),
    ...chatsOf({ rows, transaction }),

    close: () => pool.end(),
  }
}

const CONTACT_BY_ID = `select ${CONTACT} from customer_people as contact join people using (person_id) where customer_person_id = $1`
