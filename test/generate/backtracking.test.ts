import { expect, test } from 'vitest'
import { mayBacktrack } from '../../scripts/generate/backtracking.ts'
import { test as withSchema } from '../support/schema.ts'

const EXPONENTIAL = [
  '^(?:a+)+$',
  '^(?:a|a)*$',
  '^(?:a|ab|b)*$',
  '^(?:a*b*)*c$',
  '^(?:a?b?)+$',
  '^(?:[a-z]+[a-z\\d]*-?)+$',
  '^(?:x(?:.*y)*)*$',
  '(?:[^b]|[a-c])+',
]
const LINEAR = [
  '^[^@]+@[^@]+\\.[^@]+$',
  '^a{1,63}$',
  '^(?:[a-z]+-)*[a-z]+$',
  '^\\$2[aby]\\$\\d{2}\\$[./A-Za-z0-9]{53}$',
  '^(?:a|b)*$',
  '^(?:ab+)+$',
  '.*foo.*',
]

test('patterns with a loop that reads the same characters in two ways are found', () => {
  expect(EXPONENTIAL.filter((source) => !mayBacktrack(source))).toEqual([])
  expect(LINEAR.filter(mayBacktrack)).toEqual([])
})

withSchema(
  'BOUNDS has no pattern for which RegExp takes exponential time',
  async ({ folderOf, generate }) => {
    const sql = `create table codes (good text check (good ~ '^[a-z]+$'), bad text constraint bad_check check (bad ~ '^(a+)+$'));`
    const { files, warnings } = await generate(await folderOf({ '1.sql': sql }))

    expect(files.get('catalog.ts')).toContain('good: { pattern: "^[a-z]+$" }')
    expect(files.get('catalog.ts')).not.toContain('bad: { pattern')
    expect(files.get('validation.ts')).toContain('a+)+')
    expect(warnings).toEqual([
      'codes.bad: bad_check does not narrow the type, because RegExp may take exponential time for its pattern; validators test it in linear time',
    ])
  },
)
