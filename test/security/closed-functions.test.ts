import { expect } from 'vitest'
import { sql } from '../../src/index.ts'
import { createLogin } from '../support/app-login.ts'
import { test } from '../support/database.ts'
import { runSql } from '../support/databases.ts'
import { aCustomer, aMessage, aPerson, aUser } from '../support/factories.ts'

const TABLES = ['users', 'customers', 'people', 'customer_people', 'chats', 'audit_log']

/** Operands for which an operator or a function would be preferred to the general one of pg_catalog. */
const OPERATORS = [
  ...['->>', '->', '#>>', '-', '||', '<>'].map((name) => [name, 'jsonb', 'jsonb']),
  ...['||', '<>'].map((name) => [name, 'text', 'integer']),
  ...['||', '@>'].map((name) => [name, 'text[]', 'text[]']),
  ...['*', '+', '-'].map((name) => [name, 'numeric', 'integer']),
  ['%', 'bigint', 'integer'],
  ...TABLES.flatMap((table) => ['=', '<>', '*<>', '*='].map((name) => [name, table, table])),
]

const FUNCTIONS = [
  ...TABLES.map((table) => `to_jsonb(${table})`),
  ...[
    'concat_ws(text, text, text)',
    'concat(text, text, text)',
    'array_cat(text[], text[])',
    'unnest(text[])',
    'unnest(uuid[])',
  ],
  ...[
    'cardinality(text[])',
    'jsonb_build_array(jsonb, jsonb)',
    'jsonb_build_object(text, bigint)',
    'count(jsonb)',
    'array_agg(uuid)',
  ],
  ...[
    'format(text, name, name)',
    'format(text, text)',
    'array_position(text[], text)',
    'array_to_tsvector(text[])',
  ],
]

test('no function of schema/ calls an overload that another role has made', async ({ url, openAnother }) => {
  await using attacker = await createLogin(url, (role) => `grant usage, create on schema public to ${role}`)
  await runSql(
    attacker.url,
    [
      ...OPERATORS.map(
        (
          [name, left, right],
          n,
        ) => `create function trap_${n}(${left}, ${right}) returns boolean language plpgsql as
          $$ begin raise exception 'a hostile operator ran'; end $$;
        create operator public.${name} (function = trap_${n}, leftarg = ${left}, rightarg = ${right});`,
      ),
      ...FUNCTIONS.map(
        (signature) => `create function public.${signature} returns text language plpgsql as
          $$ begin raise exception 'a hostile function ran'; end $$;`,
      ),
      `create function public.search_letters(words varchar) returns text language plpgsql as
          $$ begin raise exception 'a hostile function ran'; end $$;`,
    ].join('\n'),
  )
  const db = openAnother({ max: 1 })
  for (const table of TABLES) await sql.raw(`create temp table ${table} (n integer)`).execute(db.kysely)
  await sql.raw(TABLES.map((table) => `drop table pg_temp.${table}`).join('; ')).execute(db.kysely)

  const { userId } = await db.users.create(aUser())
  await db.users.update(userId, { name: 'Ada Lovelace' })
  const as = db.as({ userId, requestId: 'r', ipAddress: '10.0.0.1', userAgent: 'x' })
  const [{ customerId }, { personId }] = [
    await as.customers.create(aCustomer()),
    await as.people.create(aPerson({ phone: '+371 22' })),
  ]
  await as.customers.update(customerId, { displayName: 'node.js C++ ßörse iPhone' })
  await as.customers.addContact(customerId, personId)
  await as.customers.setPrimaryContact(customerId, personId)
  const { chatId } = await as.chats.create({ userId, title: 'Plans' })
  await as.chats.save(chatId, [aMessage()], { userId })
  await as.chats.rename(chatId, 'Ideas', { userId })
  await as.auditLog.purge({ olderThan: new Date(0) }).catch(() => {})
  await db.people.export(personId)
  await db.users.export(userId)
  await db.people.erase(personId)
  await db.users.erase(userId)
  await db.auditLog.purge({ olderThan: new Date() })
  await db.customers.delete(customerId)

  expect((await db.auditLog.list()).items.map(({ action }) => action)).toContain('purge')
})

test('every function of schema/ has a search_path that ends with pg_temp, or is bound at creation', async ({
  db,
}) => {
  const { rows } = await sql<{ name: string }>`
    select oid::regprocedure::text as name from pg_proc
    where pronamespace = 'public'::regnamespace and prosqlbody is null
      and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
      and not coalesce(exists (select from unnest(proconfig) as setting where setting like 'search_path=%, pg_temp'), false)
      and proname !~ '^trap_'
      and proowner = (select relowner from pg_class where oid = 'users'::regclass)`.execute(db.kysely)

  expect(rows).toEqual([])
})
