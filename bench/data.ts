import pg from 'pg'
import { type ChatStore, cleanChats, fillChats, type WrittenChats, writtenChats } from './chat-data.ts'
import type { CustomerStatus } from './contenders/contender.ts'
import { ADJECTIVES, freshKey, key, LAST, NOUNS } from './vocabulary.ts'

/** The number of users. */
export const USERS = 20_000
/** The number of customers. */
export const CUSTOMERS = 20_000
/** The number of customers that `addFresh` adds for a round. */
export const FRESH = 1_000
/** Each person is a contact of one customer. Even customers have two contacts, odd ones have one. */
export const PEOPLE = 30_000
/** The number of audit entries. */
export const ENTRIES = 100_000
/** The number of customers in the audit log, with 20 entries each. */
export const AUDITED = ENTRIES / 20

/** A string in the format of a bcrypt hash. */
export const HASH = `$2b$10$${'h'.repeat(53)}`
/** The statuses of customers. */
export const STATUSES: readonly CustomerStatus[] = ['prospect', 'active', 'paused', 'churned']
/** The countries of customers. */
export const COUNTRIES = ['LV', 'LT', 'EE', 'FI'] as const

/** The rows that a call has written. */
export interface Written {
  chats: WrittenChats
  [table: string]: unknown
}

/** The database that all contenders share. It is cleaned between them. */
export class Data {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async fill(url: string): Promise<Data> {
    const client = new pg.Client(url)
    await client.connect()
    for (const [text, ...values] of ROWS) await client.query(text, values)
    await fillChats(client)
    const data = new Data(client)
    // The history that triggers have written.
    await data.clean()
    await client.query('vacuum analyze')
    return data
  }

  /** The rows that a call has written, without keys and times. They must be equal for all contenders. */
  async written(chats: ChatStore): Promise<Written> {
    const { rows } = await this.#client.query(WRITTEN, [LAST])
    return { ...rows[0], chats: await writtenChats(this.#client, chats) }
  }

  /** Adds customers that an operation may change, each with two contacts: two customers in a row share one of their people. */
  async addFresh(count = FRESH): Promise<void> {
    await this.#withoutTriggers(async () => {
      for (const text of FRESH_ROWS) await this.#client.query(text, [count])
    })
  }

  /** Deletes the rows that were written after `fill`. */
  async clean({ vacuum = false } = {}): Promise<void> {
    await this.#withoutTriggers(async () => {
      for (const [table, key] of KEYS)
        await this.#client.query(`delete from ${table} where ${key} > $1`, [LAST])
    })
    const changed = await cleanChats(this.#client)
    const tables = [...KEYS.map(([table]) => table), ...changed]
    if (vacuum) await this.#client.query(`vacuum ${tables.join(', ')}`)
  }

  async #withoutTriggers(run: () => Promise<void>): Promise<void> {
    await this.#client.query('begin; set local session_replication_role = replica')
    await run()
    await this.#client.query('commit')
  }

  async close(): Promise<void> {
    await this.#client.end()
  }
}

/** The audit log last: triggers write to it what happens to the others. */
const KEYS = [
  ['customer_people', 'customer_person_id'],
  ['customers', 'customer_id'],
  ['people', 'person_id'],
  ['users', 'user_id'],
  ['audit_log', 'id'],
] as const

const created = (rows: number) => `now() - (${rows} - n) * interval '1 second'`

const ROWS: [text: string, ...values: unknown[]][] = [
  [
    `insert into users (user_id, name, email, password, created_at)
     select ${key('n')}, 'User ' || n, 'u' || n || '@example.test', $1, ${created(USERS)}
     from generate_series(0, ${USERS} - 1) as n`,
    HASH,
  ],
  [
    `insert into customers (customer_id, legal_name, display_name, status, industry, company_size, website_url,
       billing_country, timezone, created_at, source, external_id)
     select ${key('n')}, called || ' ' || n || ' Ltd', called || ' ' || n, ($1::customer_status[])[1 + n % 4],
       'Industry ' || n % 20, nullif(n % 1000, 0), 'https://c' || n / 2 || '.example.test', ($4::text[])[1 + n / 4 % 4], 'Europe/Riga', ${created(CUSTOMERS)}, 'erp', n
     from generate_series(0, ${CUSTOMERS} - 1) as n,
       lateral (select ($2::text[])[1 + n % cardinality($2)] || ' '
         || ($3::text[])[1 + n / cardinality($2) % cardinality($3)] as called) as named`,
    STATUSES,
    ADJECTIVES,
    NOUNS,
    COUNTRIES,
  ],
  [
    `insert into people (person_id, first_name, last_name, email, phone, job_title, created_at)
     select ${key('n')}, 'First ' || n % 500, 'Last ' || n, case when n % 10 > 0 then 'p' || n || '@example.test' end,
       case when n % 3 > 0 then '+371 2' || lpad(n::text, 7, '0') end, 'Title ' || n % 30, ${created(PEOPLE)}
     from generate_series(0, ${PEOPLE} - 1) as n`,
  ],
  // Of three people, two belong to an even customer and the third to an odd one. Some contacts have ended or will end. One in
  // five has no role. None is a stakeholder, because added contacts get that role.
  [
    `insert into customer_people (customer_person_id, customer_id, person_id, role, is_primary, start_date, end_date)
     select ${key('n')}, ${key('n / 3 * 2 + n % 3 / 2')}, ${key('n')},
       ('{primary_contact, decision_maker, billing_contact, technical_contact}'::contact_role[])[1 + n % 5], n % 3 = 0 or n % 12 = 5, current_date - 30 - n % 1000,
       case n % 12 when 2 then current_date - 10 when 5 then current_date + 10 end
     from generate_series(0, ${PEOPLE} - 1) as n`,
  ],
  [
    `insert into audit_log (id, user_id, entity_type, entity_id, action, changes, ip_address, user_agent, created_at)
     select ${key('n')}, ${key(`n % ${USERS}`)}, 'customer', ${key(`n % ${AUDITED}`)}::text,
       (array['create', 'update', 'view'])[1 + n % 3],
       jsonb_build_object('status', jsonb_build_object('from', 'prospect', 'to', 'active'), 'number', n),
       '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', ${created(ENTRIES)}
     from generate_series(0, ${ENTRIES} - 1) as n`,
  ],
]

const FRESH_ROWS = [
  `insert into customers (customer_id, legal_name, display_name, status, industry, company_size, website_url, billing_country,
     timezone, source, external_id)
   select ${freshKey('n')}, legal_name, display_name, status, industry, company_size, website_url, billing_country, timezone, 'fresh', n
   from generate_series(0, $1::integer - 1) as n join customers on customer_id = ${key('n')}`,
  `insert into customer_people (customer_person_id, customer_id, person_id, role, is_primary)
   select ${freshKey('n * 2 + contact')}, ${freshKey('n')}, ${key('n / 2 * 3 + n % 2 + contact')}, 'decision_maker', contact = 0
   from generate_series(0, $1::integer - 1) as n, generate_series(0, 1) as contact`,
]

const sum = (rows: string) =>
  `(select json_build_object('rows', count(*), 'hash', md5(string_agg(r::text, ' ' order by r::text)), 'one', min(r::text)) from (${rows}) as r)`

/** Without the history, whose times differ. */
const WRITTEN = `select
  ${sum('select name, email, password, role, provider from users where user_id > $1')} as users,
  ${sum(`select legal_name, display_name, status, industry, company_size, website_url, billing_country, timezone, source,
           external_id, archived_at is null, merged_into
         from customers where customer_id > $1`)} as customers,
  ${sum('select first_name, last_name, email, phone, job_title, is_active from people where person_id > $1')} as people,
  ${sum(`select legal_name, last_name, role, is_primary, start_date, end_date
         from customer_people join customers using (customer_id) join people using (person_id)
         where customer_person_id > $1`)} as contacts,
  ${sum('select customer_id, person_id from customer_people where is_primary')} as "primaryContacts",
  ${sum(`select user_id, entity_type, entity_id, action, changes, ip_address, user_agent
         from audit_log where id > $1 and user_agent is not null`)} as entries`
