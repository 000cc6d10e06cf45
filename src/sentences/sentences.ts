/**
 * Sentences for people about columns, made from the columns' names. Errors, validators and the generator make them here,
 * so that one rule has one sentence; comments in SQL take precedence.
 */

/** Abbreviations that a name has in lower case. */
const ABBREVIATIONS: Readonly<Record<string, string>> = { ip: 'IP', json: 'JSON', url: 'URL', uuid: 'UUID' }

/** A name of SQL in words: `billing_country` is `billing country`, `is_active` is `active`. */
export function words(name: string): string {
  const parts = name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
  if (parts[0] === 'is' && parts.length > 1) parts.shift()
  return parts.map((part) => ABBREVIATIONS[part] ?? part).join(' ') || name
}

/** The words of a name as the subject of a sentence: `billing_country` is `Billing country`. */
export function subjectOf(name: string): string {
  return capitalized(words(name))
}

/** A whole sentence; the predicate has no full stop. */
export function sentence(subject: string, predicate: string): string {
  return `${subject} ${predicate}.`
}

/** The rule of a NOT NULL column. The words of a name `is_…` do not tell its values, so the sentence does. */
export function required(column: string): string {
  const subject = subjectOf(column)
  if (/^is_./.test(column)) return sentence(subject, 'must be true or false')
  return sentence(subject, isPlural(subject) ? 'are required' : 'is required')
}

/** The rule of a key or a unique index. */
export function taken(columns: readonly string[]): string {
  const [first, ...others] = columns
  if (first === undefined) return 'The same row already exists.'
  if (others.length === 0) return `This ${words(first)} is already taken.`
  return `This combination of ${joined(columns.map(words))} is already taken.`
}

/** The rule of a foreign key, for a row that refers to another row. */
export function unknownReference(columns: readonly string[]): string {
  const [first, ...others] = columns
  if (first === undefined) return 'The row refers to another row that does not exist.'
  if (others.length === 0) return `This ${words(first)} does not exist.`
  return `This combination of ${joined(columns.map(words))} does not exist.`
}

/** The rule of a CHECK whose expression is not known: only the columns can be named. */
export function notAllowed(columns: readonly string[]): string {
  const [first, ...others] = columns
  if (first === undefined) return 'The row is not allowed.'
  if (others.length === 0) return sentence(subjectOf(first), 'has a value that is not allowed')
  return `This combination of ${joined(columns.map(words))} is not allowed.`
}

/** Limits of a number; an `exclusive` one is not a value itself. */
export interface Limits {
  readonly min?: number
  readonly max?: number
  readonly exclusiveMin?: number
  readonly exclusiveMax?: number
}

/** `from 0 to 2`, `at least 0`, `greater than 0 and at most 2`; empty without limits. */
export function limitsInWords({ min, max, exclusiveMin, exclusiveMax }: Limits): string {
  const isOpenBelow = exclusiveMin !== undefined && exclusiveMin >= (min ?? Number.NEGATIVE_INFINITY)
  const isOpenAbove = exclusiveMax !== undefined && exclusiveMax <= (max ?? Number.POSITIVE_INFINITY)
  if (min !== undefined && max !== undefined && !isOpenBelow && !isOpenAbove) return `from ${min} to ${max}`
  const below = isOpenBelow ? `greater than ${exclusiveMin}` : min === undefined ? '' : `at least ${min}`
  const above = isOpenAbove ? `less than ${exclusiveMax}` : max === undefined ? '' : `at most ${max}`
  return [below, above].filter((limit) => limit !== '').join(' and ')
}

/** The predicate for a whole number from `min` to `max` that is within the limits, too: the tightest bounds of both. */
export function wholeNumberInWords(
  min: number | bigint,
  max: number | bigint,
  { min: least, max: most, exclusiveMin, exclusiveMax }: Limits = {},
): string {
  const lows = [least && Math.ceil(least), exclusiveMin !== undefined && Math.floor(exclusiveMin) + 1]
  const highs = [most && Math.floor(most), exclusiveMax !== undefined && Math.ceil(exclusiveMax) - 1]
  let [low, high] = [min, max]
  for (const each of lows) if (typeof each === 'number' && each > low) low = each
  for (const each of highs) if (typeof each === 'number' && each < high) high = each
  return `must be a whole number from ${low} to ${high}`
}

/** `'a', 'b', 'c'`: values of a list. */
export function quoteAll(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(', ')
}

/** A name of SQL as services write it: `billing_country` is `billingCountry`. The type CamelCase of validators does the same. */
export function camelCase(name: string): string {
  const at = name.indexOf('_')
  if (at < 0) return name
  const [head, tail] = [name.slice(0, at), camelCase(name.slice(at + 1))]
  return head === '' ? `_${tail}` : `${head}${capitalized(tail)}`
}

function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${last}` : last
}

function capitalized(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0)
  return text === '' ? text : `${first.toUpperCase()}${text.slice(first.length)}`
}

/** Singular words in s end in `ss`, `us`, `is` or `as`. */
function isPlural(subject: string): boolean {
  return subject.endsWith('s') && !/(ss|us|is|as)$/.test(subject)
}
