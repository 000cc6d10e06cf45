import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject } from 'vitest'
import { type DiffOptions, diffDatabase } from '../../scripts/migrations/diff.ts'
import { type ScratchServer, startScratchServer } from '../../scripts/scratch/index.ts'
import { create, migrate, seed, verify } from '../../src/admin.ts'
import { test as base } from '../support/empty-database.ts'

const test = base.extend<{ server: ScratchServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
  server: async ({}, use) => {
    await using server = await startScratchServer(inject('scratch').adminUrl)
    await use(server)
  },
})

const OPTIONS: DiffOptions = {
  renames: [],
  decide: async () => [],
  allowsDataLoss: false,
  dropsSurplus: false,
  at: new Date('2026-01-31T12:00:00Z'),
}

/** Changes made by hand, several in one database. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  'columns, types and defaults': [
    'alter table users add column nickname text',
    'alter table people drop column phone cascade',
    `alter table users alter role drop default`,
    'alter table customers alter legal_name drop not null',
    'alter table people alter job_title set not null',
    'alter table people alter job_title set storage external',
    'alter table people alter job_title set statistics 500',
    `comment on column users.email is 'by hand'`,
  ],
  'constraints, keys and indexes': [
    'alter table users drop constraint users_email_key',
    'alter table chats drop constraint chats_user_id_fkey',
    'alter table chats drop constraint chats_title_check, add constraint chats_title_check check (char_length(title) <= 9999)',
    'alter table users add constraint short check (char_length(name) < 9999)',
    'drop index chats_search_idx',
    'create index mine on chats (title)',
    'create statistics by_hand on title, created_at from chats',
  ],
  'types, functions, triggers and views': [
    `alter type customer_status add value 'lost' after 'active'`,
    `create or replace function touch_updated_at() returns trigger language plpgsql as 'begin return new; end'`,
    'drop trigger chats_touch_updated_at on chats',
    'alter table people disable trigger people_touch_row',
    `create function by_hand() returns trigger language plpgsql as 'begin return new; end'`,
    'create trigger by_hand before insert on users for each row execute function by_hand()',
  ],
  'missing tables and row security': [
    'drop table ai_options cascade',
    'drop table customer_people cascade',
    'alter table parts enable row level security',
    'create policy all_of_it on parts using (true)',
    'grant select on users to public',
  ],
}

describe('db:diff', { timeout: 120_000 }, () => {
  for (const [title, statements] of Object.entries(KINDS)) {
    test(`leads a database with other ${title} to schema/, which --baseline adopts`, async ({
      server,
      url,
      sql,
    }) => {
      await create(url, { environment: 'development' })
      await sql('drop schema norberts_spark_db cascade')
      for (const statement of statements) await sql(statement)
      expect((await verify(url)).differences.length).toBeGreaterThanOrEqual(statements.length / 2)

      const { sql: script } = await diffDatabase(server, url, OPTIONS)
      await runScript(sql, script)

      expect((await verify(url)).differences.filter(({ object }) => object !== 'function by_hand()')).toEqual(
        [],
      )
      const { adopted } = await migrate(url, { baseline: true, environment: 'development' })
      expect(adopted).not.toEqual([])
      expect((await diffDatabase(server, url, OPTIONS)).sql).toBeUndefined()
    })
  }

  test('keeps the rows, and objects of others with all that depends on the tables', async ({
    server,
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await seed(url, { scale: 100 })
    await sql('alter table people rename to persons')
    await sql('alter table customers rename column legal_name to company')
    await sql('alter table customers alter industry type varchar(255)')
    await sql(
      'create table invoices (invoice_id serial primary key, user_id uuid references users (user_id), total integer)',
    )
    await sql('create view titles as select industry from customers')
    const people = await sql('select count(*) from persons')

    const before = await diffDatabase(server, url, {
      ...OPTIONS,
      renames: [
        { from: 'persons', to: 'people' },
        { from: 'customers.company', to: 'legal_name' },
      ],
    })
    await runScript(sql, before.sql)

    expect(before.kept).toEqual(expect.arrayContaining(['table public.invoices', 'view public.titles']))
    expect(await sql('select count(*) from people')).toEqual(people)
    await sql('select * from titles')
    const names = (await verify(url)).differences.map(({ object }) => object)
    expect(names.filter((name) => !/invoices|titles/.test(name))).toEqual([])
  })

  test('refuses to lose values, drops an empty column, and asks about renames', async ({
    server,
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await sql('alter table users add column nickname text')
    await sql(`create table other (id integer); insert into other values (1)`)
    const dropped = await diffDatabase(server, url, OPTIONS)
    expect(dropped.sql).toMatch(/drop column nickname/i)
    await sql(
      `insert into users (name, email, provider, provider_id, nickname) values ('Ada', 'ada@example.test', 'google', '1', 'ada')`,
    )

    await expect(diffDatabase(server, url, OPTIONS)).rejects.toThrow(/lose or change data[\s\S]*nickname/)
    await expect(
      diffDatabase(server, url, { ...OPTIONS, allowsDataLoss: true, dropsSurplus: true }),
    ).resolves.toMatchObject({
      sql: expect.stringMatching(/drop table other/i),
      kept: [],
    })
  })

  test('refuses rules that rows of this database do not satisfy, and names the rows', async ({
    server,
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await sql('alter table users drop constraint users_email_key')
    await sql(
      `insert into users (name, email, provider, provider_id) values ('Ada', 'ada@example.test', 'google', '1'), ('Ada', 'ADA@example.test', 'google', '2')`,
    )

    await expect(diffDatabase(server, url, OPTIONS)).rejects.toThrow(
      /1 by constraint users\.users_email_key: ada@example\.test \(2 times\)/i,
    )
  })

  test('writes a file for psql, and says what to run next', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql('alter table users add column nickname text')
    const folder = await mkdtemp(join(tmpdir(), 'diff-'))
    const file = join(folder, 'to_schema.sql')
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['scripts/migrations/main.ts', 'diff', '--url', url, '--out', file],
      { env: { ...process.env, NO_COLOR: '1', SCRATCH: inject('scratch').adminUrl } },
    )

    expect(stdout).toBe(`${file}\n`)
    expect(stderr).toMatch(/psql .* -f .*to_schema\.sql\n.*migrate --baseline/)
    expect(await readFile(file, 'utf8')).toMatch(/begin;[\s\S]*drop column nickname;\s+commit;/)
    await rm(folder, { recursive: true })
  })

  test('reads the database with the rights of a reader, and changes nothing', async ({
    server,
    url,
    sql,
  }) => {
    await create(url, { environment: 'development' })
    await sql('alter table users add column nickname text')
    await sql('set default_transaction_read_only = on')
    const role = `reader_${Math.random().toString(36).slice(2)}`
    await sql('set default_transaction_read_only = off')
    await sql(
      `create role ${role} login password 'secret'; grant select on all tables in schema public to ${role}`,
    )
    const address = new URL(url)
    address.username = role
    address.password = 'secret'
    try {
      const { sql: script } = await diffDatabase(server, String(address), OPTIONS)
      expect(script).toMatch(/drop column nickname/i)
      expect(script).not.toContain('secret')
    } finally {
      await sql(`drop owned by ${role}; drop role ${role}`)
    }
  })
})

/** As psql runs it: each statement by itself. */
async function runScript(sql: (text: string) => Promise<unknown>, script: string | undefined): Promise<void> {
  const { statementsOf } = await import('../../scripts/migrations/sql.ts')
  for (const each of statementsOf(script ?? '')) await sql(each.sql)
}
