import RandExp from 'randexp'
import type { TableColumn } from './tables.ts'

/** The constants that the CHECKs of a table compare its columns with. */
export interface Hints {
  readonly numbers: readonly number[]
  readonly texts: readonly string[]
  readonly patterns: readonly string[]
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index)

const WORDS = [
  ...range(12).map((index) => `Word ${index + 1}`),
  ...range(6).map((index) => `user${index + 1}@example.test`),
  ...range(4).map((index) => `https://example.test/${index + 1}`),
  ...['x', 'Y', '7', '2026-01-31', '12345', 'UTC', 'LV', 'EUR', 'Ünïcode ñ', '1.2.3', 'a-b_c', ''],
]

const INTEGERS = [...range(30).map((index) => index + 1), 0, -1, 50, 99, 100, 150, 200, 365, 500, 1000].map(
  String,
)
const DAYS = range(12).map((index) => `2026-${String(index + 1).padStart(2, '0')}-15`)
const STAMPS = DAYS.map((day, index) => `${day} ${String(index + 1).padStart(2, '0')}:30:00.${index}23456+00`)

/** Literals by type; those that a column does not take are left out later. */
const POOLS: Readonly<Record<string, readonly string[]>> = {
  bool: ['true', 'false'],
  int2: INTEGERS,
  int4: INTEGERS,
  int8: [...INTEGERS, '5000000000'],
  oid: INTEGERS,
  numeric: [...INTEGERS, '0.5', '2.25', '-1.75', '99.99'],
  float4: ['0.1', '0.3', '1.5', '-2.25', ...INTEGERS],
  float8: ['0.1', '0.3', '1.5', '-2.25', ...INTEGERS],
  money: ['1.50', '2.00'],
  uuid: range(20).map((index) => `0198c0de-0000-7000-8000-0000000000${String(index + 10)}`),
  date: DAYS,
  timestamp: STAMPS,
  timestamptz: STAMPS,
  time: range(12).map((index) => `${String(index + 8).padStart(2, '0')}:15:00.5`),
  timetz: range(12).map((index) => `${String(index + 8).padStart(2, '0')}:15:00+02`),
  interval: ['1 day', '2 hours 30 minutes', '3 months', '00:00:00'],
  json: ['{"b": 1,  "a": [1, 2]}', '{}', '[]', '[1]', '"text"', '1'],
  jsonb: ['{"b": 1, "a": [1, 2]}', '{}', '[]', '[1]', '"text"', '1'],
  bytea: ['\\x', '\\x00ff', '\\x6162'],
  inet: ['192.168.0.1', '10.0.0.0/8', '::1'],
  cidr: ['10.0.0.0/8', '192.168.0.0/24'],
  macaddr: ['08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  int4range: range(12).map((index) => `[${index * 10},${index * 10 + 5})`),
  int8range: range(12).map((index) => `[${index * 10},${index * 10 + 5})`),
  numrange: range(12).map((index) => `[${index * 10},${index * 10 + 5.5})`),
  daterange: DAYS.map((day) => `[${day},${day.replace('-15', '-20')})`),
  tsrange: DAYS.map((day) => `[${day} 10:00,${day} 12:00)`),
  tstzrange: DAYS.map((day) => `[${day} 10:00+00,${day} 12:00+00)`),
  int4multirange: range(6).map((index) => `{[${index * 10},${index * 10 + 5})}`),
  datemultirange: DAYS.map((day) => `{[${day},${day.replace('-15', '-20')})}`),
  tstzmultirange: DAYS.map((day) => `{[${day} 10:00+00,${day} 12:00+00)}`),
  point: ['(1,2)', '(3,4)'],
  line: ['{1,2,3}'],
  box: ['(1,1),(0,0)'],
  lseg: ['[(0,0),(1,1)]'],
  path: ['[(0,0),(1,1)]'],
  polygon: ['((0,0),(1,1),(1,0))'],
  circle: ['<(0,0),1>'],
  tsvector: ["'quick' 'fox'", ''],
  tsquery: ["'quick' & 'fox'"],
  xml: ['<a/>', '<b>text</b>'],
  hstore: ['"a"=>"1"'],
  ltree: ['top.science', 'top.arts'],
}

const TEXTS = new Set(['text', 'varchar', 'bpchar', 'citext', 'name'])

/** Literals to try in a column, without null. */
export function literalsFor(column: TableColumn, hints: Hints): string[] {
  if (column.labels) return [...column.labels]
  const elements = poolOf(column, hints)
  if (!column.isArray) return fitting(column, elements)
  const quote = (value: string) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  const parts = fitting(column, elements).map(quote)
  return ['{}', ...parts.map((part, index) => `{${[part, parts[(index + 1) % parts.length]].join(',')}}`)]
}

function poolOf({ typeName, limit, elementLabels, attributes }: TableColumn, hints: Hints): string[] {
  if (elementLabels) return [...elementLabels]
  const near = hints.numbers.flatMap((number) => [number, number - 1, number + 1])
  if (TEXTS.has(typeName))
    return [...hints.texts, ...matching(hints.patterns), ...WORDS, ...ofLengths(hints.numbers)]
  if (typeName === 'bit' || typeName === 'varbit') {
    const size = limit ?? 4
    return ['1', '0'].map((bit) => bit.repeat(size)).concat('10'.repeat(size).slice(0, size))
  }
  if (typeName === 'bytea')
    return [
      ...(POOLS.bytea ?? []),
      ...lengthsNear(hints.numbers).map((length) => `\\x${'5a'.repeat(length)}`),
    ]
  if (attributes !== null) return [`(${','.repeat(Math.max(0, attributes - 1))})`]
  const pool = POOLS[typeName] ?? [...WORDS, '1', '{}']
  return [...near.map(String), ...pool, ...hints.texts]
}

/** An explicit cast cuts what is too long: it would be another value. */
function fitting({ limit, typeName }: TableColumn, values: readonly string[]): string[] {
  const distinct = [...new Set(values)]
  return limit !== null && TEXTS.has(typeName)
    ? [...new Set(distinct.map((value) => Array.from(value).slice(0, limit).join('')))]
    : distinct
}

const LONGEST = 4_000

/** Texts of about the lengths that CHECKs compare with. */
function ofLengths(numbers: readonly number[]): string[] {
  return lengthsNear(numbers).flatMap((length) => ['a', '7', 'Q'].map((letter) => letter.repeat(length)))
}

function lengthsNear(numbers: readonly number[]): number[] {
  return numbers
    .flatMap((number) => [number - 1, number, number + 1])
    .filter((length) => Number.isInteger(length) && length > 0 && length <= LONGEST)
}

const CLASSES: Readonly<Record<string, string>> = {
  '[:alpha:]': 'a-zA-Z',
  '[:alnum:]': 'a-zA-Z0-9',
  '[:digit:]': '0-9',
  '[:lower:]': 'a-z',
  '[:upper:]': 'A-Z',
  '[:space:]': ' ',
  '[:xdigit:]': '0-9a-f',
  '[:punct:]': '.,;!',
}

/** Texts that match a regular expression, or nearly: where PostgreSQL reads it otherwise they are left out later. */
function matching(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => {
    try {
      const translated = Object.entries(CLASSES).reduce(
        (text, [from, to]) => text.replaceAll(from, to),
        pattern,
      )
      const generator = new RandExp(translated)
      generator.max = 8
      let seed = pattern.length
      generator.randInt = (from, to) => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
        return from + (seed % (to - from + 1))
      }
      return range(12).map(() => generator.gen())
    } catch {
      return []
    }
  })
}
