import { sql } from 'kysely'
import { describe, expect } from 'vitest'
import { CONSTRAINTS, TABLES } from '../../generated/catalog.ts'
import { TABLE_RULES } from '../../generated/validation.ts'
import { translate } from '../../src/errors/index.ts'
import { ConstraintError } from '../../src/index.ts'
import { type TableRules, validators } from '../../src/validators.ts'
import { test } from '../support/database.ts'
import { caught } from '../support/factories.ts'
import { expectSentence } from '../support/sentences.ts'

const RULES: Readonly<Record<string, TableRules>> = TABLE_RULES

const CODES = {
  'primary-key': '23505',
  unique: '23505',
  'foreign-key': '23503',
  check: '23514',
  'not-null': '23502',
} as const

/** Every constraint of the schema, as the server reports it. */
const REPORTED = Object.entries(CONSTRAINTS).flatMap(([table, constraints]) =>
  Object.entries(constraints).map(([constraint, entry]) => {
    const { kind, columns }: { kind: keyof typeof CODES; columns: readonly string[] } = entry
    const place = kind === 'not-null' ? { column: columns[0] } : { constraint }
    const error = Object.assign(new Error('violated'), {
      severity: 'ERROR',
      code: CODES[kind],
      table,
      ...place,
    })
    return { constraint, error }
  }),
)

test.for(REPORTED)('$constraint has a sentence', ({ constraint, error }) => {
  const translated = translate(error, 'writing')

  expect(translated).toBeInstanceOf(ConstraintError)
  expect(translated).toMatchObject({ constraint })
  expectSentence((translated as ConstraintError).message)
})

test.for([
  ['23001', 'foreign-key'],
  ['23P01', 'exclusion'],
] as const)('SQLSTATE %s is a ConstraintError of kind %s', ([code, kind]) => {
  const error = Object.assign(new Error('x'), { severity: 'ERROR', code, table: 't', constraint: 'c' })

  expect(translate(error, 'writing')).toMatchObject({ name: 'ConstraintError', kind, code })
})

/** A value for each type of the schema, so that nothing is wrong with a row but its null. */
const VALUES: Readonly<Record<string, string>> = {
  uuid: "'01930c7a-5b3e-7000-8000-000000000000'",
  text: "'x'",
  citext: "'x'",
  int4: '1',
  bool: 'true',
  date: "'2026-11-23'",
  timestamptz: "'2026-11-23T00:00:00Z'",
  json: "'{}'",
  enum: "'active'",
}

describe('a validator says the same as the database', () => {
  test.for(TABLES)('where a NOT NULL column of %s is null', async (table, { db }) => {
    const columns = Object.entries(RULES[table]?.columns ?? {}).filter(([, { notNull }]) => notNull)
    const { insert } = validators[TABLE_RULES[table].name]

    for (const [name, { field }] of columns) {
      const row = columns.map(([other, { type }]) => (other === name ? 'null' : VALUES[type.kind]))
      const names = columns.map(([other]) => other)
      const error = await caught(
        sql.raw(`insert into ${table} (${names}) values (${row})`).execute(db.kysely),
      )
      const said = insert['~standard']
        .validate({ [field]: null })
        .issues?.filter(({ path }) => path?.[0] === field)

      expect(error).toMatchObject({ kind: 'not-null', columns: [name], fields: [field] })
      expect(said?.map(({ message }) => message)).toEqual([(error as ConstraintError).message])
    }
  })

  test('where a CHECK is violated', () => {
    const checks = Object.entries(RULES).flatMap(([table, { checks }]) =>
      checks.map(({ name, message }) => ({ table, name, message })),
    )
    const constraints: Readonly<Record<string, Readonly<Record<string, object>>>> = CONSTRAINTS

    expect(checks.length).toBeGreaterThan(40)
    for (const { table, name, message } of checks)
      expect(constraints[table]?.[name]).toMatchObject({ message })
  })
})

const WRONG = [
  null,
  undefined,
  {},
  [],
  [null],
  '',
  ' ',
  'x',
  'a\0b',
  '\ud800',
  -1,
  0,
  1.5,
  1e300,
  true,
  Symbol('s'),
]

test('every message of a validator is a sentence', () => {
  const messages = Object.entries(RULES).flatMap(([, { name, columns }]) => {
    const { insert, update } = validators[name as keyof typeof validators]
    return [...Object.values(columns).map(({ field }) => field), 'not_known'].flatMap((field) =>
      [insert, update].flatMap((schema) =>
        WRONG.flatMap((value) => [
          ...(schema['~standard'].validate({ [field]: value }).issues ?? []),
          ...(schema['~standard'].validate(value).issues ?? []),
        ]).map(({ message }) => message),
      ),
    )
  })

  expect(new Set(messages).size).toBeGreaterThan(100)
  for (const message of new Set(messages)) expectSentence(message)
})
