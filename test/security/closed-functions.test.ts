import { expect } from 'vitest'
import { sql } from '../../src/index.ts'
import { createLogin } from '../support/app-login.ts'
import { test } from '../support/database.ts'
import { databaseOf, runSql } from '../support/databases.ts'
import { aCustomer, aMessage, aPerson, aUser } from '../support/factories.ts'
import { createHostileOverloads, hostileCalls, OPEN_FUNCTIONS } from '../support/hostile-overloads.ts'

const TABLES = ['users', 'customers', 'people', 'customer_people', 'chats', 'audit_log']

/** Lookups and others, called by name: a statement of a service may prefer an overload itself. */
const CALLS = [
  ...[
    "find_user_by_email('ada@example.test'::citext)",
    "search_users('ada'::tsquery)",
    "search_customers('ada'::tsquery)",
  ],
  ...[
    "search_people('ada'::tsquery)",
    "find_people_by_email('{ada@example.test}'::citext[])",
    "files_of_users('{}'::uuid[])",
  ],
  ...["find_customers_by_tags('{vip}'::text[], true)", "find_customers_by_tags('{vip}'::text[], false)"],
  ...["find_people_by_tags('{vip}'::text[], true)", "find_people_by_tags('{vip}'::text[], false)"],
  ...["find_customers_by_attributes('{}'::jsonb)", "find_people_by_attributes('{}'::jsonb)"],
  ...[
    "find_people_by_further_email('{ada@example.test}'::text[])",
    "has_policy_of_jobs('public.users'::regclass)",
  ],
  ...["find_customers_by_keys('{n:acme}'::text[], 3)", "find_people_by_keys('{n:ada}'::text[], 3)"],
  "broken_checks('public.people'::regclass, '[{}]'::jsonb)",
  "changed_beside_import('00000000-0000-0000-0000-000000000000'::uuid)",
  "find_missing_users('{00000000-0000-0000-0000-000000000000}'::uuid[])",
]

test('no function of schema/ calls an overload that another role has made', { timeout: 120_000 }, async ({
  url,
  openAnother,
}) => {
  await using attacker = await createLogin(url, (role) => `grant usage, create on schema public to ${role}`)
  await runSql(url, `alter database ${databaseOf(url)} set track_functions = 'pl'`)
  await createHostileOverloads(attacker.url)
  const db = openAnother({ max: 1 })
  for (const table of TABLES) await sql.raw(`create temp table ${table} (n integer)`).execute(db.kysely)
  await sql.raw(TABLES.map((table) => `drop table pg_temp.${table}`).join('; ')).execute(db.kysely)

  const { userId } = await db.users.create(aUser({ email: 'ada@example.test' }))
  await db.users.update(userId, { name: 'Ada Lovelace' })
  const as = db.as({ userId, requestId: 'r', ipAddress: '10.0.0.1', userAgent: 'x' })
  const details = {
    tags: ['vip', 'new'],
    emails: [{ address: 'ada@further.test' }],
    phones: [{ number: '+371 22334455', e164: '+37122334455' }],
    addresses: [{ city: 'Riga', country: 'LV' }],
  }
  const company = () =>
    aCustomer({ displayName: 'node.js C++ ßörse iPhone', websiteUrl: 'https://spark.test', ...details })
  const first = await as.customers.create(company())
  const second = await as.customers.create(company())
  const ada = await as.people.create(
    aPerson({ firstName: 'Ada', lastName: 'Ĺovelace', phone: '+371 29112233', ...details }),
  )
  const other = await as.people.create(
    aPerson({ firstName: 'Ada', lastName: 'Lovelace', phone: '+371 29112233' }),
  )
  await as.customers.update(first.customerId, { displayName: 'Äcme' })
  for (const { customerId } of [first, second]) {
    await as.customers.addContact(customerId, ada.personId)
    await as.customers.addContact(customerId, other.personId)
    await as.customers.setPrimaryContact(customerId, other.personId)
  }
  await as.customers.list({ search: 'node.js' })
  await as.customers.listDuplicates()
  await as.people.listDuplicates()
  await as.customers.merge(first.customerId, second.customerId)
  await as.people.merge(ada.personId, other.personId)
  await as.customers.addContact(second.customerId, other.personId, { role: 'technical_contact' })

  const again = aCustomer({
    legalName: first.legalName,
    displayName: 'Acme again',
    source: 'crm',
    externalId: '1',
  })
  const { importId = '' } = await db.customers.import(
    [
      { ...again, people: [aPerson()] },
      aCustomer({ companySize: -4 }),
      { ...aCustomer(), people: [aPerson()] },
    ],
    { match: ['name'], onMatch: 'update', onError: 'collect' },
  )
  await db.customers.undoImport(importId)
  await db.customers.importMany([{ ...aCustomer(), people: [aPerson()] }])

  const { chatId } = await as.chats.create({ userId, title: 'Plans' })
  const message = aMessage()
  await as.chats.save(chatId, [message, aMessage()], { userId })
  await as.chats.save(chatId, [message], { userId })
  await as.chats.rename(chatId, 'Ideas', { userId })
  await as.chats.search(userId, 'Ideas')
  await as.chats.fork(chatId, { userId })
  await as.chats.truncateFrom(chatId, message.id, { userId })
  await as.chats.delete(chatId, { userId })

  for (const login of [url, attacker.url])
    for (const actor of ['', '{"system": "x"}', '{"role": "admin"}'])
      for (const call of CALLS)
        await runSql(
          login,
          `set norberts_spark.actor = '${actor}'; set search_path = pg_catalog, public; select public.${call}`,
        )

  await as.auditLog.purge({ olderThan: new Date(0) }).catch(() => {})
  await db.people.export(ada.personId)
  await db.users.export(userId)
  await db.people.erase(ada.personId)
  await runSql(url, `select public.erase_user('${userId}'::uuid)`)
  await db.auditLog.purge({ olderThan: new Date() })
  await db.customers.delete(first.customerId)

  expect((await db.auditLog.list()).items.map(({ action }) => action)).toContain('purge')
  expect(await hostileCalls(url)).toBe(0)
  await db.close()
  const idle = () =>
    runSql(
      url,
      `set search_path = pg_catalog; select proname from (${OPEN_FUNCTIONS}) as open where not exists (select from pg_stat_user_functions where funcid = open.oid)`,
    )
  await expect.poll(idle, { timeout: 20_000 }).toEqual([])
})

/** Calls of these have the types of one that is not polymorphic; `unnest` of several arrays is always that of pg_catalog. */
const EXACT = new Set(['lower', 'unnest'])

test('functions of schema/ qualify those of pg_catalog for which PostgreSQL would prefer an overload', async ({
  url,
}) => {
  const functions = await runSql(url, OPEN_FUNCTIONS)
  const polymorphic = await runSql(
    url,
    `select distinct proname from pg_proc where pronamespace = 'pg_catalog'::regnamespace and exists (
       select from unnest(proargtypes::oid[]) as given join pg_type on pg_type.oid = given where typtype = 'p')`,
  )
  const open = new Set(polymorphic.map(({ proname }) => proname as string).filter((name) => !EXACT.has(name)))

  const found = functions.flatMap(({ proname, prosrc }) =>
    [
      ...String(prosrc)
        .replace(/--.*/g, '')
        .matchAll(/(?<![.\w])(\w+)\(/g),
    ].flatMap(([, called = '']) => (open.has(called) ? [`${proname} calls ${called}`] : [])),
  )
  expect(functions.length).toBeGreaterThan(50)
  expect(found).toEqual([])
})

test('every function of schema/ has a search_path that ends with pg_temp, or is bound at creation', async ({
  db,
}) => {
  const { rows } = await sql<{ name: string }>`
    select oid::regprocedure::text as name from pg_proc
    where pronamespace = 'public'::regnamespace and prosqlbody is null
      and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
      and not coalesce(exists (select from unnest(proconfig) as setting where setting like 'search_path=%, pg_temp'), false)
      and proowner = (select relowner from pg_class where oid = 'users'::regclass)`.execute(db.kysely)

  expect(rows).toEqual([])
})
