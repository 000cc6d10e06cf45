import { sentence, subjectOf, words } from '../sentences/index.ts'

/** A number of any size: digits × 10^-scale. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** A day counted from today, which depends on where the server is. */
export interface Today {
  readonly daysFromToday: number
}

/** What only the database knows, such as a default that it computes. */
export const UNKNOWN = { isUnknown: true } as const

/**
 * What PostgreSQL makes of a value: numbers for int2, int4, float4, float8, lengths and days, bigints for int8 and
 * microseconds, text for texts, enums and uuids. Infinity and NaN are numbers in every type that has them.
 */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Decimal
  | Today
  | { readonly elements: number }
  | typeof UNKNOWN

/** Why a value is refused, and where within it. */
export class Problem {
  /** A whole sentence where it ends in a full stop, else the predicate of a sentence about the column. */
  readonly #reason: string
  readonly path: readonly PropertyKey[]

  constructor(reason: string, path: readonly PropertyKey[] = []) {
    this.#reason = reason
    this.path = path
  }

  /** The same problem of an array's element. */
  at(index: number): Problem {
    return new Problem(this.#reason, [index, ...this.path])
  }

  /** The whole sentence, about a value of this column. */
  messageFor(column: string): string {
    if (this.#reason.endsWith('.')) return this.#reason
    const subject = this.path.length > 0 ? `Each element of ${words(column)}` : subjectOf(column)
    return sentence(subject, this.#reason)
  }
}

/** A type's value, or what keeps the given one from being one. */
export type Read = Value | Problem | readonly Problem[]

export function isProblem(read: Read): read is Problem | readonly Problem[] {
  return read instanceof Problem || Array.isArray(read)
}

/** As PostgreSQL orders them: NaN is equal to itself and above all others. */
export function order(a: Value, b: Value): number {
  if (isDecimal(a) || isDecimal(b)) {
    const [left, right] = [asDecimal(a), asDecimal(b)]
    if (isDecimal(left) && isDecimal(right)) return orderDecimals(left, right)
    return order(isDecimal(left) ? 0 : left, isDecimal(right) ? 0 : right)
  }
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  const [left, right] = [a as number, b as number]
  return left < right ? -1 : left > right ? 1 : 0
}

export function isDecimal(value: Value): value is Decimal {
  return typeof value === 'object' && value !== null && 'digits' in value
}

export function isToday(value: Value): value is Today {
  return typeof value === 'object' && value !== null && 'daysFromToday' in value
}

/** NaN and the infinities stay numbers: beside 0 they are ordered as beside any other. */
function asDecimal(value: Value): Value {
  if (typeof value === 'bigint') return { digits: value, scale: 0 }
  return Number.isInteger(value) ? { digits: BigInt(value as number), scale: 0 } : value
}

function orderDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const left = a.digits * 10n ** BigInt(scale - a.scale)
  const right = b.digits * 10n ** BigInt(scale - b.scale)
  return left < right ? -1 : left > right ? 1 : 0
}
