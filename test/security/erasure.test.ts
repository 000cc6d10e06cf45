import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { type Database, InvalidInputError, openDatabase, sql } from '../../src/index.ts'
import { createGrantedLogin, createLogin } from '../support/app-login.ts'
import { test } from '../support/database.ts'
import { aCustomer, aMessage, aPerson, aUser, caught } from '../support/factories.ts'

const [GRANT = ''] = readFileSync('docs/how-to/erase-personal-data.md', 'utf8').match(/^grant .*/m) ?? []

/** The tables, columns and rows that hold one of the texts, in any letter case: of every column of every table. */
async function placesOf(db: Database, texts: readonly string[]): Promise<string[]> {
  const { rows: columns } = await sql<{ table: string; column: string }>`
    select format('%I.%I', nspname, relname) as table, quote_ident(attname) as column
    from pg_attribute join pg_class on pg_class.oid = attrelid join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p', 'm') and attnum > 0 and not attisdropped and nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`.execute(
    db.kysely,
  )
  const found: string[] = []
  for (const { table, column } of columns) {
    const { rows } = await sql<{
      value: string
    }>`select ${sql.raw(column)}::text as value from ${sql.raw(table)}
      where exists (select from unnest(${texts}::text[]) as given where strpos(lower(${sql.raw(column)}::text), lower(given)) > 0)`.execute(
      db.kysely,
    )
    found.push(...rows.map(({ value }) => `${table} ${column}: ${value}`))
  }
  return found
}

describe('erasing', () => {
  test('a user leaves no name and address in any column, and who erased when', async ({ db }) => {
    const { userId: adminId } = await db.users.create(aUser({ role: 'admin' }))
    const { userId } = await db.users.create(
      aUser({ name: 'Zoë "Zed" Lancaster', email: 'Zoe.Lancaster@example.test' }),
    )
    const own = db.as({ userId, ipAddress: '198.51.100.77', userAgent: 'Lancaster/1.0' })
    await own.users.update(userId, { name: 'Zoë Panza', email: 'zoe.panza@example.test' })
    const { chatId } = await own.chats.create({ userId, title: 'Letters to Zoë Panza' })
    await own.chats.save(chatId, [aMessage()], { userId })
    await own.chats.rename(chatId, 'More of Zoë Panza', { userId })
    const { customerId } = await own.customers.create(aCustomer())
    const entry = { entityType: 'invitation', entityId: '7', action: 'send' }
    await db.auditLog.record({
      ...entry,
      changes: { to: ['<zoe.panza@example.test>'], 'ZOE.LANCASTER@example.test': 1, kept: 'Acme' },
    })
    await db.auditLog.record({ ...entry, entityType: 'account', entityId: userId, changes: 'Zed' })
    await db.auditLog.record({ ...entry, entityId: 'zoe.panza@example.test', userAgent: 'zoë panza' })
    const texts = ['lancaster', 'panza', 'zoë', '198.51.100.77', 'Zed']
    expect(await placesOf(db, texts)).not.toEqual([])

    expect(await db.as({ userId: adminId, role: 'admin', requestId: 'r-9' }).users.erase(userId)).toBe(true)

    expect(await placesOf(db, texts)).toEqual([])
    const { items } = await db.auditLog.listByEntity('user', userId)
    expect(items.map(({ action, userId }) => ({ action, userId }))).toEqual([
      { action: 'erase', userId: adminId },
      { action: 'delete', userId: adminId },
      { action: 'update', userId: null },
      { action: 'create', userId: null },
    ])
    expect(items[0]).toMatchObject({
      requestId: 'r-9',
      isHistory: true,
      changes: { login: expect.any(String) },
    })
    expect(items[2]?.changes).toEqual({ name: ['[erased]', '[erased]'], email: ['[erased]', '[erased]'] })
    const sent = (await db.auditLog.listByEntity('invitation', '7')).items[0]
    expect(sent?.changes).toEqual({ to: ['[erased]'], '[erased]': 1, kept: 'Acme' })
    expect((await db.auditLog.listByEntity('customer', customerId)).items[0]?.changes).toMatchObject({
      customer_id: [null, customerId],
    })
  })

  test('a person leaves no name, address and phone number in any column', async ({ db }) => {
    const { customerId } = await db.customers.create(aCustomer())
    const person = aPerson({
      firstName: 'Penelope',
      lastName: 'Obscura',
      email: 'p.o@example.test',
      phone: '+371 555 777 21',
    })
    const { personId } = await db.people.create({
      ...person,
      linkedinUrl: 'https://linkedin.test/in/obscura',
    })
    await db.people.update(personId, { phone: '+371 555 777 22', lastName: 'Lucida' })
    await db.customers.addContact(customerId, personId)
    await db.auditLog.record({
      entityType: 'call',
      entityId: '1',
      action: 'note',
      changes: { text: 'Penelope Lucida, +371 555 777 22' },
    })
    const texts = ['penelope', 'obscura', 'lucida', 'p.o@example', '+371 555']

    expect(await db.people.erase(personId)).toBe(true)

    expect(await placesOf(db, texts)).toEqual([])
    expect((await db.auditLog.listByEntity('person', personId)).items.map(({ action }) => action)).toEqual([
      ...['erase', 'delete', 'update', 'create'],
    ])
  })

  test('works after the row is gone, leaves others as they are, and says when there was nothing', async ({
    db,
  }) => {
    const [gone, other] = [
      await db.people.create(aPerson({ firstName: 'Gone' })),
      await db.people.create(aPerson()),
    ]
    await db.people.delete(gone.personId)
    const before = await db.auditLog.listByEntity('person', other.personId)

    expect(await db.people.erase(gone.personId)).toBe(true)

    expect(await placesOf(db, ['Gone'])).toEqual([])
    expect(await db.auditLog.listByEntity('person', other.personId)).toEqual(before)
    expect(await db.people.erase('01930c7a-5b3e-7000-8000-000000000000')).toBe(false)
  })

  test('is not prevented by an entry that is nested deeply', async ({ db }) => {
    const { userId } = await db.users.create(aUser({ email: 'deep@nested.test' }))
    const nested = JSON.parse(`${'[{"a":'.repeat(1_000)}"deep@nested.test"${'}]'.repeat(1_000)}`)
    const entry = { entityType: 'form', entityId: '9', action: 'send' }
    await db.auditLog.record({
      ...entry,
      changes: { kept: 'Acme', list: [['deep@nested.test', 'kept']], nested },
    })

    expect(await db.users.erase(userId)).toBe(true)

    expect(await placesOf(db, ['deep@nested.test'])).toEqual([])
    const [sent] = (await db.auditLog.listByEntity('form', '9')).items
    expect(sent?.changes).toMatchObject({ kept: 'Acme', list: [['[erased]', 'kept']] })
  })

  test('a short name erases no other text', async ({ db }) => {
    const { userId } = await db.users.create(aUser({ name: '%_\\' }))
    const kept = await db.auditLog.record({
      entityType: 'x',
      entityId: '1',
      action: 'y',
      changes: { text: 'anything' },
    })

    await db.users.erase(userId)

    expect((await db.auditLog.listByEntity('x', '1')).items).toEqual([kept])
  })
})

test('an export has every row of a user, and no password', async ({ db }) => {
  const user = await db.users.create(aUser({ name: 'Ada Export' }))
  const { userId } = user
  const { chatId } = await db.chats.create({ userId })
  const message = aMessage()
  await db.chats.save(chatId, [message], { userId })
  await db.chats.recordOptions(chatId, message.id, { maxTokens: 5 }, { userId })
  await db.as({ userId }).customers.create(aCustomer())

  const rows = await db.users.export(userId)

  expect(rows).toMatchObject({
    users: [{ user_id: userId, name: 'Ada Export' }],
    chats: [{ id: chatId }],
    messages: [{ id: message.id }],
    parts: message.parts.map((payload) => ({ payload })),
    ai_options: [{ max_tokens: 5 }],
  })
  expect(rows.audit_log?.map((entry) => entry.entity_type).sort()).toEqual(['chat', 'customer', 'user'])
  expect(JSON.stringify(rows)).not.toContain('password')
})

describe('purging', () => {
  test('deletes the entries from before a time, and leaves one', async ({ db }) => {
    const record = (at: string) =>
      sql`insert into audit_log (entity_type, entity_id, action, created_at) values ('old', '1', 'x', ${at})`.execute(
        db.kysely,
      )
    await record('2001-01-01')
    await record('2001-01-03')
    const olderThan = new Date('2001-01-02')

    expect(await db.auditLog.purge({ olderThan, dryRun: true })).toBe(1)
    expect((await db.auditLog.listByEntity('old', '1')).items).toHaveLength(2)
    expect(await db.as({ system: 'retention' }).auditLog.purge({ olderThan })).toBe(1)
    expect(await db.auditLog.purge({ olderThan })).toBe(0)

    expect((await db.auditLog.listByEntity('old', '1')).items).toHaveLength(1)
    expect((await db.auditLog.listByAction('purge')).items).toMatchObject([
      { system: 'retention', changes: { entries: 1, login: expect.any(String) } },
    ])
  })

  test('refuses a time in the future', async ({ db }) => {
    const error = await caught(db.auditLog.purge({ olderThan: new Date(Date.now() + 60_000) }))

    expect(error).toBeInstanceOf(InvalidInputError)
  })
})

test('only the owner, and admins and jobs of a login with the grant, may erase, export and purge', async ({
  db,
  url,
}) => {
  const { userId } = await db.users.create(aUser())
  const { personId } = await db.people.create(aPerson())
  const attempts: ((as: Pick<Database, 'users' | 'people' | 'auditLog'>) => Promise<unknown>)[] = [
    (as) => as.users.export(userId),
    (as) => as.people.export(personId),
    (as) => as.auditLog.purge({ olderThan: new Date(0) }),
    (as) => as.people.erase(personId),
    (as) => as.users.erase(userId),
  ]
  const usage = (role: string) => `grant usage on schema public to ${role};`
  await using without = await createLogin(url, usage)
  await using granted = await createLogin(url, (role) => usage(role) + GRANT.replace('to jobs', `to ${role}`))
  await using ofJobs = await createGrantedLogin(url, 'system')
  await using app = openDatabase(without.url)
  await using privileged = openDatabase(granted.url)
  await using jobs = openDatabase(ofJobs.url)

  for (const attempt of attempts) {
    for (const as of [
      app.as({ userId, role: 'admin' }),
      app.as({ system: 'forged' }),
      // It lacks the policy of jobs.
      privileged.as({ system: 'forged' }),
      jobs,
      jobs.as({ userId, role: 'user' }),
    ])
      expect(await caught(attempt(as))).toMatchObject({ code: '42501' })
    await attempt(jobs.as({ system: 'privacy' }))
  }
  expect(await db.people.find(personId)).toBeUndefined()
})

test('a login that may update the audit log changes nothing, with temporary tables, settings and roles', async ({
  db,
  url,
}) => {
  const { userId } = await db.users.create(aUser())
  await db.auditLog.record({ userId, entityType: 'x', entityId: '9', action: 'y' })
  await using login = await createLogin(
    url,
    (
      role,
    ) => `grant usage on schema public to ${role}; grant select, insert, update, delete on audit_log, users to ${role};
      create policy ${role} on audit_log to ${role} using (true); create policy ${role} on users to ${role} using (true)`,
  )
  await using app = openDatabase({ connectionString: login.url, max: 1 })

  for (const change of [
    'update audit_log set user_id = null',
    "update audit_log set action = 'z'",
    'delete from audit_log',
  ]) {
    const error = await caught(
      app.transaction(async (tx) => {
        await sql`create temp table users (user_id uuid)`.execute(tx.kysely)
        await sql`create temp table audit_log_unlocked (id uuid)`.execute(tx.kysely)
        await sql`set local norberts_spark.audit_log = 'unlocked'`.execute(tx.kysely)
        await sql.raw(change).execute(tx.kysely)
      }),
    )
    expect([change, error]).toMatchObject([change, { constraint: 'audit_log_append_only' }])
  }
})
