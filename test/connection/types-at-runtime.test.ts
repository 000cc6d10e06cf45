import { sql } from 'kysely'
import ts from 'typescript'
import { afterAll, describe, expect } from 'vitest'
import { TABLES } from '../../generated/catalog.ts'
import { test } from '../support/database.ts'
import { HASH } from '../support/factories.ts'

const ZONES = ['UTC', 'America/St_Johns', 'Asia/Kolkata', 'Pacific/Apia', 'Europe/Amsterdam']

/** Far apart, at the edges of summer time, before standard time, with and without milliseconds. */
const TIMES = [
  '2026-03-29T01:30:00.123Z',
  '1899-12-31T23:59:59.900Z',
  '1582-10-15T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '0044-03-15T12:00:00.000Z',
]

/** A full row in every table; what is not null in some row is null in another. */
const ROWS = sql`
  with u as (
    insert into users (name, email, password, provider, provider_id, created_at) values
      ('Ada', 'ada@example.test', ${HASH}, 'google', 'sub', ${TIMES[1]}), ('Bob', 'bob@example.test', ${HASH}, null, null, now())
    returning user_id),
  c as (
    insert into customers (legal_name, display_name, industry, company_size, website_url, billing_country) values
      ('Acme Ltd', 'Acme', 'Anvils', 12, 'https://acme.test', 'LV'), ('Empty Ltd', 'Empty', null, null, null, null)
    returning customer_id),
  p as (
    insert into people (first_name, last_name, email, phone, job_title, linkedin_url) values
      ('Eve', 'Adams', 'eve@example.test', '+371', 'CTO', 'https://l.test'), ('No', 'Body', null, null, null, null)
    returning person_id),
  cp as (
    insert into customer_people (customer_id, person_id, role, is_primary, start_date, end_date)
    select customer_id, person_id, 'stakeholder'::contact_role, false, date '2026-03-29', date '2026-12-31' from c, p
    union all select customer_id, person_id, null, false, date '0044-03-15', null from c, p),
  h as (
    insert into chats (user_id, title, active_stream_id) select user_id, t, t from u, (values ('Talk'), (null)) as v (t)
    returning id),
  m as (
    insert into messages (chat_id, id, position, role, part_count, envelope)
    select id, 'm1', 0, 'user', 1, '{"metadata": {"n": 1.50, "z": null, "a": [true]}}' from h
    returning chat_id, id),
  r as (
    insert into parts (chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, payload)
    select chat_id, id, 0, 'tool-x', 'c', 'x', 'output-available', 'words', '{"type":"tool-x"}'::json from m
    union all select chat_id, id, 1, 'text', null, null, null, null, '"just text"' from m),
  o as (
    insert into ai_options (chat_id, message_id, prompt, max_tokens, temperature, top_p, frequency_penalty, presence_penalty)
    select chat_id, id, 'Be kind.', 100, 0.7, 1, -2, 1e-7 from m limit 3)
  insert into audit_log (user_id, entity_type, entity_id, action, changes, ip_address, user_agent)
  select user_id, 'user', '1', 'create', '{"a": [1, null]}'::jsonb, '2001:db8::1/64'::inet, 'curl' from u
  union all select null, 'user', '1', 'create', null, null, null`

const types = selectTypes('generated/database.ts')

afterAll(() => {
  delete process.env.TZ
})

describe.for(ZONES)('with the process in %s', (processZone) => {
  test.for(ZONES)(
    'and the server in %s, every column of every table is what its type says',
    async (serverZone, { openAnother }) => {
      process.env.TZ = processZone
      const db = openAnother({ options: `-c timezone=${serverZone}`, max: 1 })

      for (const table of TABLES) {
        if ((await db.kysely.selectFrom(table).selectAll().executeTakeFirst()) === undefined)
          await ROWS.execute(db.kysely)
        const rows = (await db.kysely.selectFrom(table).selectAll().execute()) as Record<string, unknown>[]
        for (const row of rows) {
          for (const [column, value] of Object.entries(row)) {
            const members = types.get(`${table}.${column}`) ?? []
            const story = `${table}.${column}: ${members.join(' | ')}, arrived ${JSON.stringify(value)}`
            expect(
              members.some((member) => isOfType(value, member)),
              story,
            ).toBe(true)
          }
        }
      }
    },
  )

  test.for(ZONES)(
    'and the server in %s, times and dates come back as they were',
    async (serverZone, { openAnother }) => {
      process.env.TZ = processZone
      const db = openAnother({ options: `-c timezone=${serverZone}`, max: 1 })

      for (const time of TIMES) {
        const { rows } = await sql<Record<string, unknown>>`
        select ${new Date(time)}::timestamptz(3) as sent, ${time}::timestamptz(3) as written,
          array[${time}::timestamptz(3), null] as list, date '2026-03-29' as day,
          (${new Date(time)}::timestamptz = ${time}::timestamptz) as same`.execute(db.kysely)
        const date = new Date(time)
        expect(rows).toEqual([
          { sent: date, written: date, list: [date, null], day: '2026-03-29', same: true },
        ])
      }
    },
  )
})

test('what PostgreSQL can hold and JavaScript hardly', async ({ db }) => {
  const { rows } = await sql<Record<string, unknown>>`
    select 'infinity'::timestamptz as forever, '-infinity'::timestamptz as never,
      timestamptz '0044-03-15 12:00:00+00 BC' as ides, timestamptz '12345-01-01 00:00:00+00' as later,
      9007199254740993::bigint as large, 0.1::numeric(30, 20) as exact, '\\x00ff'::bytea as bytes,
      'NaN'::float8 as nan, timestamp '2026-03-29 02:30:00' as wall, interval '1 mon 2 days' as span,
      '{"__proto__": 1}'::json as proto, array['a,b', null, 'NULL', '"'] as texts, array[[1, 2], [3, null]] as grid`.execute(
    db.kysely,
  )

  expect(rows[0]).toEqual({
    forever: new Date(8.64e15),
    never: new Date(-8.64e15),
    ides: new Date('-000043-03-15T12:00:00.000Z'),
    later: new Date('+012345-01-01T00:00:00.000Z'),
    large: '9007199254740993',
    exact: '0.10000000000000000000',
    bytes: Buffer.from([0, 255]),
    nan: Number.NaN,
    wall: '2026-03-29 02:30:00',
    span: '1 mon 2 days',
    proto: JSON.parse('{"__proto__": 1}'),
    texts: ['a,b', null, 'NULL', '"'],
    grid: [
      [1, 2],
      [3, null],
    ],
  })
})

test('a server that prints times in another style is named as the cause', async ({ openAnother }) => {
  const db = openAnother({ options: '-c datestyle=German' })

  await expect(sql`select now()`.execute(db.kysely)).rejects.toThrow(/DateStyle to ISO/)
})

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'Date') return value instanceof Date && !Number.isNaN(value.getTime())
  if (/^(string|number|boolean)$/.test(type)) return typeof value === type
  if (/^(true|false)$/.test(type)) return String(value) === type
  if (/^".*"$/.test(type)) return value === JSON.parse(type)
  if (/^Json/.test(type)) return value !== undefined
  return false
}

/** `table.column` → the members of the type that a select delivers, spelt by the compiler. */
function selectTypes(file: string): Map<string, string[]> {
  const probe = 'test/select-types-probe.ts'
  const text = `import type { Selectable } from 'kysely'\nimport type { DB } from '../${file}'\nexport type Rows = { [T in keyof DB]: Selectable<DB[T]> }`
  const options = {
    ...ts.getDefaultCompilerOptions(),
    strict: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const getSourceFile = host.getSourceFile.bind(host)
  host.getSourceFile = (name, ...rest) =>
    name.endsWith(probe)
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ESNext)
      : getSourceFile(name, ...rest)
  host.fileExists = (name) => name.endsWith(probe) || ts.sys.fileExists(name)
  const program = ts.createProgram([probe], options, host)
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(probe)
  const found = new Map<string, string[]>()
  source?.forEachChild((node) => {
    if (!ts.isTypeAliasDeclaration(node)) return
    for (const table of checker.getTypeAtLocation(node).getProperties()) {
      for (const column of checker.getTypeOfSymbolAtLocation(table, node).getProperties()) {
        const type = checker.getTypeOfSymbolAtLocation(column, node)
        const members = type.isUnion() && !type.aliasSymbol?.name.startsWith('Json') ? type.types : [type]
        const spelling = ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope
        found.set(
          `${table.name}.${column.name}`,
          members.map((member) => checker.typeToString(member, node, spelling)),
        )
      }
    }
  })
  return found
}
