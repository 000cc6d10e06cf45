import { isIP } from 'node:net'
import { InvalidInputError, unknownField } from '../errors/index.ts'
import { type Limits, limitsInWords, quoteAll, wholeNumberInWords } from '../sentences/index.ts'

/** Reads a value of unknown origin, or throws InvalidInputError with the field's name. */
export type Reader<T> = (value: unknown, field: string) => T

/** The error for a value that breaks a rule; a value that is missing breaks another one. */
function refusal(value: unknown, field: string, reason: string): InvalidInputError {
  return new InvalidInputError(field, value === undefined ? 'is required' : reason)
}

/** Text that PostgreSQL can store unchanged. */
export const text: Reader<string> = (value, field) => {
  if (typeof value !== 'string') throw refusal(value, field, `must be a string, not ${kindOf(value)}`)
  if (value.includes('\0')) {
    throw new InvalidInputError(field, 'must not contain the character NUL, which PostgreSQL cannot store')
  }
  if (!value.isWellFormed()) {
    throw new InvalidInputError(field, 'must be well-formed Unicode; it contains half of a surrogate pair')
  }
  return value
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text is a UUID with hyphens, in either letter case. */
export const isUuid = (value: string): boolean => UUID.test(value)

/** A UUID with hyphens, in either letter case. */
export const uuid: Reader<string> = (value, field) => {
  if (typeof value === 'string' && isUuid(value)) return value
  throw refusal(value, field, 'must be a UUID, for example 01930c7a-5b3e-7000-8000-000000000000')
}

/** A boolean. */
export const trueOrFalse: Reader<boolean> = (value, field) => {
  if (typeof value === 'boolean') return value
  throw refusal(value, field, `must be true or false, not ${kindOf(value)}`)
}

/** A whole number within bounds, both included; `limits` are narrower ones, for the message alone. */
export function wholeNumber(min: number, max: number, limits?: Limits): Reader<number> {
  return numberOf(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    wholeNumberInWords(min, max, limits),
  )
}

const INTEGER = { min: -(2 ** 31), max: 2 ** 31 - 1 }

/**
 * A number that an `integer` column can hold. The message has the limits of the column's CHECK, too. A value that only the
 * CHECK refuses is left to the database, whose ConstraintError names the rule.
 */
export function integerOf(limits: Limits): Reader<number> {
  return wholeNumber(INTEGER.min, INTEGER.max, limits)
}

/** The same for a `double precision` column: a number that JSON can represent. */
export function finiteNumberOf(limits: Limits): Reader<number> {
  return numberOf(Number.isFinite, `must be a number ${limitsInWords(limits)}`)
}

function numberOf(accepts: (value: unknown) => boolean, reason: string): Reader<number> {
  return (value, field) => {
    if (accepts(value)) return value as number
    throw refusal(value, field, reason)
  }
}

/** One of the given values. */
export function oneOf<const T extends string>(values: readonly T[]): Reader<T> {
  return (value, field) => {
    if ((values as readonly unknown[]).includes(value)) return value as T
    throw refusal(value, field, `must be one of ${quoteAll(values)}`)
  }
}

/** Text that matches a pattern of the schema. `reason` does not repeat the value, which may be a secret. */
export function matching(pattern: string, reason: string): Reader<string> {
  const form = new RegExp(pattern, 'u')
  return (value, field) => {
    if (form.test(text(value, field))) return value as string
    throw new InvalidInputError(field, reason)
  }
}

const DATE = /^\d{4}-\d\d-\d\d$/

/** A day without a time, `YYYY-MM-DD`. */
export const date: Reader<string> = (value, field) => {
  if (typeof value === 'string' && DATE.test(value) && isDay(value)) return value
  throw refusal(value, field, "must be a date of the calendar, for example '2026-11-23'")
}

/** A Date rolls 30 February over into March. */
function isDay(value: string): boolean {
  const time = Date.parse(value)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
}

/** An address as an `inet` column takes it: IPv4 or IPv6, with or without the length of its network. */
export const ipAddress: Reader<string> = (value, field) => {
  const [address = '', length, ...rest] = typeof value === 'string' ? value.split('/') : []
  const version = address.includes('%') ? 0 : isIP(address)
  const isLength =
    length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128))
  if (version !== 0 && isLength && rest.length === 0) return value as string
  throw refusal(value, field, "must be an IP address, for example '203.0.113.7' or '2001:db8::1'")
}

/** A point in time: a Date that is not `Invalid Date`. */
export const time: Reader<Date> = (value, field) => {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value
  throw refusal(value, field, 'must be a valid Date')
}

/** A function. */
export function callable<Fn>(value: unknown, field: string): Fn {
  if (typeof value === 'function') return value as Fn
  throw refusal(value, field, 'must be a function')
}

/** The text that a user types into a search field; undefined where it is blank, so that nothing is filtered. */
export const searchWords: Reader<string | undefined> = (value, field) => {
  if (typeof value !== 'string') throw refusal(value, field, `must be a string, not ${kindOf(value)}`)
  return value.trim() || undefined
}

/** An array whose items are all read. */
export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, field) => {
    if (!Array.isArray(value)) throw refusal(value, field, `must be an array, not ${kindOf(value)}`)
    return Array.from(value, (item, index) => read(item, `${field}[${index}]`))
  }
}

/** A value that may be missing. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, field) => (value === undefined ? undefined : read(value, field))
}

/** A value that may be null. */
export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value, field) => (value === null ? null : read(value, field))
}

/** An object with these fields and no others: a misspelt field would otherwise be ignored silently. */
export function fields<T extends object>(
  readers: { readonly [Name in keyof T]-?: Reader<T[Name]> },
): Reader<T> {
  const entries = Object.entries(readers) as [string, Reader<unknown>][]
  const known = new Set(entries.map(([name]) => name))
  return (value, field) => {
    checkFields(value, field, known)
    const input = value as Record<string, unknown>
    const result: Record<string, unknown> = {}
    for (const [name, read] of entries) {
      const item = read(Object.hasOwn(input, name) ? input[name] : undefined, name)
      if (item !== undefined) result[name] = item
    }
    return result as T
  }
}

/**
 * Refuses what is not an object, and an object with other fields than the known ones.
 *
 * @param owner makes the words for what has the fields, where the message names it.
 */
export function checkFields(
  value: unknown,
  field: string,
  known: ReadonlySet<string>,
  owner?: () => string,
): asserts value is object {
  if (!isObject(value)) throw refusal(value, field, `must be an object, not ${kindOf(value)}`)
  for (const key of Object.keys(value)) if (!known.has(key)) throw unknownField(key, [...known], owner?.())
}

/**
 * Whether a value is an object made of fields, also of a service's own class. A Date, an AbortSignal and other objects of the
 * language have none that are read: passed in place of options, they would be ignored.
 */
export function isObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Object.getPrototypeOf(value) === Object.prototype || tagOf(value) === 'Object'
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return `a ${typeof value}`
  const tag = tagOf(value)
  if (tag === 'Object' || tag === 'Array') return `an ${tag.toLowerCase()}`
  return `${/^(?:A|E|I|O|U)/.test(tag) ? 'an' : 'a'} ${tag}`
}

/** `Object`, `Null`, `Array`, `Date`, `AbortSignal`, … */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}
