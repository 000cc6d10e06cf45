import pg from 'pg'
import { DatabaseError, InvalidInputError } from '../errors/index.ts'

/**
 * Converts PostgreSQL's values to JavaScript's. `scripts/generate/types.ts` generates the matching row types;
 * a test compares them. Values of other types are text, exactly as PostgreSQL prints it: `bigint` and
 * `numeric` because a number would round them, `date` and `timestamp` because a Date would add a time zone.
 *
 * Passed along with each query, so pg's global parsers are neither used nor touched. A service's own pool of pg takes them
 * as its option `types`; then its values are those of the generated types.
 */
export const types: TypeParsers = {
  getTypeParser(oid: number, format: string = 'text'): (value: string) => unknown {
    return format === 'text' ? (PARSERS.get(oid) ?? asText) : asText
  },
}

/** The parsers of values by the OID of their type, in the form of pg's option `types`. */
export interface TypeParsers {
  // biome-ignore lint/suspicious/noExplicitAny: pg declares both like this, and services may have no types of pg
  getTypeParser(oid: number, format?: any): any
}

type Parser = (text: string) => unknown

const asText: Parser = (text) => text
const asNumber: Parser = (text) => Number(text)

/** OIDs of built-in types never change: pg_type.dat of PostgreSQL. */
const SCALARS: readonly (readonly [oid: number, arrayOid: number, parse: Parser])[] = [
  [16, 1000, (text) => text === 't'], // bool
  [17, 1001, parseBytea],
  [21, 1005, asNumber], // int2
  [23, 1007, asNumber], // int4
  [26, 1028, asNumber], // oid
  [700, 1021, asNumber], // float4
  [701, 1022, asNumber], // float8
  [114, 199, (text) => JSON.parse(text)], // json
  [3802, 3807, (text) => JSON.parse(text)], // jsonb
  [1184, 1185, parseTimestamptz],
]

/** Array types whose elements stay text. box[] is not among them: its delimiter is a semicolon. */
const TEXT_ARRAYS: readonly number[] = [
  1002, // "char"
  1003, // name
  1009, // text
  1014, // char
  1015, // varchar
  1016, // int8
  1231, // numeric
  791, // money
  1182, // date
  1183, // time
  1270, // timetz
  1115, // timestamp
  1187, // interval
  2951, // uuid
  1041, // inet
  651, // cidr
  1040, // macaddr
  775, // macaddr8
  1561, // bit
  1563, // varbit
  143, // xml
  3643, // tsvector
  3645, // tsquery
  3221, // pg_lsn
  4073, // jsonpath
  1017, // point
  1018, // lseg
  1019, // path
  1027, // polygon
  629, // line
  719, // circle
  3905, // int4range
  3907, // numrange
  3909, // tsrange
  3911, // tstzrange
  3913, // daterange
  3927, // int8range
  6150, // int4multirange
  6151, // nummultirange
  6152, // tsmultirange
  6153, // tstzmultirange
  6155, // datemultirange
  6157, // int8multirange
]

const PARSERS: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  ...SCALARS.map(([oid, , parse]) => [oid, parse] as const),
  ...SCALARS.map(([, arrayOid, parse]) => [arrayOid, arrayOf(parse)] as const),
  ...TEXT_ARRAYS.map((arrayOid) => [arrayOid, arrayOf(asText)] as const),
])

/** The parser that pg exports; its declared type is wrong. */
const { create: arrayParser } = pg.types.arrayParser as unknown as {
  create(text: string, parse: Parser): { parse(): unknown[] }
}

function arrayOf(parse: Parser): Parser {
  return (text) => arrayParser(text, parse).parse()
}

/** ISO DateStyle, the server's offset included: `2026-11-23 07:03:00.123+05:30`; older than offsets in whole minutes: `+00:19:32`. */
const ISO =
  /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/

/** A JavaScript Date ends here: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const END_OF_TIME = 8.64e15

/** Microseconds are cut off; `infinity` becomes the last Date there is, and a time beyond it likewise. */
function parseTimestamptz(text: string): Date {
  return isUsual(text) ? parseUsualTimestamptz(text) : parseAnyTimestamptz(text)
}

/** Four digits of year from 1000 on, and an offset in whole hours: what nearly every row holds. */
function isUsual(text: string): boolean {
  const sign = text.charCodeAt(text.length - 3)
  return text.charCodeAt(10) === SPACE && text.charCodeAt(0) !== ZERO && (sign === PLUS || sign === MINUS)
}

/** By hand, because parsing times is half the cost of rows full of them. */
function parseUsualTimestamptz(text: string): Date {
  const end = text.length - 3
  const hours = (text.charCodeAt(end) === PLUS ? 1 : -1) * twoDigits(text, end + 1)
  const milliseconds = end > 19 ? Number(text.slice(20, Math.min(23, end)).padEnd(3, '0')) : 0
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const [month, day] = [twoDigits(text, 5) - 1, twoDigits(text, 8)]
  return new Date(
    Date.UTC(
      year,
      month,
      day,
      twoDigits(text, 11) - hours,
      twoDigits(text, 14),
      twoDigits(text, 17),
      milliseconds,
    ),
  )
}

const [SPACE, PLUS, MINUS, ZERO] = [32, 43, 45, 48]

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO
}

function parseAnyTimestamptz(text: string): Date {
  if (text === 'infinity') return new Date(END_OF_TIME)
  if (text === '-infinity') return new Date(-END_OF_TIME)
  const match = ISO.exec(text)
  if (!match) {
    throw new DatabaseError(
      `The server prints times as "${text}": set its DateStyle to ISO for this role or database.`,
    )
  }
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = '',
    sign,
    hours,
    minutes = '0',
    seconds = '0',
    bc,
  ] = match
  const date = new Date(0)
  date.setUTCFullYear(bc ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.slice(0, 3).padEnd(3, '0')))
  const offset =
    (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * (sign === '-' ? -1000 : 1000)
  const time = date.getTime() - offset
  return new Date(Number.isNaN(time) ? END_OF_TIME : time)
}

/** `\x0a1b` since PostgreSQL 9.0; a server set to bytea_output = escape prints the older form. */
function parseBytea(text: string): Buffer {
  if (text.startsWith('\\x')) return Buffer.from(text.slice(2), 'hex')
  const bytes = text.replace(/\\(\\|[0-7]{3})/g, (_, code: string) =>
    code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
  )
  return Buffer.from(bytes, 'latin1')
}

/** pg's conversion of values to text, including arrays and objects, which its types do not declare. */
const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): unknown } }).utils

/**
 * A parameter as it is sent: text, bytes or null. A Date goes as UTC: pg would write it in the process's zone, whose
 * offset it rounds to minutes, so that times before standard time came out wrong.
 */
export function encode(value: unknown): unknown {
  return typeof value === 'string' || value === null ? value : prepareValue(withoutDates(value))
}

function withoutDates(value: unknown): unknown {
  if (value instanceof Date) return encodeDate(value)
  return Array.isArray(value) ? value.map(withoutDates) : value
}

function encodeDate(date: Date): string {
  const time = date.getTime()
  if (Number.isNaN(time)) throw new InvalidInputError('values', 'must contain valid Dates only')
  const year = date.getUTCFullYear()
  if (year > 0 && year < 10_000) return date.toISOString()
  const rest = date.toISOString().replace(/^[+-]?\d+-/, '')
  return year > 0 ? `${year}-${rest}` : `${String(1 - year).padStart(4, '0')}-${rest} BC`
}
