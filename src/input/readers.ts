import { isIP } from 'node:net'
import { InvalidInputError } from '../errors/index.ts'

/** Reads a value of unknown origin, or throws InvalidInputError with the field's name. */
export type Reader<T> = (value: unknown, field: string) => T

/** Text that PostgreSQL can store unchanged. */
export const text: Reader<string> = (value, field) => {
  if (typeof value !== 'string') throw new InvalidInputError(field, `must be a string, not ${kindOf(value)}`)
  if (value.includes('\0'))
    throw new InvalidInputError(field, 'must not contain the character NUL, which PostgreSQL cannot store')
  if (!value.isWellFormed()) {
    throw new InvalidInputError(field, 'must be well-formed Unicode: it contains half of a surrogate pair')
  }
  return value
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const uuid: Reader<string> = (value, field) => {
  if (typeof value === 'string' && UUID.test(value)) return value
  throw new InvalidInputError(field, 'must be a UUID, such as 01930c7a-5b3e-7000-8000-000000000000')
}

export const trueOrFalse: Reader<boolean> = (value, field) => {
  if (typeof value === 'boolean') return value
  throw new InvalidInputError(field, `must be true or false, not ${kindOf(value)}`)
}

export function wholeNumber(min: number, max: number): Reader<number> {
  return (value, field) => {
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max)
      return value as number
    throw new InvalidInputError(field, `must be a whole number from ${min} to ${max}`)
  }
}

/** What an `integer` column holds. */
export const integer = wholeNumber(-(2 ** 31), 2 ** 31 - 1)

/** What a `double precision` column holds and JSON can say. */
export const finiteNumber: Reader<number> = (value, field) => {
  if (Number.isFinite(value)) return value as number
  throw new InvalidInputError(field, `must be a finite number, not ${kindOf(value)}`)
}

export function oneOf<const T extends string>(values: readonly T[]): Reader<T> {
  return (value, field) => {
    if ((values as readonly unknown[]).includes(value)) return value as T
    throw new InvalidInputError(field, `must be one of ${values.map((each) => `'${each}'`).join(', ')}`)
  }
}

/** Text of a form that the schema demands; `reason` says it without repeating the value, which may be a secret. */
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
  throw new InvalidInputError(field, "must be a date of the calendar, such as '2026-11-23'")
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
  throw new InvalidInputError(field, "must be an IP address, such as '203.0.113.7' or '2001:db8::1'")
}

/** A time: a Date that is one. */
export const time: Reader<Date> = (value, field) => {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value
  throw new InvalidInputError(field, 'must be a valid Date')
}

/** What somebody types to find something; blank finds everything, as if nothing were asked. */
export const searchWords: Reader<string | undefined> = (value, field) =>
  text(value, field).trim() || undefined

export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, field) => {
    if (!Array.isArray(value)) throw new InvalidInputError(field, `must be an array, not ${kindOf(value)}`)
    return Array.from(value, (item, index) => read(item, `${field}[${index}]`))
  }
}

export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, field) => (value === undefined ? undefined : read(value, field))
}

export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value, field) => (value === null ? null : read(value, field))
}

/** An object with these fields and no other: a misspelt one would otherwise be lost without a word. */
export function fields<T extends object>(
  readers: { readonly [Name in keyof T]-?: Reader<T[Name]> },
): Reader<T> {
  const entries = Object.entries(readers) as [string, Reader<unknown>][]
  const known = new Set(entries.map(([name]) => name))
  return (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InvalidInputError(field, `must be an object, not ${kindOf(value)}`)
    }
    for (const key of Object.keys(value)) {
      if (!known.has(key))
        throw new InvalidInputError(key, `is not known here; there are ${[...known].join(', ')}`)
    }
    const given = value as Record<string, unknown>
    const result: Record<string, unknown> = {}
    for (const [name, read] of entries) {
      const item = read(Object.hasOwn(given, name) ? given[name] : undefined, name)
      if (item !== undefined) result[name] = item
    }
    return result as T
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
