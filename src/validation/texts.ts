import { quoteAll } from '../sentences/index.ts'
import type { TypeRules } from './rules.ts'
import { Problem, type Read } from './values.ts'

/** Text that PostgreSQL can store unchanged. */
export function readText(given: unknown): string | Problem {
  if (typeof given !== 'string') return new Problem('must be a string')
  if (given.includes('\0')) return new Problem('must not contain the character NUL')
  if (!given.isWellFormed()) return new Problem('must be well-formed Unicode')
  return given
}

/** varchar(n) and char(n) drop surplus spaces at the end; char(n) drops them all. */
export function readBounded(given: unknown, { length, maxLength }: TypeRules, isPadded: boolean): Read {
  const text = readText(given)
  if (typeof text !== 'string') return text
  const characters = lengthOf(text)
  const excess = length === undefined ? 0 : characters - length
  if (excess > 0 && !text.endsWith(' '.repeat(excess))) {
    return new Problem(`must have at most ${maxLength ?? length} characters`)
  }
  const kept = excess > 0 ? text.slice(0, -excess) : text
  return isPadded ? trim(kept, ' ', 'end') : kept
}

/** The length in code points, as PostgreSQL counts it. */
export function lengthOf(text: string): number {
  let pairs = 0
  for (let at = 0; at < text.length; at += 1) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) pairs += 1
  return text.length - pairs
}

export function octetsOf(text: string): number {
  return new TextEncoder().encode(text).length
}

export function trim(text: string, characters: string, side: 'both' | 'start' | 'end'): string {
  const set = new Set(characters)
  let [start, end] = [0, text.length]
  const isLoose = (at: number) => set.has(String.fromCodePoint(text.codePointAt(at) ?? 0))
  while (side !== 'end' && start < end && isLoose(start)) start += widthAt(text, start)
  while (side !== 'start' && start < end && isLoose(lastOf(text, end))) end = lastOf(text, end)
  return text.slice(start, end)
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

/** The start of the last character before an index. */
function lastOf(text: string, end: number): number {
  return end > 1 && widthAt(text, end - 2) === 2 ? end - 2 : end - 1
}

export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

const UUID = /^(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}$/i

/** Accepts every format that PostgreSQL accepts: with or without braces, and hyphens after any group of four digits. */
export function readUuid(given: unknown): Read {
  const text = typeof given === 'string' ? given : ''
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text
  return UUID.test(bare)
    ? bare.replaceAll('-', '').toLowerCase()
    : new Problem('must be a UUID, for example 01930c7a-5b3e-7000-8000-000000000000')
}

export function readEnum(given: unknown, labels: readonly string[]): Read {
  return (labels as readonly unknown[]).includes(given)
    ? (given as string)
    : new Problem(`must be one of ${quoteAll(labels)}`)
}
