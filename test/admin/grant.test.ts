import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { AdminError, create, type GrantKind, grant, migrate, reset, verify } from '../../src/admin.ts'
import { type Database, InvalidInputError, openDatabase, sql } from '../../src/index.ts'
import { createLogin } from '../support/app-login.ts'
import { databaseOf, runSql } from '../support/databases.ts'
import { test as base } from '../support/empty-database.ts'
import { aCustomer, aMessage, aUser, caught } from '../support/factories.ts'

type Login = Awaited<ReturnType<typeof createLogin>>

/** A database that a role without attributes owns, and logins without any grants. */
const test = base.extend<{ owner: string; logins: Login[]; login: Login }>({
  owner: async ({ url }, use) => {
    await using owner = await createLogin(
      url,
      (role) =>
        `alter database ${databaseOf(url)} owner to ${role}; revoke create on schema public from public`,
    )
    await create(owner.url, { environment: 'production' })
    await use(owner.url)
    await runSql(url, `reassign owned by ${owner.role} to current_user`)
  },
  logins: async ({ url, owner }, use) => {
    await using one = await createLogin(url, () => '')
    await using other = await createLogin(url, () => '')
    await use([one, other].filter(() => owner !== undefined))
  },
  login: async ({ logins }, use) => use(logins[0] as Login),
})

const environment = 'production'

/** Runs a query as a login. */
async function query(url: string, text: string) {
  await using db = openDatabase({ connectionString: url, max: 1 })
  return sql.raw<Record<string, unknown>>(text).execute(db.kysely)
}

async function differences(url: string) {
  return (await verify(url)).differences.map(({ object, fact, schema, database }) =>
    [object, fact, schema, database].filter(Boolean).join(', '),
  )
}

async function aUserWithChat(db: Database) {
  const { userId } = await db.users.create(aUser())
  const { chatId } = await db.chats.create({ userId })
  await db.chats.save(chatId, [aMessage()], { userId })
  return { userId, chatId }
}

describe('grant', () => {
  test('gives an app what its repositories need, by a role without attributes', async ({ owner, login }) => {
    const { statements } = await grant(owner, { role: login.role, kind: 'app', environment })
    await using db = openDatabase(owner)
    const { userId } = await db.users.create(aUser())
    await using app = openDatabase(login.url)
    const as = app.as({ userId })

    expect(statements.length).toBeGreaterThan(9)
    const { chatId } = await as.chats.create({ userId })
    await as.chats.save(chatId, [aMessage()], { userId })
    await as.chats.recordOptions(chatId, 'none', { maxTokens: 5 }, { userId }).catch(() => {})
    await as.chats.delete(chatId, { userId })
    const { customerId } = await as.customers.create(aCustomer())
    await as.customers.importMany([{ ...aCustomer(), people: [{ firstName: 'A', lastName: 'B' }] }])
    await as.customers.delete(customerId)
    await as.auditLog.record({ userId, entityType: 'x', entityId: 'x', action: 'x' })
    await as.users.update(userId, { name: 'Renamed' })
    await as.users.setPassword(userId, `$2b$10$${'x'.repeat(53)}`)
    expect((await as.auditLog.list()).items.length).toBeGreaterThan(0)
    expect(await differences(owner)).toEqual([])
  })

  test.for([
    'select password from users',
    'select users::text from users',
    "update audit_log set action = 'x'",
    'delete from audit_log',
    'truncate audit_log',
    'select from audit_log_earlier',
    "update audit_log_earlier set action = 'x'",
    'delete from audit_log_earlier',
    'truncate audit_log_earlier',
    'alter table audit_log disable trigger all',
    'drop table chats',
    'create table mine ()',
    'select from norberts_spark_db.environment',
    "update norberts_spark_db.environment set environment = 'test'",
    "insert into norberts_spark_db.grants values ('me', 'system')",
    'set row_security = off; select from chats',
    `select set_config('norberts_spark.actor', '{"system": "forged"}', false); select export_user(uuidv7())`,
    'select erase_user(uuidv7())',
    'select purge_audit_log(now(), false)',
  ])('refuses an app: %s', async (text, { owner, login }) => {
    await grant(owner, { role: login.role, kind: 'app' })

    expect(await caught(query(login.url, text))).toMatchObject({ code: '42501' })
  })

  test('shows jobs all rows as a system, also passwords, and nothing without a name', async ({
    owner,
    login,
  }) => {
    await grant(owner, { role: login.role, kind: 'system' })
    await using db = openDatabase(owner)
    const { userId } = await aUserWithChat(db)
    await using jobs = openDatabase(login.url)
    const { email } = await db.users.get(userId)
    const as = jobs.as({ system: 'sign-in' })

    expect(await as.users.findCredentialsByEmail(email)).toMatchObject({ userId })
    expect((await as.chats.listByUser(userId)).items).toHaveLength(1)
    expect((await jobs.users.list()).items).toEqual([])
    expect((await as.users.create(aUser())).role).toBe('user')
    const { rows } = await sql`select purge_audit_log('2000-01-01', true) as n`.execute(as.kysely)
    expect(rows).toHaveLength(1)
    expect(await caught(query(login.url, 'delete from audit_log'))).toMatchObject({ code: '42501' })
    expect(await differences(owner)).toEqual([])
  })

  test('shows a reader all rows without an actor, no password, and lets it change nothing', async ({
    owner,
    login,
  }) => {
    await grant(owner, { role: login.role, kind: 'read-only' })
    await using db = openDatabase(owner)
    const { userId } = await aUserWithChat(db)
    await using reader = openDatabase(login.url)

    expect((await reader.users.get(userId)).userId).toBe(userId)
    expect((await query(login.url, 'select payload from parts')).rows).toHaveLength(1)
    for (const text of [
      'select password from users',
      "update chats set title = 'x'",
      'delete from messages',
      'select set_config($$norberts_spark.actor$$, $${"system": "x"}$$, false); delete from chats',
    ])
      expect(await caught(query(login.url, text)), text).toMatchObject({ code: '42501' })
    expect(await differences(owner)).toEqual([])
  })

  test('prints the same statements with dryRun, changes nothing, and finds nothing to do the second time', async ({
    owner,
    login,
  }) => {
    const options = { role: login.role, kind: 'system' as const }

    const planned = await grant(owner, { ...options, dryRun: true })
    expect(await caught(query(login.url, 'select from users'))).toMatchObject({ code: '42501' })
    const done = await grant(owner, options)

    expect(planned.statements).toEqual(done.statements)
    expect(planned.statements).toContain(`grant select, insert on public.audit_log to "${login.role}"`)
    expect((await grant(owner, options)).statements).toEqual([])
  })

  test('takes what another kind had, and everything with revoke', async ({ owner, login }) => {
    const { role } = login
    const kinds: GrantKind[] = ['system', 'read-only', 'app', 'system']
    for (const kind of kinds) {
      await grant(owner, { role, kind })
      expect(await differences(owner), kind).toEqual([])
      // `verify` reads policies as `grant` does: what is wrong in both would agree.
      const policies = await runSql(
        owner,
        `select distinct polname as name from pg_policy where '${role}'::regrole = any(polroles)`,
      )
      expect(policies, kind).toEqual(kind === 'app' ? [] : [{ name: `${kind.replace('-', '_')}_${role}` }])
    }
    const of = `from pg_shdepend where refobjid = '${role}'::regrole`

    await grant(owner, { role, revoke: true })

    expect(await runSql(owner, `select classid::regclass ${of}`)).toEqual([])
    expect((await grant(owner, { role, revoke: true })).statements).toEqual([])
    expect(await differences(owner)).toEqual([])
  })

  test('grants to several roles of one kind, whose names need quotes', async ({ url, owner, logins }) => {
    const [one, other] = logins as [Login, Login]
    const name = `Üb"er ${other.role}`
    await runSql(url, `alter role ${other.role} rename to "${name.replace('"', '""')}"`)
    await grant(owner, { role: one.role, kind: 'system' })
    await grant(owner, { role: name, kind: 'system' })

    expect(await differences(owner)).toEqual([])
    await grant(owner, { role: name, revoke: true })
    await runSql(url, `alter role "${name.replace('"', '""')}" rename to ${other.role}`)
    expect(await differences(owner)).toEqual([])
  })

  test('refuses a role that does not exist, or that no privilege limits, with the way out', async ({
    url,
    owner,
    login,
  }) => {
    const kind = 'app'
    expect(await caught(grant(owner, { role: 'no_such_role', kind }))).toMatchObject({
      message: expect.stringMatching(/no role no_such_role .*create role no_such_role login password/),
    })
    const self = new URL(owner).username
    for (const role of ['postgres', self])
      expect(await caught(grant(owner, { role, kind }))).toBeInstanceOf(AdminError)
    await runSql(url, `grant ${self} to ${login.role}`)
    expect(await caught(grant(owner, { role: login.role, kind }))).toMatchObject({
      message: expect.stringContaining('owns the tables'),
    })
    await runSql(url, `revoke ${self} from ${login.role}`)
    for (const options of [
      ...[
        { role: '', kind },
        { role: 'x'.repeat(64), kind },
        { role: 'é'.repeat(32), kind },
      ],
      ...[{ role: 'x' }, { role: 'x', kind, revoke: true }],
    ] as const)
      expect(await caught(grant(owner, options))).toBeInstanceOf(InvalidInputError)
    expect(await caught(grant(owner, { role: login.role, kind, environment: 'test' }))).toBeInstanceOf(
      AdminError,
    )
  })

  test('grants nothing on tables of others where the library’s records are lost', async ({
    owner,
    login,
  }) => {
    await runSql(owner, 'create table theirs (id int); delete from norberts_spark_db.objects')

    const { statements } = await grant(owner, { role: login.role, kind: 'system', environment })

    expect(statements).toContain(`grant select, insert on public.audit_log to "${login.role}"`)
    expect(statements.join()).not.toContain('theirs')
  })

  test('grants execute where PUBLIC has lost it', async ({ owner, login }) => {
    await runSql(owner, 'revoke execute on all functions in schema public from public')
    await grant(owner, { role: login.role, kind: 'app' })
    await using db = openDatabase(owner)
    const { userId } = await db.users.create(aUser())
    await using app = openDatabase(login.url)
    const as = app.as({ userId })

    const { chatId } = await as.chats.create({ userId })
    await as.chats.save(chatId, [aMessage()], { userId })
    await as.customers.create(aCustomer())
    expect((await as.customers.list({ search: 'acme' })).items).toHaveLength(1)
  })
})

describe('verify', () => {
  test('reports what a granted role lacks, and what it has beside that', async ({ url, owner, logins }) => {
    const [app, other] = logins as [Login, Login]
    await grant(owner, { role: app.role, kind: 'app' })
    await grant(owner, { role: other.role, kind: 'system' })
    await runSql(
      owner,
      `grant update (action) on audit_log to ${app.role}; revoke select on chats from ${app.role};
       grant select (password) on users to ${app.role}; grant create on schema public to public;
       grant delete on audit_log_earlier to public; create policy more on chats to ${app.role} using (true);
       drop policy system_${other.role} on parts; grant usage on schema norberts_spark_db to ${app.role}`,
    )
    await runSql(url, `alter role ${other.role} bypassrls`)
    const [one, another] = [`role ${app.role}`, `role ${other.role}`]

    expect(await differences(owner)).toEqual(
      expect.arrayContaining([
        `${one}, update on audit_log, granted`,
        `${one}, select on chats, granted`,
        `${one}, select on users.password, granted`,
        `${one}, create on schema public, granted`,
        `${one}, delete on audit_log_earlier, granted`,
        `${one}, usage on schema norberts_spark_db, granted`,
        `${one}, policy on chats, more`,
        `${another}, policy on parts, granted`,
        `${another}, row security, holds, has the attribute BYPASSRLS`,
        `${another}, create on schema public, granted`,
      ]),
    )
    await runSql(owner, 'revoke create on schema public from public; drop policy more on chats')
    await runSql(owner, 'revoke delete on audit_log_earlier from public')
    await runSql(url, `alter role ${other.role} nobypassrls`)
    await grant(owner, { role: app.role, kind: 'app' })
    await grant(owner, { role: other.role, kind: 'system' })
    expect(await differences(owner)).toEqual([])
  })
})

describe('migrate and reset', () => {
  const MIGRATION = `
    create table notes (note_id serial primary key, user_id uuid references users, body text);
    alter table notes enable row level security;
    create policy notes_owner on notes using (user_id = (select current_user_id()));
    create view all_notes as select * from notes;
    create view own_notes with (security_invoker = true) as select * from notes;
    alter table users add column nickname text`

  test('repeat the grants on new objects in the same transaction, not what was taken on purpose', async ({
    owner,
    logins,
  }) => {
    const [app, jobs] = logins as [Login, Login]
    await grant(owner, { role: app.role, kind: 'app' })
    await grant(owner, { role: jobs.role, kind: 'system' })
    await runSql(
      owner,
      `revoke delete on chats from ${app.role}; revoke select (name) on users from ${app.role}`,
    )
    const folder = await mkdtemp(join(tmpdir(), 'grants-'))
    await writeFile(join(folder, '1_notes.sql'), MIGRATION)
    await migrate(owner, { folder, name: 'notes' })
    await rm(folder, { recursive: true })
    await using db = openDatabase(owner)
    const { userId } = await db.users.create(aUser())

    await using as = openDatabase(app.url)
    const insert = sql`insert into notes (user_id, body) values (${userId}, 'x')`
    await insert.execute(as.as({ userId }).kysely)
    expect((await sql`select nickname from users`.execute(as.as({ userId }).kysely)).rows).toHaveLength(1)
    expect((await sql`select from own_notes`.execute(as.kysely)).rows).toEqual([])
    expect(await caught(query(app.url, 'select from all_notes'))).toMatchObject({ code: '42501' })
    await using as2 = openDatabase(jobs.url)
    expect((await sql`select from notes`.execute(as2.as({ system: 'x' }).kysely)).rows).toHaveLength(1)
    expect(await differences(owner)).toEqual([
      'column users.nickname, exists',
      `role ${app.role}, delete on chats, granted`,
      `role ${app.role}, select on users.name, granted`,
    ])
  })

  test('keep the roles of a schema that is recreated', async ({ url, logins }) => {
    const [app, jobs] = logins as [Login, Login]
    await runSql(url, `update norberts_spark_db.environment set environment = 'development'`)
    await grant(url, { role: app.role, kind: 'app' })
    await grant(url, { role: jobs.role, kind: 'system' })

    await reset(url)

    expect(await differences(url)).toEqual([])
    expect((await query(app.url, 'select from chats')).rows).toEqual([])
  })
})
