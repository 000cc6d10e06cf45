import { expect } from 'vitest'
import { test } from '../support/schema.ts'
import { expectSentence } from '../support/sentences.ts'

/** CHECKs without a comment, and their sentences. */
const SENTENCES = [
  ['order_total integer check (order_total > 0)', 'Order total must be greater than 0.'],
  ['rating integer check (rating between 1 and 5)', 'Rating must be from 1 to 5.'],
  ['rate numeric check (rate >= 0 and rate < 1)', 'Rate must be at least 0 and less than 1.'],
  ['code text check (char_length(code) between 2 and 10)', 'Code must have 2 to 10 characters.'],
  ['code text check (char_length(code) <= 30)', 'Code must have at most 30 characters.'],
  ['code text check (char_length(code) >= 1)', 'Code must have at least 1 character.'],
  ['code text check (char_length(code) = 3)', 'Code must have exactly 3 characters.'],
  ['code text check (char_length(btrim(code)) >= 2)', 'Code must have at least 2 characters after trimming.'],
  ["size text check (size in ('small', 'large'))", "Size must be one of 'small', 'large'."],
  ["size text check (size = 'small')", "Size must be 'small'."],
  ['level integer check (level in (1, 2, 3))', 'Level must be one of 1, 2, 3.'],
  ['is_accepted boolean check (is_accepted)', 'Accepted must be true.'],
  ["code text check (code ~ '^[A-Z]+$')", 'Code must match the required format.'],
  [
    "code text check (code ~ '^[A-Z]+$' and char_length(code) <= 5)",
    'Code must have at most 5 characters and match the required format.',
  ],
  ["day date check (day >= '2020-01-01')", 'Day has a value that is not allowed.'],
  ["code text check (char_length(code) <= 5 and code > 'a')", 'Code has a value that is not allowed.'],
  ['code text check (char_length(code) in (2, 3))', 'Code has a value that is not allowed.'],
  ['level integer check (level <> 3)', 'Level has a value that is not allowed.'],
] as const

test('a CHECK without a comment has a sentence, the same for validators and errors', async ({
  folderOf,
  generate,
}) => {
  const tables = SENTENCES.map(([column], n) => `create table t${n} (${column});`).join('\n')
  const pair = 'create table pairs (start_day date, end_day date, check (end_day >= start_day));'
  const { files } = await generate(await folderOf({ '1.sql': `${tables}\n${pair}` }))

  for (const [column, sentence] of [
    ...SENTENCES,
    ['pairs', 'This combination of end day and start day is not allowed.'],
  ]) {
    expectSentence(sentence as string)
    for (const file of ['catalog.ts', 'validation.ts'])
      expect(files.get(file), column).toContain(`message: ${JSON.stringify(sentence)}`)
  }
})

test('the message of a value of another type has the tightest bounds of type and CHECKs', async ({
  folderOf,
  generate,
}) => {
  const { files } = await generate(
    await folderOf({
      '1.sql': `create domain share as numeric(5, 2) check (value between 0 and 100);
        create table t (a integer check (a > 0), b smallint check (b >= -1 and b <= 1), c share check (c < 50),
          d varchar(10) check (char_length(d) <= 5), e varchar(10), f integer);`,
    }),
  )
  const rules = files.get('validation.ts') ?? ''

  expect(rules).toContain('type: { kind: "int4", limits: { exclusiveMin: 0 } }')
  expect(rules).toContain('type: { kind: "int2", limits: { min: -1, max: 1 } }')
  expect(rules).toContain('limits: { min: 0, max: 100, exclusiveMax: 50 }')
  expect(rules).toContain('type: { kind: "varchar", length: 10, maxLength: 5 }')
  expect(rules).toContain('type: { kind: "varchar", length: 10 }')
  expect(rules).toContain('type: { kind: "int4" }')
})
