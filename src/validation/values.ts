import { sentence, subjectOf, words } from '../sentences/index.ts'

/** A number of any size: digits × 10^-scale. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** A day counted from today, which depends on the server's time zone. */
export interface Today {
  readonly daysFromToday: number
}

/** A value that only the database knows, for example a computed default. */
export const UNKNOWN = { isUnknown: true } as const

/**
 * A value as PostgreSQL stores it: numbers for int2, int4, float4, float8, lengths and days, bigints for int8 and
 * microseconds, strings for texts, enums and uuids. Infinity and NaN are numbers in every type that has them.
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

/** The reason why a value is refused, and the path to the refused part of it. */
export class Problem {
  /** A whole sentence if it ends in a full stop, else the predicate of a sentence about the column. */
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

/** A value of a type, or the problems of an input that is not of the type. */
export type Read = Value | Problem | readonly Problem[]

export function isProblem(read: Read): read is Problem | readonly Problem[] {
  return read instanceof Problem || Array.isArray(read)
}

/** Compares numbers as PostgreSQL does: NaN equals itself and is greater than all others. */
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

/** NaN and the infinities remain numbers: they compare with 0 as with every other number. */
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
