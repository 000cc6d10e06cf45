import { readJson } from './json.ts'
import { readNetwork } from './network.ts'
import { readFloat, readInt8, readInteger, readNumeric } from './numbers.ts'
import type { TypeRules } from './rules.ts'
import { readBounded, readEnum, readText, readUuid } from './texts.ts'
import { readDate, readTimestamp } from './times.ts'
import { isProblem, Problem, type Read, UNKNOWN, type Value } from './values.ts'

type Reader = (given: unknown, type: TypeRules) => Read

const READERS: Readonly<Record<string, Reader>> = {
  text: readText,
  citext: readText,
  varchar: (given, type) => readBounded(given, type, false),
  bpchar: (given, type) => readBounded(given, type, true),
  uuid: readUuid,
  int2: (given, { limits }) => readInteger(given, -32_768, 32_767, limits),
  int4: (given, { limits }) => readInteger(given, -2_147_483_648, 2_147_483_647, limits),
  oid: (given, { limits }) => readInteger(given, 0, 4_294_967_295, limits),
  int8: (given, { limits }) => readInt8(given, limits),
  float4: (given, { limits }) => readFloat(given, 'float4', limits),
  float8: (given, { limits }) => readFloat(given, 'float8', limits),
  numeric: readNumber,
  bool: (given) => (typeof given === 'boolean' ? given : new Problem('must be true or false')),
  date: readDate,
  timestamp: (given, { precision }) => readTimestamp(given, 'timestamp', precision),
  timestamptz: (given, { precision }) => readTimestamp(given, 'timestamptz', precision),
  json: (given) => readJson(given, 'json'),
  jsonb: (given) => readJson(given, 'jsonb'),
  inet: (given) => readNetwork(given, 'inet'),
  cidr: (given) => readNetwork(given, 'cidr'),
  bytea: (given) =>
    given instanceof Uint8Array ? UNKNOWN : new Problem('must be a Uint8Array, for example a Buffer'),
  money: (given) => (typeof given === 'number' ? UNKNOWN : readOther(given)),
  enum: (given, { labels = [] }) => readEnum(given, labels),
  other: readOther,
}

/** The value that PostgreSQL makes of an input for a type that is neither a domain nor an array, or why it refuses it. */
export function readScalar(given: unknown, type: TypeRules): Read {
  return given === null ? null : (READERS[type.kind] ?? (() => UNKNOWN))(given, type)
}

/** A parameter is a numeric of any size first and is converted to the column's precision then. */
function readNumber(given: unknown, type: TypeRules): Read {
  const whole = readNumeric(given, type.limits && { limits: type.limits })
  return type.precision === undefined || isProblem(whole) ? whole : readNumeric(given, type)
}

/** Reads a constant of a CHECK or a default. Numbers that JavaScript would round are strings. */
export function readConstant(value: string | number | boolean | null, type: TypeRules): Value {
  const isFloat = type.kind === 'float4' || type.kind === 'float8'
  const found = readScalar(isFloat && typeof value === 'string' ? Number(value) : value, type)
  return isProblem(found) ? UNKNOWN : found
}

function readOther(given: unknown): Read {
  const text = readText(given)
  return text instanceof Problem ? text : UNKNOWN
}
