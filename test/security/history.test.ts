import { describe, expect } from 'vitest'
import { type AuditEntry, type Database, openDatabase, sql } from '../../src/index.ts'
import { createLogin } from '../support/app-login.ts'
import { test as base } from '../support/database.ts'
import { aCustomer, aMessage, aPerson, aUser, caught, HASH } from '../support/factories.ts'

/** A login with the rows of all tables, and a policy that shows them. */
const test = base.extend<{ app: Database }>({
  app: async ({ url }, use) => {
    await using login = await createLogin(
      url,
      (
        role,
      ) => `grant usage on schema public to ${role}; grant select, insert, update, delete on all tables in schema public to ${role};
        revoke all on audit_log from ${role}`,
    )
    await using app = openDatabase({ connectionString: login.url, max: 2 })
    await use(app)
  },
})

const historyOf = async (db: Database, entityType: string, entityId: string): Promise<AuditEntry[]> =>
  (await db.auditLog.listByEntity(entityType, entityId)).items.toReversed()

describe('the history of changes', () => {
  test('has what was created, changed and deleted, column by column', async ({ db }) => {
    const { customerId } = await db.customers.create({ legalName: 'Acme Ltd', displayName: 'Acme' })
    await db.customers.update(customerId, { displayName: 'ACME', industry: 'Tools' })
    await db.customers.update(customerId, { industry: null })
    await db.customers.delete(customerId)

    const entries = await historyOf(db, 'customer', customerId)

    expect(entries.map(({ action, changes, isHistory }) => ({ action, changes, isHistory }))).toEqual([
      {
        action: 'create',
        isHistory: true,
        changes: expect.objectContaining({
          customer_id: [null, customerId],
          legal_name: [null, 'Acme Ltd'],
          display_name: [null, 'Acme'],
          status: [null, 'prospect'],
        }),
      },
      {
        action: 'update',
        isHistory: true,
        changes: { display_name: ['Acme', 'ACME'], industry: [null, 'Tools'] },
      },
      { action: 'update', isHistory: true, changes: { industry: ['Tools', null] } },
      {
        action: 'delete',
        isHistory: true,
        changes: expect.objectContaining({ display_name: ['ACME', null], timezone: ['UTC', null] }),
      },
    ])
    expect(entries[0]?.changes).not.toHaveProperty('industry')
  })

  test('says who acted, in which request, from where', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const actor = { userId, requestId: 'r-1', ipAddress: '10.1.2.3', userAgent: 'Mozilla/5.0' }

    const { personId } = await db.as(actor).people.create(aPerson())
    await db.as({ system: 'nightly' }).people.update(personId, { phone: '111' })
    await db.people.update(personId, { phone: '222' })

    const none = { userId: null, requestId: null, ipAddress: null, userAgent: null, system: null }
    expect(await historyOf(db, 'person', personId)).toMatchObject([
      { ...actor, system: null },
      { ...none, system: 'nightly' },
      none,
    ])
  })

  test('has no secrets', async ({ db }) => {
    const { userId } = await db.users.create({ ...aUser(), passwordHash: HASH })
    await db.users.setPassword(userId, `$2b$10$${'i'.repeat(53)}`)
    await db.users.delete(userId)

    const entries = await historyOf(db, 'user', userId)

    expect(entries.map(({ action }) => action)).toEqual(['create', 'delete'])
    expect(JSON.stringify(entries)).not.toMatch(/password|\$2b/)
  })

  test('has no entry for a statement that changes nothing or updated_at alone', async ({ db }) => {
    const { customerId, displayName } = await db.customers.create(aCustomer())

    await db.customers.update(customerId, { displayName })
    await sql`update customers set updated_at = now() + interval '1 day' where customer_id = ${customerId}`.execute(
      db.kysely,
    )
    await sql`update customers set display_name = 'x' where false`.execute(db.kysely)

    expect(await historyOf(db, 'customer', customerId)).toHaveLength(1)
  })

  test('has the letter case of an email address, and the digits of a number as they are', async ({ db }) => {
    const { personId } = await db.people.create({ ...aPerson(), email: 'ada@example.test' })

    await db.people.update(personId, { email: 'Ada@example.test' })

    expect((await historyOf(db, 'person', personId))[1]?.changes).toEqual({
      email: ['ada@example.test', 'Ada@example.test'],
    })
  })

  test('has chats that are created, renamed and deleted, and not their saves', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const { chatId } = await db.chats.create({ userId, title: 'Plans' })
    await db.chats.create({ userId, id: chatId })
    await db.chats.save(chatId, [aMessage()], { userId })
    await db.chats.rename(chatId, 'Plans', { userId })
    await db.chats.rename(chatId, null, { userId })
    await db.chats.claimStream(chatId, 's', { userId })
    await db.chats.delete(chatId, { userId })

    const entries = await historyOf(db, 'chat', `${userId}/${chatId}`)

    expect(entries.map(({ action, changes }) => [action, changes])).toEqual([
      [
        'create',
        {
          id: [null, chatId],
          user_id: [null, userId],
          title: [null, 'Plans'],
          created_at: expect.any(Array),
        },
      ],
      ['update', { title: ['Plans', null] }],
      ['delete', { id: [chatId, null], user_id: [userId, null], created_at: expect.any(Array) }],
    ])
  })

  test('has the rows that go with a user, and the user who deletes himself', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const { chatId } = await db.chats.create({ userId })

    await db.as({ userId, requestId: 'goodbye' }).users.delete(userId)

    expect((await historyOf(db, 'chat', `${userId}/${chatId}`)).at(-1)).toMatchObject({
      action: 'delete',
      requestId: 'goodbye',
    })
    expect((await historyOf(db, 'user', userId)).at(-1)).toMatchObject({ action: 'delete', userId: null })
  })

  test('is rolled back with its change', async ({ db }) => {
    const { customerId } = await db.customers.create(aCustomer())

    await caught(
      db.transaction(async (tx) => {
        await tx.customers.delete(customerId)
        throw new Error('no')
      }),
    )

    expect(await historyOf(db, 'customer', customerId)).toHaveLength(1)
  })
})

describe('an import', () => {
  test('is one entry, with the number of new rows of each kind', async ({ db }) => {
    const { userId } = await db.users.create(aUser())
    const customers = Array.from({ length: 1_300 }, (_, n) => ({
      ...aCustomer(),
      ...(n % 2 && { status: 'active' as const }),
      people: [aPerson()],
    }))

    const counts = await db.as({ userId, requestId: 'import' }).customers.importMany(customers)

    const { items } = await db.auditLog.listByUser(userId)
    expect(items).toMatchObject([
      {
        entityType: 'import',
        action: 'import',
        changes: { customer: 1_300, person: 1_300, contact: 1_300 },
        requestId: 'import',
        isHistory: true,
      },
    ])
    expect(counts).toEqual({ customers: 1_300, people: 1_300, contacts: 1_300 })
  })

  test('has an entry for each row that it changes, and none for the rest of the transaction', async ({
    db,
  }) => {
    const [known, created] = [aCustomer(), aCustomer()]
    const { customerId } = await db.customers.create(known)

    const later = await db.transaction(async (tx) => {
      await tx.customers.importMany([{ ...known, industry: 'Tools' }, created], { onConflict: 'update' })
      return tx.customers.create(aCustomer())
    })

    expect((await historyOf(db, 'customer', customerId)).map(({ changes }) => changes).at(-1)).toEqual({
      industry: [null, 'Tools'],
    })
    expect(await historyOf(db, 'customer', later.customerId)).toMatchObject([{ action: 'create' }])
  })

  test('that fails leaves nothing', async ({ db }) => {
    const before = await db.auditLog.listByAction('import')

    await caught(db.customers.importMany([aCustomer(), { ...aCustomer(), companySize: 0 }]))

    expect(await db.auditLog.listByAction('import')).toEqual(before)
  })
})

describe('a login without privileges on the audit log', () => {
  test('leaves its history', async ({ db, app }) => {
    const { userId } = await db.users.create(aUser())

    const { customerId } = await app.as({ userId }).customers.create(aCustomer())

    expect(await historyOf(db, 'customer', customerId)).toMatchObject([{ userId, action: 'create' }])
  })

  test('silences no history by a setting', async ({ db, app }) => {
    const { userId } = await db.users.create(aUser())
    const as = app.as({ userId })
    const create = (mode: string) =>
      as.transaction(async (tx) => {
        await sql`select set_config('norberts_spark.history', ${mode}, true)`.execute(tx.kysely)
        await sql`select set_config('norberts_spark.audit_log', 'unlocked', true)`.execute(tx.kysely)
        return tx.customers.create(aCustomer())
      })

    const { customerId } = await create('off')
    await create('import')

    expect(await historyOf(db, 'customer', customerId)).toMatchObject([{ userId, action: 'create' }])
    expect((await db.auditLog.list({ userId, action: 'import' })).items).toMatchObject([
      { changes: { customer: 1 } },
    ])
  })

  test('neither reads nor forges entries in a partition', async ({ db, app }) => {
    await db.customers.create(aCustomer())

    const { rows } = await sql`select from audit_log_earlier`.execute(app.kysely)
    const forged = sql`insert into audit_log_earlier (entity_type, entity_id, action, is_history) values ('user', '1', 'delete', true)`

    expect(rows).toEqual([])
    expect(await caught(forged.execute(app.kysely))).toMatchObject({ code: '42501' })
  })

  test.for([
    ["select summarize_import('customer', 5, null, null)"],
    [
      'create temp table customers (customer_id uuid)',
      'create trigger forged after insert on customers for each statement execute function record_history()',
    ],
  ])('cannot forge history: %s', async (statements, { app }) => {
    const error = await caught(
      app.transaction(async (tx) => {
        for (const statement of statements) await sql.raw(statement).execute(tx.kysely)
      }),
    )

    expect(error).toMatchObject({ code: '42501' })
  })

  test('writes no history through a policy for jobs', async ({ url }) => {
    await using login = await createLogin(
      url,
      (role) => `grant usage on schema public to ${role}; grant select, insert on audit_log to ${role};
        create policy ${role} on audit_log to ${role} using (true)`,
    )
    await using jobs = openDatabase(login.url)
    const forge = (isHistory: boolean) =>
      sql`insert into audit_log (entity_type, entity_id, action, is_history) values ('user', '1', 'delete', ${isHistory})`.execute(
        jobs.kysely,
      )

    await forge(false)
    expect(await caught(forge(true))).toMatchObject({ code: '42501' })
  })
})
