import { afterAll, describe, expect } from 'vitest'
import { BOUNDS, CONSTRAINTS, type TableName } from '../../generated/catalog.ts'
import { TABLE_RULES, UNCHECKED } from '../../generated/validation.ts'
import { validators } from '../../src/validators.ts'
import { test } from '../support/database.ts'
import { EXAMPLE_ROWS } from '../support/example-rows.ts'
import { HASH } from '../support/factories.ts'
import { type Attempt, Judge } from '../support/judge.ts'
import { aValueOf, Random, textOf } from '../support/random.ts'

/** Values that test a column's own CHECK. */
const HINTS: Readonly<Record<string, readonly unknown[]>> = {
  email: [
    'a@b',
    'a@@b',
    '@b',
    'a@',
    'a b@c',
    'a\u00a0b@c',
    'a@b\n',
    'a\u2003@b',
    'a@b\u0085',
    'A@K\u212a',
    `${'x'.repeat(252)}@y`,
    `${'x'.repeat(253)}@y`,
    `${'𝒳'.repeat(252)}@y`,
    'a\tb@c',
    'a@\v',
  ],
  password: [
    HASH,
    `${HASH}x`,
    `${HASH}\n`,
    HASH.slice(1),
    HASH.slice(0, -1),
    HASH.replace('2b', '2c'),
    HASH.replace('10', '1０'),
    HASH.replace('h', 'é'),
  ],
  role: [
    'user',
    'admin',
    'User',
    'admin ',
    '',
    'moderator',
    'system',
    'assistant',
    'primary_contact',
    'stakeholder',
    'Stakeholder',
    'stakeholder ',
  ],
  provider: ['google', 'Google', 'google ', ''],
  status: ['prospect', 'active', 'paused', 'churned', 'Active', ' active', ''],
  websiteUrl: [
    'http://a',
    'https://a',
    'http://',
    'ftp://a',
    'HTTP://a',
    'http://a b',
    'http://a\u00a0b',
    'http://a\n',
    'x\nhttp://a',
    `http://${'é'.repeat(2041)}`,
    `http://${'é'.repeat(2042)}`,
  ],
  billingCountry: ['LV', 'lv', 'LVA', 'L', 'L\n', 'LV\n', 'ÄÖ', '\nLV', 'ＬＶ', 'L1'],
  type: [
    'text',
    '',
    'tool-',
    'tool-x',
    'tool',
    'Tool-x',
    'dynamic-tool',
    'dynamic-tool ',
    'tool-\n',
    'tool-👩',
    ' tool-x',
    'tool_x',
  ],
  legalName: [`${' '.repeat(200_000)}Acme`, ` x${'\u3000'.repeat(199)} `, `${' '.repeat(3)}A `],
  toolCallId: ['c1', null],
  toolState: ['done', null],
}

interface Column {
  name: string
  field: string
  type: string
}

/** A mostly valid row with some values changed. */
function aRow(
  random: Random,
  table: TableName,
  kind: 'insert' | 'update',
  columns: Column[],
): Record<string, unknown> {
  const row: Record<string, unknown> = kind === 'insert' ? { ...EXAMPLE_ROWS[table].required } : {}
  for (let changes = random.between(kind === 'insert' ? 0 : 1, 3); changes > 0; changes -= 1) {
    const column = random.pick(columns)
    const chance = random.next()
    if (chance < 0.07) delete row[column.field]
    else if (chance < 0.17) row[column.field] = null
    else row[column.field] = aValue(random, table, column)
  }
  if (random.chance(0.03)) row[random.pick(columns).name.toUpperCase()] = 'x'
  return row
}

function aValue(random: Random, table: TableName, { name, field, type }: Column): unknown {
  const hints = HINTS[field]
  if (hints && random.chance(0.7)) return random.pick(hints)
  // Only the database checks its text: UNCHECKED says so.
  if (type === 'tsvector') return random.pick(["'word':1", ''])
  if (!/^(text|citext)$/.test(type)) return aValueOf(random, type)
  const bounds = (BOUNDS as Record<string, Record<string, { minLength?: number; maxLength?: number }>>)[
    table
  ]?.[name]
  if (!bounds || random.chance(0.2)) return aValueOf(random, type)
  const length = (random.pick([bounds.minLength, bounds.maxLength]) ?? 1) + random.between(-1, 1)
  const text = textOf(random, length)
  return random.chance(0.2)
    ? `${' '.repeat(random.between(0, 3))}${text}${random.pick([' ', '\t', '\u00a0', ''])}`
    : text
}

let judge: Judge

afterAll(() => judge?.close())

/** Errors that depend on other rows; PostgreSQL reports them after every CHECK. */
const OF_OTHER_ROWS = /^(23503|23505) /

describe.for(Object.keys(TABLE_RULES) as TableName[])('%s', (table) => {
  test.for(['insert', 'update'] as const)(
    '%s: validator and database agree on every row',
    async (kind, { url }) => {
      judge ??= await opened(url)
      const random = new Random(`${table} ${kind}`)
      const types = await judge.typesOf(table)
      const rules = TABLE_RULES[table] as { name: string; columns: Record<string, { field: string }> }
      const columns = Object.entries(rules.columns).map(([name, { field }]) => ({
        name,
        field,
        type: types.get(name) ?? '',
      }))
      const nameOf = new Map(columns.map(({ name, field }) => [field, name]))
      const validator = validators[rules.name as keyof typeof validators][kind]
      const rows = Array.from({ length: kind === 'insert' ? 1500 : 500 }, () =>
        aRow(random, table, kind, columns),
      )
      const attempts = rows.map(
        (row): Attempt =>
          new Map(Object.entries(row).map(([field, value]) => [nameOf.get(field) ?? field, value])),
      )
      const sent = attempts.map((attempt) => (attempt.size === 0 && kind === 'update' ? undefined : attempt))

      const verdicts = await judge.judge(
        { table, kind, types },
        sent.filter((attempt) => attempt !== undefined),
      )

      const disagreements = rows.flatMap((row, at) => {
        const verdict = sent[at] === undefined ? undefined : verdicts.shift()
        const refusal = verdict === undefined || OF_OTHER_ROWS.test(verdict) ? undefined : verdict
        const { issues } = validator['~standard'].validate(row)
        if ((issues === undefined) === (refusal === undefined)) return []
        const isUnknown = isUnchecked(table, refusal ?? '') || judge.isOfVersion(refusal)
        if (issues === undefined && isUnknown) return []
        if (issues === undefined && kind === 'update' && isOfOtherColumns(table, refusal ?? '', attempts[at]))
          return []
        return [{ row, refusal, issues }]
      })
      expect(disagreements.slice(0, 10)).toEqual([])
      const refused = rows.filter((row) => validator['~standard'].validate(row).issues).length
      expect(refused).toBeGreaterThan(rows.length / 5)
      expect(refused).toBeLessThan(rows.length * 0.9)
    },
  )
})

/** Whether UNCHECKED names the constraint that refused the row. */
function isUnchecked(table: TableName, refusal: string): boolean {
  const [, name = ''] = /^23514 .*constraint "(\w+)"/.exec(refusal) ?? []
  return `${table}.${name}` in UNCHECKED
}

/** Whether a CHECK depends on columns that the change does not contain. */
function isOfOtherColumns(table: TableName, refusal: string, attempt: Attempt | undefined): boolean {
  const [, name = ''] = /^23514 .*constraint "(\w+)"/.exec(refusal) ?? []
  const { columns } = (CONSTRAINTS[table] as Record<string, { columns: readonly string[] }>)[name] ?? {}
  return columns?.some((column) => !attempt?.has(column)) ?? false
}

async function opened(url: string): Promise<Judge> {
  const found = new Judge(url)
  await found.open()
  for (const [table, { required: row }] of Object.entries(EXAMPLE_ROWS)) {
    const { columns } = TABLE_RULES[table as TableName] as { columns: Record<string, { field: string }> }
    const names = Object.keys(row).map((field) =>
      Object.keys(columns).find((name) => columns[name]?.field === field),
    )
    const values = Object.values(row).map((value) => `'${value}'`)
    await found.run(`insert into ${table} (${names}) values (${values})`)
  }
  await found.run('alter table audit_log disable trigger audit_log_append_only')
  return found
}
