import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../src/index.ts'
import {
  date,
  fields,
  finiteNumberOf,
  integerOf,
  ipAddress,
  listOf,
  matching,
  nullable,
  oneOf,
  optional,
  type Reader,
  searchWords,
  text,
  time,
  trueOrFalse,
  uuid,
  wholeNumber,
} from '../../src/input/index.ts'
import { expectSentence } from '../support/sentences.ts'

function refusal(read: Reader<unknown>, value: unknown): InvalidInputError {
  try {
    read(value, 'field')
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    throw error
  }
  throw new Error('The value was accepted.')
}

const page = fields<{ limit?: number | undefined; after?: string | undefined }>({
  limit: optional(wholeNumber(1, 200)),
  after: optional(text),
})

test.for([
  [page, { orderBy: 'name' }, 'orderBy', 'Unknown field "orderBy". Allowed: limit, after.'],
  [page, { limit: 0 }, 'limit', '"limit" must be a whole number from 1 to 200.'],
  [page, 'all', 'field', '"field" must be an object, not a string.'],
  [page, [], 'field', '"field" must be an object, not an array.'],
  [page, new Date(), 'field', '"field" must be an object, not a Date.'],
  [page, AbortSignal.abort(), 'field', '"field" must be an object, not an AbortSignal.'],
  [fields({}), { any: 1 }, 'any', 'Unknown field "any". Allowed: none.'],
  [text, undefined, 'field', '"field" is required.'],
  [text, 7, 'field', '"field" must be a string, not a number.'],
  [text, null, 'field', '"field" must be a string, not null.'],
  [uuid, undefined, 'field', '"field" is required.'],
  [trueOrFalse, {}, 'field', '"field" must be true or false, not an object.'],
  [integerOf({ exclusiveMin: 0 }), 1.5, 'field', '"field" must be a whole number from 1 to 2147483647.'],
  [integerOf({ min: 0, max: 9 }), 'x', 'field', '"field" must be a whole number from 0 to 9.'],
  [finiteNumberOf({ min: 0, max: 2 }), Number.NaN, 'field', '"field" must be a number from 0 to 2.'],
  [
    listOf(uuid),
    ['x'],
    'field[0]',
    '"field[0]" must be a UUID, for example 01930c7a-5b3e-7000-8000-000000000000.',
  ],
  [listOf(uuid), {}, 'field', '"field" must be an array, not an object.'],
  [oneOf(['a', 'b']), 'c', 'field', `"field" must be one of 'a', 'b'.`],
] as const)('%# says the rule in a sentence', ([read, value, field, message]) => {
  const error = refusal(read, value)

  expect(error).toMatchObject({ field, message })
  expect(error.reason).not.toMatch(/\.$/)
})

describe('a reader with the limits of a CHECK', () => {
  test('leaves the CHECK to the database', () => {
    expect(integerOf({ exclusiveMin: 0 })(0, 'field')).toBe(0)
    expect(finiteNumberOf({ min: 0, max: 2 })(3, 'field')).toBe(3)
    expect(() => integerOf({ exclusiveMin: 0 })(2 ** 31, 'field')).toThrow(InvalidInputError)
  })
})

test.for<[name: string, read: Reader<unknown>]>(
  Object.entries({
    date,
    ipAddress,
    text,
    time,
    trueOrFalse,
    uuid,
    searchWords,
    matching: matching('^x$', 'must be the letter x'),
    nullable: nullable(text),
    wholeNumber: wholeNumber(0, 9),
  }),
)('every refusal of %s is a sentence', ([, read]) => {
  const values = [
    undefined,
    {},
    [],
    Symbol('s'),
    10n,
    () => 1,
    1e308,
    Number.NaN,
    'a\0b',
    '\ud800',
    new Date('x'),
  ]
  const refusals = values.flatMap((value) => {
    try {
      read(value, 'someField')
      return []
    } catch (error) {
      return [error as InvalidInputError]
    }
  })

  expect(refusals.length).toBeGreaterThan(5)
  for (const { message } of refusals) expectSentence(message)
})
