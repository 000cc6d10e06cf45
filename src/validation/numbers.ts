import { type Limits, limitsInWords, wholeNumberInWords } from '../sentences/index.ts'
import type { TypeRules } from './rules.ts'
import { type Decimal, Problem, type Read } from './values.ts'

/** Reads a whole number within a range; `limits` are narrower ones, for the message alone. */
export function readInteger(given: unknown, min: number, max: number, limits?: Limits): Read {
  const isFine = Number.isInteger(given) && (given as number) >= min && (given as number) <= max
  return isFine ? (given as number) + 0 : new Problem(wholeNumberInWords(min, max, limits))
}

const INT8 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const DIGITS = /^[ \t-\r]*([+-]?)0*(\d{1,19})[ \t-\r]*$/

/** Refuses hexadecimal numbers and underscores, which only PostgreSQL 16 and later accept. */
export function readInt8(given: unknown, limits?: Limits): Read {
  const isNumber = typeof given === 'number' || typeof given === 'bigint'
  const text = isNumber ? String(given) : given
  const [, sign = '', digits] = (typeof text === 'string' && DIGITS.exec(text)) || []
  const value = digits === undefined ? undefined : BigInt(digits) * (sign === '-' ? -1n : 1n)
  return value !== undefined && value >= INT8.min && value <= INT8.max
    ? value
    : new Problem(wholeNumberInWords(INT8.min, INT8.max, limits))
}

/** Half a step above the largest float4; larger numbers do not round to a float4. */
const FLOAT4_END = 3.4028235677973366e38

/** The predicate for a number within the limits. */
function numberInWords(limits: Limits | undefined): string {
  const words = limitsInWords(limits ?? {})
  if (words === '') return 'must be a number'
  return words.startsWith('at ') ? `must be a number of ${words}` : `must be a number ${words}`
}

export function readFloat(given: unknown, kind: 'float4' | 'float8', limits?: Limits): Read {
  if (typeof given !== 'number') return new Problem(numberInWords(limits))
  if (kind === 'float8' || !Number.isFinite(given)) return given
  const rounded = Math.fround(given)
  if (Math.abs(given) > FLOAT4_END || (rounded === 0 && given !== 0)) {
    return new Problem('must be a number that fits into four bytes')
  }
  return rounded
}

const NUMERIC = /^[ \t-\r]*([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d+))?[ \t-\r]*$/i
const SPECIAL = /^[ \t-\r]*(?:(nan)|([+-]?)inf(?:inity)?)[ \t-\r]*$/i

/** The most digits before and after the point: https://www.postgresql.org/docs/current/datatype-numeric.html */
const LIMITS = { before: 131_072, behind: 16_383 }

type NumericRules = Partial<Pick<TypeRules, 'precision' | 'scale' | 'limits'>>

/** Rounded to the scale of numeric(precision, scale), if the type has one. */
export function readNumeric(given: unknown, type: NumericRules = {}): Read {
  const { precision, scale = 0, limits } = type
  const refusal = new Problem(`${numberInWords(limits)}, as a number or as text`)
  if (typeof given !== 'string' && typeof given !== 'number') return refusal
  const text = String(given)
  const special = SPECIAL.exec(text)
  if (special?.[1]) return Number.NaN
  if (special) {
    if (precision !== undefined) return tooLarge(precision, scale)
    return special[2] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  const match = NUMERIC.exec(text)
  if (!match) return refusal
  const value = decimal(match)
  if (!value) return new Problem('must be a number with fewer digits')
  if (precision === undefined) return value
  const rounded = round(value, scale)
  const size = scale < 0 ? rounded / 10n ** BigInt(-scale) : rounded
  if ((size < 0n ? -size : size) >= 10n ** BigInt(precision)) return tooLarge(precision, scale)
  return { digits: rounded, scale: Math.max(scale, 0) }
}

export function isNumericText(text: string): boolean {
  const match = NUMERIC.exec(text)
  return match !== null && decimal(match) !== undefined
}

function tooLarge(precision: number, scale: number): Problem {
  const places = Math.max(precision - scale, 0)
  return new Problem(
    places === 0
      ? `must be a number smaller than 1e${precision - scale}`
      : `must be a number with at most ${places} digits before the point`,
  )
}

/** Undefined if PostgreSQL cannot store that many digits. */
function decimal([, sign, whole = '', fraction, bare, power = '0']: RegExpExecArray): Decimal | undefined {
  const behind = fraction ?? bare ?? ''
  const digits = (whole + behind).replace(/^0+/, '')
  const exponent = Number(power)
  if (Math.max(0, behind.length - exponent) > LIMITS.behind) return undefined
  if (digits === '') return { digits: 0n, scale: 0 }
  if (digits.length - behind.length + exponent > LIMITS.before) return undefined
  const scale = behind.length - exponent
  const value = BigInt(sign === '-' ? `-${digits}` : digits)
  return scale >= 0 ? { digits: value, scale } : { digits: value * 10n ** BigInt(-scale), scale: 0 }
}

/** Rounds half away from zero. The result is in units of 10^-scale, or of 1 if the scale is negative. */
function round({ digits, scale }: Decimal, to: number): bigint {
  if (scale <= to) return digits * 10n ** BigInt(to - scale)
  const unit = 10n ** BigInt(scale - to)
  const size = digits < 0n ? -digits : digits
  const rounded = (size + unit / 2n) / unit
  const signed = digits < 0n ? -rounded : rounded
  return to < 0 ? signed * 10n ** BigInt(-to) : signed
}

export function toFloat(value: bigint | Decimal | number): number {
  if (typeof value !== 'object') return Number(value)
  return Number(`${value.digits}e${-value.scale}`)
}
