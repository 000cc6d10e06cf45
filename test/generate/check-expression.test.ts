import { loadModule } from 'libpg-query'
import { beforeAll, expect, test } from 'vitest'
import { readCheck } from '../../scripts/generate/check-expression.ts'

beforeAll(() => loadModule())

/** CHECKs as PostgreSQL prints them, with the facts they state and whether these are complete. */
test.for([
  [
    "((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))",
    ['a as text one of x,y'],
    true,
  ],
  ["(a = ANY (ARRAY['x'::text, 'y'::text]))", ['a one of x,y'], true],
  ['((a)::text = ANY (\'{x,"y,z"}\'::text[]))', ['a as text one of x,y,z'], true],
  ["(a = 'only'::text)", ['a one of only'], true],
  ["('only'::text = a)", ['a one of only'], true],
  ["((a IS NULL) OR (a = 'x'::text) OR (a = 'y'::text))", ['a one of x,y'], true],
  ["((a = 'x'::text) OR (b = 'y'::text))", [], false],
  ['((a > 1) OR (a = 0))', [], false],
  ["(a = ANY (ARRAY['x'::text, NULL::text]))", [], false],
  ["(a <> 'x'::text)", [], false],
  ["(a <> ALL (ARRAY['x'::text, 'y'::text]))", [], false],
  ['((a >= 0) AND (a <= 10))', ['a >= 0', 'a <= 10'], true],
  ["((a >= ('-2'::integer)::double precision) AND (a < (2)::double precision))", ['a >= -2', 'a < 2'], true],
  ['((0)::numeric < a)', ['a > 0'], true],
  ["(a > '-1.5'::numeric)", ['a > -1.5'], true],
  ['(char_length(a) <= 100)', ['length of a <= 100'], true],
  ['(length((a)::text) > 0)', ['length of a > 0'], true],
  ['(char_length(btrim(a)) >= 2)', ['trimmed length of a >= 2'], true],
  ['(length(TRIM(BOTH FROM a)) > 0)', ['trimmed length of a > 0'], true],
  ["(length(btrim(a, 'x'::text)) > 0)", [], false],
  ['(octet_length(a) <= 100)', [], false],
  ["(a ~ '^[a-z]+$'::text)", ['a ~ ^[a-z]+$'], true],
  ["((a)::text ~* '^x'::text)", ['a as text ~* ^x'], true],
  ["(a ~ '^\\w+$'::text)", [], false],
  ["(a ~ '\\bx'::text)", [], false],
  ["(a ~ '^[[:alpha:]]$'::text)", [], false],
  ["(a !~ 'x'::text)", [], false],
  ["(VALUE ~ 'x'::text)", ['value ~ x'], true],
  ['(a < b)', [], false],
  ['((a IS NULL) = (b IS NULL))', [], false],
  ['((a > 0) AND (lower(b) = b))', ['a > 0'], false],
  ['(NOT (a > 0))', [], false],
  ['a', ['a one of true'], true],
  ['((a)::integer > 5)', ['a as int4 > 5'], true],
  ["((a)::date > '2020-01-01'::date)", ['a as date > 2020-01-01'], true],
  ["((a)::citext = 'x'::citext)", ['a as citext one of x'], true],
  ["((a = 'x'::text) OR ((a)::citext = 'y'::citext))", [], false],
  ["((a)::character varying(2) = 'x')", [], false],
  ["(a = 'abc'::character varying(2))", [], false],
  ['(a > (3.7)::integer)', [], false],
  ['(a = ANY ((ARRAY[1.5])::integer[]))', [], false],
  ["(a = ANY ('{{x,y},{z,w}}'::text[]))", [], false],
  ["(a = ANY (ARRAY['x'::text, 'x'::text]))", ['a one of x'], true],
  ['((length(a))::numeric > 2.5)', ['length of a > 2.5'], true],
  ['(length((a)::character(3)) > 2)', [], false],
] as const)('%s', ([expression, facts, complete]) => {
  const read = readCheck(expression)

  const printed = read.facts.map(({ column, of, as, rule }) => {
    const name = as === undefined ? column : `${column} as ${as}`
    const subject = of === 'value' ? name : `${of} of ${column}`
    if (rule.kind === 'one of') return `${subject} one of ${rule.values}`
    return rule.kind === 'bound'
      ? `${subject} ${rule.operator} ${rule.value}`
      : `${subject} ${rule.ignoreCase ? '~*' : '~'} ${rule.pattern}`
  })
  expect(printed).toEqual(facts)
  expect(read.complete).toBe(complete)
})
