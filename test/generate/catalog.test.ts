import pg from 'pg'
import { describe, expect } from 'vitest'
import { notNullName } from '../../scripts/generate/not-null-name.ts'
import { test } from '../support/schema.ts'

describe('partitions', () => {
  const sql = `
    create table log (id int not null, at timestamptz(3) not null, kind text constraint log_kind_check check (kind in ('a', 'b')),
      constraint log_pkey primary key (id, at)) partition by range (at);
    create unique index log_at_id_key on log (at, id);
    create table log_2026 partition of log for values from ('2026-01-01') to ('2027-01-01');
    create table log_rest partition of log default partition by hash (id);
    create table log_rest_0 partition of log_rest for values with (modulus 1, remainder 0);
    create table notes (log_id int, log_at timestamptz(3), constraint notes_log_fkey foreign key (log_id, log_at) references log);`

  test('are merged into their table', async ({ folderOf, generate }) => {
    const { files } = await generate(await folderOf({ '1.sql': sql }))

    expect(files.get('catalog.ts')).toContain(`export const PARTITIONS = {
  log_2026: "log",
  log_rest: "log",
  log_rest_0: "log",
} as const`)
    expect(files.get('catalog.ts')).toContain(`  log_rest_0: {
    log_rest_0_at_id_idx: "log_at_id_key",
    log_rest_0_pkey: "log_pkey",
  },`)
    expect(files.get('catalog.ts')).toContain('log_at_id_key: { kind: "unique", columns: ["at", "id"] }')
  })

  test('add no copies of a foreign key to their table', async ({ folderOf, generate }) => {
    const { files } = await generate(await folderOf({ '1.sql': sql }))

    expect(files.get('catalog.ts')).toContain(`  notes: {
    notes_log_fkey: { kind: "foreign-key", columns: ["log_id", "log_at"], references: { table: "log", columns: ["id", "at"] } },
  },`)
    expect(files.get('schema.md')?.match(/FOREIGN KEY/g)).toHaveLength(1)
  })
})

test('domains in two schemas may have the same name', async ({ folderOf, generate }) => {
  const { files } = await generate(
    await folderOf({
      '1.sql': `create schema billing;
        create domain amount as integer not null check (value > 0);
        create domain billing.amount as integer check (value >= 0);`,
    }),
  )

  expect(files.get('catalog.ts')).toContain(`export const DOMAIN_CONSTRAINTS = {
  amount: {
    amount_check: { kind: "check", columns: [], message: "Amount must be greater than 0." },
    amount_not_null: { kind: "not-null", columns: [] },
  },
  "billing.amount": {
    amount_check: { kind: "check", columns: [], message: "Amount must be at least 0." },
  },
} as const`)
})

test('a NOT NULL constraint that is NOT VALID leaves the column nullable', async ({
  databases,
  folderOf,
  generate,
}) => {
  const { rows } = await databases.admin.query('show server_version_num')
  if (Number(rows[0].server_version_num) < 180_000) return
  const { files } = await generate(
    await folderOf({
      '1.sql': `create table t (a text); alter table t add constraint t_a_not_null not null a not valid;`,
    }),
  )

  expect(files.get('database.ts')).toContain('a: ColumnType<string | null, string, string>;')
})

test('names that are too long are cut as by the server', async ({ databases }) => {
  const table = `t${'é'.repeat(30)}`
  const column = `c${'o'.repeat(61)}`

  await using database = await databases.createDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`create table "${table}" ("${column}" int not null)`)
  const { rows } = await client.query(
    `select conname from pg_constraint where conrelid = '"${table}"'::regclass and contype = 'n'`,
  )
  await client.end()

  expect(notNullName('users', 'email')).toBe('users_email_not_null')
  for (const { conname } of rows) expect(notNullName(table, column)).toBe(conname)
})

test('a column named like a Mermaid keyword is escaped in the diagram', async ({ folderOf, generate }) => {
  const sql = `create type mood as enum ('ok', 'so "so"');
    create table keys (pk int primary key, "FK" text unique, "o'clock" timestamptz(3), m mood, q text check (q in ('x', 'y')));`
  const { files } = await generate(await folderOf({ '1.sql': sql }))

  expect(files.get('schema.md')).toContain(`  "keys" {
    int4 _pk PK
    text _FK UK
    timestamptz o_clock
    mood m "ok, so 'so'"
    text q "x, y"
  }`)
  expect(files.get('schema.md')).toContain("| `o'clock` | `timestamptz(3)` | null |")
})

test("a view may have a column of PostgreSQL's row types", async ({ folderOf, generate }) => {
  const { files } = await generate(await folderOf({ '1.sql': 'create view v as select c from pg_class c;' }))

  expect(files.get('database.ts')).toContain('c: ColumnType<string | null, never, never>;')
})
