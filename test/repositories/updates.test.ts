import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { TABLES } from '../../generated/catalog.ts'
import type { ContactChange, CustomerChange, Database, PersonChange, UserChange } from '../../src/index.ts'
import { test as base } from '../support/database.ts'
import { aChat, aCustomer, aPerson, aUser, HASH } from '../support/factories.ts'

/** A method that changes rows of one table. */
interface Updates {
  readonly table: string
  /** Columns that change with every update. */
  readonly also?: readonly string[]
  /** Creates a row with a value in every field, and returns its key. */
  create(db: Database): Promise<string>
  /** Two new values for each field. The type of the record names a field that is missing. */
  readonly fields: Readonly<Record<string, readonly [unknown, unknown]>>
  update(db: Database, key: string, change: Readonly<Record<string, unknown>>): Promise<unknown>
}

type Values<Change> = Readonly<Record<keyof Change, readonly [unknown, unknown]>>

const OWNER = randomUUID()
const TOUCHED = ['updated_at', 'version']

const anExternalId = () => ({ source: 'crm', externalId: randomUUID() })

/** New values of the columns that customers and people have. */
const DETAILS = {
  source: ['hubspot', 'zoho'],
  externalId: ['1', '2'],
  tags: [['vip', 'north'], null],
  attributes: [{ plan: 'gold', seats: [1, { of: null }] }, null],
  emails: [[{ label: 'office', address: 'office@example.test' }], null],
  phones: [[{ e164: '+37120000000', number: '2 000 0000' }], null],
  addresses: [[{ city: 'Riga', street: 'Brīvības 1' }], null],
} as const

const UPDATES: Readonly<Record<string, Updates>> = {
  'users.update': {
    table: 'users',
    also: TOUCHED,
    create: aFullUser,
    fields: {
      name: ['Grace', 'Édouard'],
      email: ['grace@example.test', 'edouard@example.test'],
    } satisfies Values<UserChange>,
    update: (db, key, change) => db.users.update(key, change),
  },
  'users.setRole': {
    table: 'users',
    also: TOUCHED,
    create: aFullUser,
    fields: { role: ['admin', 'moderator'] },
    update: (db, key, { role }) => db.users.setRole(key, role as never),
  },
  'users.setPassword': {
    table: 'users',
    also: TOUCHED,
    create: aFullUser,
    fields: { password: [HASH.replaceAll('h', 'x'), HASH.replaceAll('h', 'y')] },
    update: (db, key, { password }) => db.users.setPassword(key, password as string),
  },
  'customers.update': {
    table: 'customers',
    also: TOUCHED,
    create: aFullCustomer,
    fields: {
      legalName: ['New legal name', 'Other legal name'],
      displayName: ['New display name', 'Other display name'],
      status: ['paused', 'churned'],
      industry: ['Mining', null],
      companySize: [77, null],
      websiteUrl: ['https://new.example.test', null],
      billingCountry: ['EE', null],
      timezone: ['Asia/Tokyo', 'Europe/Paris'],
      ...DETAILS,
      ownerId: [OWNER, null],
    } satisfies Values<CustomerChange>,
    update: (db, key, change) => db.customers.update(key, change),
  },
  'customers.setStatus': {
    table: 'customers',
    also: TOUCHED,
    create: aFullCustomer,
    fields: { status: ['paused', 'churned'] },
    update: (db, key, { status }) => db.customers.setStatus(key, status as never),
  },
  'customers.endContact': {
    table: 'customer_people',
    also: TOUCHED,
    create: async (db) => {
      const [{ customerId }, { personId }] = [
        await db.customers.create(aCustomer()),
        await db.people.create(aPerson()),
      ]
      const contact = await db.customers.addContact(customerId, personId, { startDate: '2020-01-01' })
      return contact.contactId
    },
    fields: { endDate: ['2024-02-29', '2025-12-31'] },
    update: (db, key, { endDate }) => db.customers.endContact(key, endDate as string),
  },
  'customers.updateContact': {
    table: 'customer_people',
    also: TOUCHED,
    create: async (db) => {
      const [{ customerId }, { personId }] = [
        await db.customers.create(aCustomer()),
        await db.people.create(aPerson()),
      ]
      const dates = { startDate: '2020-01-01' }
      return (await db.customers.addContact(customerId, personId, dates)).contactId
    },
    fields: {
      role: ['stakeholder', null],
      isPrimary: [true, false],
      startDate: ['2020-01-02', '2019-12-31'],
      endDate: ['2024-02-29', null],
    } satisfies Values<ContactChange>,
    update: (db, key, change) => db.customers.updateContact(key, change),
  },
  'people.update': {
    table: 'people',
    also: TOUCHED,
    create: async (db) => {
      await anOwner(db)
      const person = {
        phone: '+371',
        jobTitle: 'CTO',
        linkedinUrl: 'https://linkedin.example.test',
        ...anExternalId(),
      }
      return (await db.people.create(aPerson(person))).personId
    },
    fields: {
      firstName: ['Alan', 'Barbara'],
      lastName: ['Turing', 'Liskov'],
      email: ['alan@example.test', null],
      phone: ['+372', null],
      jobTitle: ['CEO', null],
      linkedinUrl: ['https://other.example.test', null],
      isActive: [false, true],
      phoneE164: ['+37220000000', null],
      ...DETAILS,
      ownerId: [OWNER, null],
    } satisfies Values<PersonChange>,
    update: (db, key, change) => db.people.update(key, change),
  },
  'chats.rename': {
    table: 'chats',
    also: TOUCHED,
    create: async (db) => {
      const { userId } = await db.users.create(aUser())
      return (await db.chats.create(aChat({ userId }))).chatId
    },
    fields: { title: ['Another title', null] },
    update: async (db, key, { title }) => {
      const chat = await db.kysely
        .selectFrom('chats')
        .select('user_id')
        .where('id', '=', key)
        .executeTakeFirst()
      return db.chats.rename(key, title as string | null, { userId: chat!.user_id })
    },
  },
}

/** The user who can be made an owner. */
async function anOwner(db: Database): Promise<void> {
  await db.kysely
    .insertInto('users')
    .values({ user_id: OWNER, name: 'Owner', email: `${OWNER}@example.test`, password: HASH })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function aFullUser(db: Database): Promise<string> {
  const provider = { provider: 'google', providerId: crypto.randomUUID() } as const
  return (await db.users.create(aUser(provider))).userId
}

async function aFullCustomer(db: Database): Promise<string> {
  await anOwner(db)
  const customer = aCustomer({
    ...{ status: 'active', industry: 'Anvils', companySize: 12, websiteUrl: 'https://acme.example.test' },
    ...{ billingCountry: 'LV', timezone: 'Europe/Riga', ...anExternalId() },
  })
  return (await db.customers.create(customer)).customerId
}

/** Every row of every table but the history of changes, by the table and the key. */
type Snapshot = ReadonlyMap<string, Readonly<Record<string, unknown>>>

const test = base.extend<{ snapshot: () => Promise<Snapshot> }>({
  snapshot: async ({ url }, use) => {
    const client = new pg.Client(url)
    await client.connect()
    await use(async () => {
      const found = new Map<string, Record<string, unknown>>()
      for (const table of TABLES) {
        const rest = table === 'audit_log' ? 'where not is_history' : ''
        const { rows } = await client.query(`select to_jsonb(t) as row from ${table} as t ${rest}`)
        for (const { row } of rows) found.set(`${table} ${keyOf(row)}`, row)
      }
      return found
    })
    await client.end()
  },
})

/** The values of the columns that identify a row or refer to another; no update changes them. */
function keyOf(row: Record<string, unknown>): string {
  return Object.entries(row)
    .filter(
      ([column]) => /(^|_)id$|^position$/.test(column) && !/^(provider|owner|external)_id$/.test(column),
    )
    .map(([, value]) => value)
    .join(' ')
}

/** `users 0193… name: "Grace"` of every value that differs. */
function differences(before: Snapshot, after: Snapshot, except: readonly string[]): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])]
  return keys.flatMap((key) => {
    const [old, current] = [before.get(key), after.get(key)]
    if (!old || !current) return [`${key}: ${old ? 'deleted' : 'added'}`]
    return Object.keys(current)
      .filter(
        (column) =>
          !except.includes(column) && JSON.stringify(old[column]) !== JSON.stringify(current[column]),
      )
      .map((column) => `${key} ${column}: ${JSON.stringify(current[column])}`)
  })
}

const snakeCase = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

describe.for(Object.entries(UPDATES))('%s', ([name, { table, also = [], create, fields, update }]) => {
  test.for(Object.entries(fields))(
    'of %s changes this column of this row, and nothing else in the database',
    async ([field, values], { db, snapshot }) => {
      // Rows that were created before and after the one to change.
      const keys = [await create(db), await create(db), await create(db)]
      for (const value of values) {
        const before = await snapshot()

        await update(db, keys[1]!, { [field]: value })

        const after = await snapshot()
        const row = [...after.keys()].find((key) => key.startsWith(table) && key.includes(keys[1]!))
        expect(differences(before, after, also)).toEqual([
          `${row} ${snakeCase(field)}: ${JSON.stringify(value)}`,
        ])
        expect(differences(before, after, []).every((each) => each.startsWith(row!))).toBe(true)
      }
    },
  )

  if (!/\.update(Contact)?$/.test(name)) return

  test('of no field changes nothing', async ({ db, snapshot }) => {
    const key = await create(db)
    const before = await snapshot()

    await update(db, key, {})

    expect(differences(before, await snapshot(), [])).toEqual([])
  })
})
