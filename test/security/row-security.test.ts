import { describe, expect } from 'vitest'
import { create, recordEnvironment } from '../../src/admin.ts'
import { type BoundDatabase, type Database, openDatabase, sql, violates } from '../../src/index.ts'
import { createGrantedLogin } from '../support/app-login.ts'
import { test as base } from '../support/database.ts'
import { aCustomer, aMessage, aPerson, aUser, caught } from '../support/factories.ts'

/** Logins as services and their jobs use them: they own nothing. */
const test = base.extend<{ appUrl: string; app: Database; jobs: Database }>({
  appUrl: [
    async ({ url }, use) => {
      await using login = await createGrantedLogin(url, 'app')
      await use(login.url)
    },
    { scope: 'file' },
  ],
  jobs: async ({ url }, use) => {
    await using login = await createGrantedLogin(url, 'system')
    await using jobs = openDatabase({ connectionString: login.url, max: 2 })
    await use(jobs)
  },
  app: async ({ appUrl }, use) => {
    // The replica is the primary itself: its reads take the way of replicas.
    await using app = openDatabase({ connectionString: appUrl, max: 4, replicas: [appUrl] })
    await use(app)
  },
})

const TABLES = [
  'users',
  'customers',
  'people',
  'customer_people',
  'chats',
  'messages',
  'parts',
  'ai_options',
  'audit_log',
] as const

/** A user with a chat, an audit entry and everything that belongs to them. */
async function aUserWithRows(db: Database) {
  const { userId } = await db.users.create(aUser())
  const { chatId } = await db.chats.create({ userId, title: 'Secret plans' })
  const message = aMessage()
  await db.chats.save(chatId, [message], { userId })
  await db.chats.recordOptions(chatId, message.id, { maxTokens: 5 }, { userId })
  await db.auditLog.record({ userId, action: 'create', entityType: 'chat', entityId: chatId })
  return { userId, chatId, messageId: message.id }
}

/** Everything in the database, as the owner sees it. */
async function contents(db: Database): Promise<unknown> {
  const tables = await Promise.all(
    TABLES.map((table) =>
      sql`select count(*)::int, md5(string_agg(t::text, ',' order by t::text)) from ${sql.table(table)} t`.execute(
        db.kysely,
      ),
    ),
  )
  return tables.map(({ rows }) => rows[0])
}

describe('a login of a service', () => {
  test.for(TABLES)('sees nothing in %s without an actor', async (table, { db, app }) => {
    await aUserWithRows(db)
    await db.customers.create({ ...aCustomer() })

    const { rows } = await sql`select from ${sql.table(table)}`.execute(app.kysely)

    expect(rows).toEqual([])
  })

  test.for(TABLES)('changes nothing in %s without an actor', async (table, { db, app }) => {
    await aUserWithRows(db)
    const before = await contents(db)

    await sql`delete from ${sql.table(table)}`.execute(app.kysely).catch((error: unknown) => {
      expect([table, error]).toMatchObject(['audit_log', { code: '42501' }])
    })

    expect(await contents(db)).toEqual(before)
  })

  test.for([
    'alter table users add column more text',
    'drop table chats',
    'alter table audit_log disable trigger all',
    'alter table chats disable row level security',
    'drop policy chats_owner on chats',
    'truncate audit_log',
    "update audit_log set action = 'x'",
    'delete from audit_log',
    'select from norberts_spark_db.environment',
    'create table mine ()',
    'create function mine() returns int language sql return 1',
    'set row_security = off; select from chats',
  ])('is refused: %s', async (text, { url, app, appUrl }) => {
    await create(url, { environment: 'development' }).catch(() => {})

    const error = await caught(sql.raw(text).execute(app.kysely))

    expect(error).toMatchObject({ code: expect.stringMatching(/^(42501|42P01|3F000)$/) })
    expect(await caught(recordEnvironment(appUrl, 'test'))).toBeInstanceOf(Error)
  })

  test('becomes no job by a setting of its own', async ({ db, app }) => {
    await aUserWithRows(db)

    const { rows } = await sql`select from users`.execute(app.as({ system: 'forged' }).kysely)

    expect(rows).toEqual([])
  })
})

describe('a login of jobs', () => {
  test('sees and changes all rows as a job, and nothing without an actor', async ({ db, jobs }) => {
    const { userId } = await aUserWithRows(db)
    const { email } = await db.users.get(userId)
    const as = jobs.as({ system: 'sign-in' })

    expect((await as.users.findCredentialsByEmail(email))?.userId).toBe(userId)
    expect((await as.users.update(userId, { name: 'Renamed by a job' })).name).toBe('Renamed by a job')
    expect((await as.users.setRole(userId, 'moderator')).role).toBe('moderator')
    const signIn = {
      provider: 'google',
      providerId: userId,
      name: 'Ada',
      email: `${userId}@example.test`,
    } as const
    expect(await as.users.signInWithProvider(signIn)).toMatchObject({ created: true })
    expect(await as.users.signInWithProvider(signIn)).toMatchObject({ created: false })
    expect(await jobs.users.find(userId)).toBeUndefined()
    expect((await sql`select from chats`.execute(jobs.kysely)).rows).toEqual([])
  })
})

describe('a signed-in user', () => {
  test('sees own rows alone, regardless of what the query forgets', async ({ db, app }) => {
    const [ada] = await Promise.all([aUserWithRows(db), aUserWithRows(db), aUserWithRows(db)])
    const as = app.as({ userId: ada.userId })

    for (const table of ['users', 'chats', 'messages', 'parts', 'ai_options', 'audit_log'] as const) {
      const rows = await as.kysely.selectFrom(table).select('user_id').execute()
      expect(rows.length, table).toBeGreaterThan(0)
      expect(new Set(rows.map((row) => row.user_id)), table).toEqual(new Set([ada.userId]))
    }
  })

  test('changes own rows alone, regardless of what the query forgets', async ({ db, app }) => {
    const [ada, other] = await Promise.all([aUserWithRows(db), aUserWithRows(db)])
    const as = app.as({ userId: ada.userId })

    await as.kysely.updateTable('chats').set({ title: 'Mine' }).execute()
    await as.kysely.deleteFrom('messages').execute()
    const moved = await caught(as.kysely.updateTable('chats').set({ user_id: other.userId }).execute())
    const forged = await caught(as.chats.create({ userId: other.userId }))
    const entry = { action: 'x', entityType: 'x', entityId: 'x' }
    const blamed = await caught(as.auditLog.record({ ...entry, userId: other.userId }))

    for (const error of [moved, forged, blamed]) expect(error).toMatchObject({ code: '42501' })
    expect((await db.chats.get(other.chatId, { userId: other.userId })).title).toBe('Secret plans')
    expect((await db.chats.load(other.chatId, { userId: other.userId })).messages).toHaveLength(1)
    expect((await as.auditLog.record({ ...entry, userId: ada.userId })).userId).toBe(ada.userId)
  })

  test('is an administrator by role: sees all users and all entries, no chat of others', async ({
    db,
    app,
  }) => {
    const [admin, other] = await Promise.all([aUserWithRows(db), aUserWithRows(db)])
    const as = app.as({ userId: admin.userId, role: 'admin' })

    expect((await as.users.get(other.userId)).userId).toBe(other.userId)
    expect((await as.auditLog.listByUser(other.userId)).items).toHaveLength(1)
    expect(await as.chats.find(other.chatId, { userId: other.userId })).toBeUndefined()
  })

  test('can change neither the own role nor the account that signs in, by no query', async ({ db, app }) => {
    const { userId } = await db.users.create(aUser())
    const { userId: other } = await db.users.create(aUser())
    const as = app.as({ userId, role: 'user' })
    const self = {
      user_id: userId,
      name: 'Ada',
      email: `${userId}@example.test`,
      provider: 'google',
    } as const
    const inserted = (values: object) => as.kysely.insertInto('users').values({ ...self, ...values })

    for (const refused of [
      () => as.users.setRole(userId, 'admin'),
      () => as.kysely.updateTable('users').set({ role: 'moderator' }).execute(),
      () => as.kysely.updateTable('users').set({ provider: 'google', provider_id: 'mine' }).execute(),
      () =>
        as.transaction(async (tx) => {
          await tx.users.delete(userId)
          await tx.kysely
            .insertInto('users')
            .values({ ...self, provider_id: 'x', role: 'admin' })
            .execute()
        }),
      () =>
        inserted({ provider_id: 'x' })
          .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ role: 'admin' }))
          .execute(),
    ])
      expect(violates(await caught(refused()), 'users_role_by_admins')).toBe(true)

    expect((await as.users.update(userId, { name: 'Renamed', email: self.email })).role).toBe('user')
    await as.users.setPassword(userId, aUser().passwordHash as string)
    const admin = app.as({ userId: other, role: 'admin' })
    expect((await admin.users.setRole(userId, 'moderator')).role).toBe('moderator')
    expect((await db.users.setRole(userId, 'user')).role).toBe('user')
  })

  test('finds by the functions of lookups what the policies show, and nothing else', async ({
    db,
    app,
    jobs,
  }) => {
    const [ada, other] = await Promise.all([aUserWithRows(db), aUserWithRows(db)])
    const [adasEmail, email] = await Promise.all(
      [ada, other].map(async ({ userId }) => (await db.users.get(userId)).email),
    )
    const { email: ofPerson } = await db.people.create(aPerson())
    const find = async (as: Database | BoundDatabase, given = email) => {
      const { rows } = await sql<Record<string, unknown>>`select find_user_by_email(${given}) as id,
        array(select search_users('ada')) as searched,
        array(select find_people_by_email(array[${ofPerson}]::citext[])) as people,
        array(select search_customers('acme')) as customers,
        array(select search_people('hopper')) as named`.execute(as.kysely)
      return rows[0]
    }
    const nothing = { id: null, searched: [], people: [], customers: [], named: [] }
    await db.customers.create(aCustomer())

    for (const each of [app, app.as({ system: 'forged' }), jobs]) expect(await find(each)).toEqual(nothing)
    const as = app.as({ userId: ada.userId })
    expect(await find(as)).toMatchObject({ id: null, searched: [ada.userId] })
    expect((await find(as))?.customers).not.toEqual([])
    expect((await find(as))?.people).toHaveLength(1)
    expect((await find(as, adasEmail))?.id).toBe(ada.userId)
    const all = [
      app.as({ userId: ada.userId, role: 'admin' }),
      jobs.as({ system: 'x' }),
      db.as({ system: 'x' }),
      db,
    ]
    for (const each of all) expect((await find(each))?.id).toBe(other.userId)
    for (const each of all) expect((await find(each))?.searched).toContain(other.userId)
    expect((await as.users.findByEmail(adasEmail as string))?.userId).toBe(ada.userId)
    expect(await as.users.findByEmail(email as string)).toBeUndefined()
    expect(await as.users.existsByEmail(email as string)).toBe(false)
  })

  test('imports customers without COPY, with the same errors and all of them or none', async ({
    db,
    app,
  }) => {
    const { userId } = await db.users.create(aUser())
    const as = app.as({ userId })
    const rows = Array.from({ length: 1_500 }, (_, index) => ({
      ...aCustomer({ displayName: `\\N "${index}"\n\t👩‍👩‍👧`, ...(index % 3 === 0 && { status: 'active' }) }),
      people: [{ ...aPerson(), ...(index % 2 === 0 && { isPrimary: true, startDate: '2020-02-29' }) }],
    }))
    const bad = rows.with(1_400, { ...rows[1_400]!, billingCountry: 'lv' })

    expect(await caught(as.customers.importMany(bad))).toMatchObject({
      row: 1_401,
      field: 'billingCountry',
      constraint: 'customers_billing_country_check',
    })
    expect(await as.customers.importMany([])).toEqual({ customers: 0, people: 0, contacts: 0 })
    expect((await as.customers.list({ search: rows[0]!.legalName })).items).toEqual([])
    const counts = await as.transaction((tx) => tx.customers.importMany(rows))
    expect(counts).toEqual({ customers: 1_500, people: 1_500, contacts: 1_500 })
    const { items } = await as.customers.list({ search: rows[3]!.legalName })
    expect(items).toMatchObject([
      {
        displayName: rows[3]!.displayName,
        status: 'active',
        contacts: [{ email: rows[3]!.people[0]!.email }],
      },
    ])
    expect(await caught(app.customers.importMany(rows))).toMatchObject({ code: '42501' })
    await db.kysely.deleteFrom('customers').execute()
  })

  test('reads and writes customers, people and contacts', async ({ db, app }) => {
    const { userId } = await db.users.create(aUser())
    const as = app.as({ userId })
    const { customerId } = await as.customers.create(aCustomer())
    const { personId } = await as.people.create(aPerson())

    await as.customers.addContact(customerId, personId, { role: 'stakeholder' })
    await as.customers.setPrimaryContact(customerId, personId)

    expect((await as.customers.get(customerId)).contacts).toHaveLength(1)
    expect(await app.customers.find(customerId)).toBeUndefined()
  })
})

describe('forged ids', () => {
  const ATTEMPTS = Number(process.env.ATTEMPTS ?? 500)

  test(`reach no row of others in ${ATTEMPTS} random calls`, { timeout: 600_000 }, async ({ db, app }) => {
    const users = await Promise.all(Array.from({ length: 6 }, () => aUserWithRows(db)))
    const before = await contents(db)
    const reached: string[] = []
    let failed = 0

    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        for (let n = worker; n < ATTEMPTS; n += 8) {
          const me = users[n % 6] as User
          const other = users[(n + 1 + (n % 5)) % 6] as User
          const [name, call] = CALLS[n % CALLS.length] as Call
          const acting = n % 3 === 0 ? app : app.as({ userId: me.userId })
          const ids = n % 2 === 0 ? other : mapValues(other, forms)
          const answer = await call(acting as BoundDatabase, ids).catch(() => {
            failed += 1
          })
          if (holds(answer, other.chatId) || holds(answer, other.userId)) reached.push(name)
        }
      }),
    )

    expect(reached).toEqual([])
    expect(failed).toBeLessThan(ATTEMPTS)
    expect(await contents(db)).toEqual(before)
  })
})

function mapValues(user: User, change: (value: string) => string): User {
  const entries = Object.entries(user).map(([name, value]) => [name, change(value)])
  return Object.fromEntries(entries) as User
}

type User = Awaited<ReturnType<typeof aUserWithRows>>
type Call = readonly [string, (db: BoundDatabase, other: User) => Promise<unknown>]

/** Whether an answer has a value in a row of its own. */
function holds(answer: unknown, value: string): boolean {
  const json = JSON.stringify(answer ?? null, (_, each) => (typeof each === 'bigint' ? String(each) : each))
  return json.includes(value)
}

/** The id in other letter case, missing, of no user, and with the wildcards of patterns. */
const forms = (value: string) =>
  [
    value,
    value,
    value.toUpperCase(),
    undefined,
    null,
    '',
    NIL,
    '%',
    `{${value}}`,
    [value],
    { userId: value },
  ][Math.floor(Math.random() * 11)] as string

const NIL = '00000000-0000-0000-0000-000000000000'

/** Calls with the ids of another user, as a service with a bug would make them; those of `kysely` have no where clause at all. */
const CALLS: readonly Call[] = [
  ['users.find', (db, { userId }) => db.users.find(userId)],
  ['replica.users.find', (db, { userId }) => db.replica.users.find(userId)],
  ['replica.chats.find', (db, { chatId, userId }) => db.replica.chats.find(chatId, { userId })],
  ['replica.chats.load', (db, { chatId, userId }) => db.replica.chats.load(chatId, { userId })],
  ['replica.chats.listByUser', (db, { userId }) => db.replica.chats.listByUser(userId)],
  ['replica.auditLog.listByUser', (db, { userId }) => db.replica.auditLog.listByUser(userId)],
  [
    'replica.kysely',
    (db, { userId }) =>
      db.replica.kysely.selectFrom('chats').selectAll().where('user_id', '=', userId).execute(),
  ],
  ['replica.kysely, all', (db) => db.replica.kysely.selectFrom('messages').select('chat_id').execute()],
  ['users.get', (db, { userId }) => db.users.get(userId)],
  ['users.list', (db) => db.users.list({ limit: 100 }).then(({ items }) => items.slice(1))],
  ['users.update', (db, { userId }) => db.users.update(userId, { name: 'Taken over' })],
  ['users.setRole', (db, { userId }) => db.users.setRole(userId, 'admin')],
  ['users.delete', (db, { userId }) => db.users.delete(userId)],
  ['users.deleteMany', (db, { userId }) => db.users.deleteMany([userId])],
  ['chats.find', (db, { chatId, userId }) => db.chats.find(chatId, { userId })],
  ['chats.get', (db, { chatId, userId }) => db.chats.get(chatId, { userId })],
  ['chats.load', (db, { chatId, userId }) => db.chats.load(chatId, { userId })],
  ['chats.listByUser', (db, { userId }) => db.chats.listByUser(userId)],
  ['chats.search', (db, { userId }) => db.chats.search(userId, 'secret')],
  ['chats.rename', (db, { chatId, userId }) => db.chats.rename(chatId, 'Taken over', { userId })],
  ['chats.delete', (db, { chatId, userId }) => db.chats.delete(chatId, { userId })],
  ['chats.save', (db, { chatId, userId }) => db.chats.save(chatId, [aMessage()], { userId })],
  ['chats.replace', (db, { chatId, userId }) => db.chats.replace(chatId, [], { userId })],
  [
    'chats.truncateFrom',
    (db, { chatId, userId, messageId }) => db.chats.truncateFrom(chatId, messageId, { userId }),
  ],
  ['chats.fork', (db, { chatId, userId }) => db.chats.fork(chatId, { userId })],
  [
    'chats.optionsOf',
    (db, { chatId, userId, messageId }) => db.chats.optionsOf(chatId, messageId, { userId }),
  ],
  ['chats.claimStream', (db, { chatId, userId }) => db.chats.claimStream(chatId, 'stream', { userId })],
  ['auditLog.listByUser', (db, { userId }) => db.auditLog.listByUser(userId)],
  ['auditLog.listByEntity', (db, { chatId }) => db.auditLog.listByEntity('chat', chatId)],
  [
    'kysely, lookups',
    (db, { userId }) =>
      sql`select find_user_by_email(users.email), (select search_users('ada')) from users where user_id = ${userId}`.execute(
        db.kysely,
      ),
  ],
  [
    'kysely, a chat',
    (db, { userId }) => db.kysely.selectFrom('chats').selectAll().where('user_id', '=', userId).execute(),
  ],
  [
    'kysely, messages',
    (db, { chatId }) => db.kysely.selectFrom('messages').selectAll().where('chat_id', '=', chatId).execute(),
  ],
  [
    'kysely, parts',
    (db, { chatId }) => db.kysely.deleteFrom('parts').where('chat_id', '=', chatId).execute(),
  ],
  [
    'kysely, join',
    (db, { userId }) =>
      db.kysely
        .selectFrom('users')
        .innerJoin('chats', 'chats.user_id', 'users.user_id')
        .select(['users.user_id as userId', 'chats.id'])
        .where('users.user_id', '=', userId)
        .execute(),
  ],
  [
    'kysely, update',
    (db, { userId }) =>
      db.kysely.updateTable('users').set({ name: 'Taken' }).where('user_id', '=', userId).execute(),
  ],
]
