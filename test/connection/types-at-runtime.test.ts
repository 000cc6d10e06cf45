import { sql } from 'kysely'
import ts from 'typescript'
import { afterAll, describe, expect } from 'vitest'
import { TABLES, type TableName } from '../../generated/catalog.ts'
import type { Database } from '../../src/index.ts'
import { test } from '../support/database.ts'
import { EXAMPLE_ROWS } from '../support/example-rows.ts'

const ZONES = ['UTC', 'America/St_Johns', 'Asia/Kolkata', 'Pacific/Apia', 'Europe/Amsterdam']

/** Far apart, at the edges of summer time, before standard time, with and without milliseconds. */
const TIMES = [
  '2026-03-29T01:30:00.123Z',
  '1899-12-31T23:59:59.900Z',
  '1582-10-15T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '0044-03-15T12:00:00.000Z',
]

const types = selectTypes('generated/database.ts')

/** Inserts two rows into every table: one with a value in every column, one with nulls where they are allowed. */
async function insertExamples({ kysely }: Database): Promise<void> {
  for (const [table, { required, full }] of Object.entries(EXAMPLE_ROWS)) {
    const rows = [required, full].map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([field, value]) => {
          const column = snakeCase(field)
          const isJson = types.get(`${table}.${column}`)?.includes('JsonValue')
          return [column, isJson ? JSON.stringify(value) : value]
        }),
      ),
    )
    for (const row of rows)
      await kysely
        .insertInto(table as TableName)
        .values(row as never)
        .execute()
  }
}

const snakeCase = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

afterAll(() => {
  delete process.env.TZ
})

describe.for(ZONES)('with the process in %s', (processZone) => {
  test.for(ZONES)(
    'and the server in %s, every column of every table is what its type says',
    async (serverZone, { openAnother }) => {
      process.env.TZ = processZone
      const db = openAnother({ options: `-c timezone=${serverZone}`, max: 1 })

      if (!(await db.users.existsByEmail('ada@example.test'))) await insertExamples(db)
      for (const table of TABLES) {
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

test('values that PostgreSQL stores but JavaScript cannot represent exactly', async ({ db }) => {
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
  const [, elements] = /^\(?(.*?)\)?\[\]$/.exec(type) ?? []
  if (elements !== undefined)
    return (
      Array.isArray(value) &&
      value.every((each) => elements.split(' | ').some((member) => isOfType(each, member)))
    )
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
