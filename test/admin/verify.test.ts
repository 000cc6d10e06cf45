import pg from 'pg'
import { describe, expect, inject } from 'vitest'
import { TABLES } from '../../generated/catalog.ts'
import { ScratchDatabases } from '../../scripts/scratch/index.ts'
import { create, reset, verify } from '../../src/admin.ts'
import { test } from '../support/empty-database.ts'

/** Changes that a person may make by hand, with the object and fact of the difference. */
const DRIFT: readonly [sql: string, object: string, fact?: string][] = [
  ['alter table users add column nickname text', 'column users.nickname'],
  ['alter table people drop column phone', 'column people.phone'],
  ['alter table people alter phone type varchar(40)', 'column people.phone', 'type'],
  ['alter table people alter phone set default 0', 'column people.phone', 'default'],
  ['alter table users alter role drop default', 'column users.role', 'default'],
  ['alter table customers alter legal_name drop not null', 'column customers.legal_name', 'not null'],
  ['alter table people alter phone set not null', 'column people.phone', 'not null'],
  ['alter table people alter job_title type text collate "C"', 'column people.job_title', 'collation'],
  ['alter table people alter job_title set storage external', 'column people.job_title', 'storage'],
  ['alter table people alter job_title set statistics 500', 'column people.job_title', 'statistics target'],
  ['alter table users drop constraint users_email_key', 'constraint users.users_email_key'],
  ['alter table users rename constraint users_email_key to other', 'constraint users.other'],
  ['alter table users add constraint short check (char_length(name) < 9)', 'constraint users.short'],
  [
    'alter table chats drop constraint chats_title_check, add constraint chats_title_check check (char_length(title) <= 9)',
    'constraint chats.chats_title_check',
    'definition',
  ],
  [
    'alter table chats drop constraint chats_title_check, add constraint chats_title_check check (char_length(title) <= 255) not valid',
    'constraint chats.chats_title_check',
  ],
  [
    'alter table chats drop constraint chats_user_id_fkey, add constraint chats_user_id_fkey foreign key (user_id) references users',
    'constraint chats.chats_user_id_fkey',
    'definition',
  ],
  ['drop index chats_search_idx', 'index chats.chats_search_idx'],
  ['create index mine on chats (title)', 'index chats.mine'],
  [
    'drop index chats_user_id_updated_at_id_idx; create index chats_user_id_updated_at_id_idx on chats (updated_at desc)',
    'index chats.chats_user_id_updated_at_id_idx',
    'definition',
  ],
  [`alter type customer_status add value 'lost' after 'active'`, 'type customer_status', 'values'],
  [`alter type contact_role rename value 'stakeholder' to 'holder'`, 'type contact_role', 'values'],
  [
    `create or replace function touch_updated_at() returns trigger language plpgsql as 'begin return new; end'`,
    'function touch_updated_at()',
    'body',
  ],
  ['alter function search_text(text) volatile', 'function search_text(text)', 'volatility'],
  [`alter function search_text(text) set search_path = ''`, 'function search_text(text)', 'settings'],
  ['alter function search_text(text) reset search_path', 'function search_text(text)', 'settings'],
  [
    'alter function search_text(text) set search_path = public, hostile, pg_temp',
    'function search_text(text)',
    'settings',
  ],
  [
    'alter function search_text(text) set search_path = pg_temp, public',
    'function search_text(text)',
    'settings',
  ],
  ['alter function touch_updated_at() security definer', 'function touch_updated_at()', 'security'],
  ['create function extra() returns int language sql as $$ select 1 $$', 'function extra()'],
  ['drop trigger chats_touch_updated_at on chats', 'trigger chats.chats_touch_updated_at'],
  [
    'alter table chats disable trigger chats_touch_updated_at',
    'trigger chats.chats_touch_updated_at',
    'enabled',
  ],
  ['alter table users disable row level security', 'table users', 'row level security'],
  ['create policy mine on users using (true)', 'policy users.mine'],
  ['grant select on users to public', 'table users', 'grants'],
  ['grant select (email) on users to public', 'column users.email', 'grants'],
  ['revoke execute on function search_text(text) from public', 'function search_text(text)', 'grants'],
  [`comment on table users is 'Other words.'`, 'table users', 'comment'],
  ['comment on column chats.title is null', 'column chats.title', 'comment'],
  [
    `comment on constraint users_email_key on users is 'Taken.'`,
    'constraint users.users_email_key',
    'comment',
  ],
  ['drop table ai_options', 'table ai_options'],
  ['create table mine (id int)', 'table mine'],
  ['create view mine as select 1 as one', 'view mine'],
  ['create sequence mine', 'sequence mine'],
  [`create type mine as enum ('a')`, 'type mine'],
  ['create domain mine as text', 'type mine'],
  ['alter table users set (fillfactor = 70)', 'table users', 'options'],
  ['alter table parts reset (autovacuum_vacuum_scale_factor)', 'table parts', 'options'],
  ['alter table chats set (fillfactor = 100)', 'table chats', 'options'],
  [
    'drop trigger audit_log_append_only_truncate on audit_log_earlier',
    'trigger audit_log_earlier.audit_log_append_only_truncate',
  ],
  ['create index mine on audit_log_earlier (ip_address)', 'index audit_log_earlier.mine'],
  [
    'alter table audit_log_earlier alter action set storage external',
    'column audit_log_earlier.action',
    'storage',
  ],
  ['alter table audit_log detach partition audit_log_earlier', 'table audit_log_earlier'],
  ['alter table ai_options set unlogged', 'table ai_options', 'persistence'],
  ['alter table users replica identity full', 'table users', 'replica identity'],
  ['alter table users cluster on users_pkey', 'index users.users_pkey', 'clustered'],
  ['create statistics mine on name, email from users', 'statistics mine'],
  ['create rule mine as on delete to users do instead nothing', 'rule users.mine'],
  ['drop extension btree_gin cascade', 'extension btree_gin'],
  [
    'create schema elsewhere; alter extension btree_gin set schema elsewhere',
    'extension btree_gin',
    'schema',
  ],
  [`update pg_extension set extversion = '1.0' where extname = 'citext'`, 'extension citext', 'version'],
  [
    'alter table parts disable trigger all',
    'constraint parts.parts_user_id_chat_id_message_id_fkey',
    'enforcement',
  ],
  ['alter table users owner to pg_monitor', 'table users', 'owner'],
  ['alter function search_text(text) owner to pg_monitor', 'function search_text(text)', 'owner'],
  ['alter type contact_role owner to pg_monitor', 'type contact_role', 'owner'],
  [
    `update pg_index set indisready = false where indexrelid = 'chats_search_idx'::regclass`,
    'index chats.chats_search_idx',
    'ready',
  ],
  [
    `update pg_index set indisvalid = false where indexrelid = 'chats_search_idx'::regclass`,
    'index chats.chats_search_idx',
    'valid',
  ],
  ['create schema elsewhere; create table elsewhere.mine () inherits (users)', 'table users', 'children'],
  ['alter table parts set (toast.autovacuum_enabled = false)', 'table parts', 'toast options'],
  ['alter table people alter job_title set (n_distinct = 5)', 'column people.job_title', 'options'],
  [
    'alter index chats_search_idx alter column 2 set statistics 500',
    'index chats.chats_search_idx',
    'statistics targets',
  ],
  ['alter index users_pkey set (fillfactor = 70)', 'index users.users_pkey', 'options'],
  ['alter function search_text(text) cost 7', 'function search_text(text)', 'cost'],
  ['alter function search_text(text) parallel restricted', 'function search_text(text)', 'parallel'],
  ['alter table users force row level security', 'table users', 'row level security'],
  [`create type mine as (one int); create cast (mine as text) with inout`, 'cast mine as text'],
  ['create aggregate mine (int) (sfunc = int4pl, stype = int)', 'function mine(integer)'],
  ['create operator === (leftarg = uuid, rightarg = uuid, function = uuid_eq)', 'operator === (uuid, uuid)'],
  [`create collation mine (provider = libc, locale = 'C')`, 'collation mine'],
  ['create text search configuration mine (copy = simple)', 'text search configuration mine'],
  ['create text search dictionary mine (template = simple)', 'text search dictionary mine'],
  ['alter table chats replica identity using index chats_pkey', 'table chats', 'replica identity'],
  ['create materialized view mine as select 1 as one with no data', 'materialized view mine'],
  ['alter table users alter email set compression pglz', 'column users.email', 'compression'],
  [
    'alter table chats enable always trigger chats_touch_updated_at',
    'trigger chats.chats_touch_updated_at',
    'enabled',
  ],
]

/** Properties of the deployment, which are not drift. */
const NO_DRIFT: readonly string[] = [
  'grant select, update on all tables in schema public to pg_monitor',
  'grant select (email) on users to pg_monitor',
  'create policy mine on users to pg_monitor using (true)',
  'create schema billing; create table billing.invoices (id int)',
  'alter default privileges grant select on tables to pg_monitor',
  'create publication mine for table users',
  'analyze; vacuum',
  `insert into people (first_name, last_name) values ('A', 'B')`,
  // As Debian's security releases write it.
  `set allow_system_table_mods = on; update pg_attribute set attoptions = '{pg_attver=1}' where attrelid = 'users'::regclass and attnum > 0`,
]

describe('verify', () => {
  test('finds no difference in what was just created, wherever its tables are', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    expect((await verify(url)).differences).toEqual([])

    await sql('create schema crm')
    const elsewhere = new URL(url)
    elsewhere.searchParams.set('options', '-c search_path=crm,public')
    await reset(url)
    await sql('drop schema norberts_spark_db cascade')
    await create(elsewhere.href, { environment: 'development' })
    expect(await verify(elsewhere.href)).toMatchObject({ differences: [] })
    expect(
      await sql(
        `select count(*)::int from pg_class where relnamespace = 'crm'::regnamespace and relkind in ('r', 'p') and not relispartition`,
      ),
    ).toEqual([{ count: TABLES.length }])
  })

  test('names each kind of drift, and nothing else', async () => {
    await using databases = new ScratchDatabases(inject('scratch'))
    await using template = await databases.createDatabase()
    await create(template.url, { environment: 'development' })
    for (const [drift, object, fact] of DRIFT) {
      await using copy = await databases.createDatabase({ template: template.name })
      const client = new pg.Client(copy.url)
      await client.connect()
      await client.query(drift)
      await client.end()

      const { differences } = await verify(copy.url)

      expect(differences, drift).toContainEqual(expect.objectContaining({ object, ...(fact && { fact }) }))
      for (const { schema, database } of differences) {
        expect([schema, database], drift).not.toEqual([undefined, undefined])
      }
      const table = /^\w+ (\w+)/.exec(object)?.[1] as string
      const bystanders = differences.filter((each) => each.object !== object && !each.object.includes(table))
      if (!/^drop extension|^create type mine as \(/.test(drift)) expect(bystanders, drift).toEqual([])
    }
  }, 240_000)

  test('passes over what belongs to the deployment', async () => {
    await using databases = new ScratchDatabases(inject('scratch'))
    await using template = await databases.createDatabase()
    await create(template.url, { environment: 'development' })
    for (const change of NO_DRIFT) {
      await using copy = await databases.createDatabase({ template: template.name })
      const client = new pg.Client(copy.url)
      await client.connect()
      for (const statement of change.split('; ')) await client.query(statement)
      await client.end()

      expect((await verify(copy.url)).differences, change).toEqual([])
    }
  }, 60_000)

  test('counts the rows, and changes nothing', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql(
      `insert into people (first_name, last_name) values ('A', 'B'), ('C', 'D'); drop table ai_options`,
    )
    const before = await sql('select * from pg_depend order by 1, 2, 3, 4, 5, 6')

    const { tables } = await verify(url)

    expect(tables).toContainEqual({ table: 'people', rows: 2 })
    expect(tables).toContainEqual({ table: 'ai_options', rows: undefined })
    expect(tables).toHaveLength(TABLES.length)
    expect(await sql('select * from pg_depend order by 1, 2, 3, 4, 5, 6')).toEqual(before)
  })
})
