import { Problem, type Read, UNKNOWN, type Value } from './values.ts'

/**
 * Dates and times in the formats of ISO 8601 that mean the same under every DateStyle. PostgreSQL accepts other formats,
 * for example `23 November 2026`, depending on the settings of the session.
 */
const BLANK = String.raw`[ \t-\r]`
const DATE = String.raw`(?:(\d{4,7})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2}))`
const ZONE = String.raw`(?:(Z|UTC)|([+-])(\d{1,2})(?::?(\d{2})(?::(\d{2}))?)?)`
const TIME = String.raw`(?:${BLANK}+T?|T)${BLANK}*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d*)?)?(?:${BLANK}*${ZONE})?`
const ISO = new RegExp(`^${BLANK}*${DATE}(?:${TIME})?(?:${BLANK}+(?:(BC)|AD))?${BLANK}*$`, 'i')
const WORD = /^[ \t-\r]*(-?)(infinity|epoch|now|today|tomorrow|yesterday)[ \t-\r]*$/i

const DAY = 86_400_000_000n

interface Moment {
  /** Days since 1970. */
  day: number
  /** Microseconds since the start of the day. */
  time: bigint
  /** Microseconds ahead of UTC; undefined if the session's time zone decides. */
  offset: bigint | undefined
}

/** Reads a date as the number of days since 1970. */
export function readDate(given: unknown): Read {
  const refusal = new Problem('must be a date, for example 2026-11-23')
  if (typeof given !== 'string') return refusal
  const text = withoutRuns(given)
  const word = readWord(text)
  if (word !== undefined) return word
  const moment = readMoment(text)
  return moment && moment.day >= FIRST_DAY && moment.day <= LAST_DATE ? moment.day : refusal
}

/** Reads a time as the number of microseconds since 1970, a bigint. */
export function readTimestamp(given: unknown, kind: 'timestamp' | 'timestamptz', precision = 6): Read {
  const refusal = new Problem('must be a valid Date, or a time, for example 2026-11-23T07:03:00Z')
  if (given instanceof Date && kind === 'timestamptz') {
    const time = given.getTime()
    return Number.isNaN(time) ? refusal : (within(BigInt(time) * 1000n) ?? refusal)
  }
  if (typeof given !== 'string') return refusal
  const text = withoutRuns(given)
  const word = readWord(text)
  if (word !== undefined) return typeof word === 'number' && word !== 0 ? word : UNKNOWN
  const moment = readMoment(text)
  if (!moment) return refusal
  const { day, time, offset } = moment
  const local = BigInt(day) * DAY + time
  const value = within(kind === 'timestamp' ? local : local - (offset ?? 0n))
  if (value === undefined) return refusal
  return kind === 'timestamptz' && offset === undefined ? UNKNOWN : round(value, precision)
}

/** One space for each run of them: on long ones the expressions above would take quadratic time. */
function withoutRuns(text: string): string {
  return text.replace(/[ \t-\r]+/g, ' ')
}

function readWord(text: string): Value | undefined {
  const [, sign, word] = WORD.exec(text.toLowerCase()) ?? []
  if (word === undefined || (sign && word !== 'infinity')) return undefined
  if (word === 'infinity') return sign ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return word === 'epoch' ? 0 : { daysFromToday: word === 'tomorrow' ? 1 : word === 'yesterday' ? -1 : 0 }
}

function readMoment(text: string): Moment | undefined {
  const match = ISO.exec(text)
  if (!match) return undefined
  const [year, month, day] = match[1] ? [match[1], match[3], match[4]] : match.slice(5, 8)
  const [hour = 0, minute = 0, second = 0, fraction = '0', zulu, sign, ...offsets] = match.slice(8, 17)
  const ofEra = Number(year)
  const astronomical = match[17] ? 1 - ofEra : ofEra
  const [m, d] = [Number(month), Number(day)]
  if (ofEra === 0 || m < 1 || m > 12 || d < 1 || d > daysOf(astronomical, m)) return undefined
  const micros = BigInt(Math.round(Number(`0${fraction}`) * 1_000_000))
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const time = BigInt(seconds) * 1_000_000n + micros
  if (Number(minute) > 59 || Number(second) > 60 || time > DAY) return undefined
  const [hours = 0, minutes = 0, more = 0] = offsets.map((each) => Number(each ?? 0))
  if (hours > 15 || minutes > 59 || more > 59) return undefined
  const ahead = BigInt(hours * 3600 + minutes * 60 + more) * (sign === '-' ? -1_000_000n : 1_000_000n)
  return { day: dayOf(astronomical, m, d), time, offset: zulu || sign ? ahead : undefined }
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Days from 1970-01-01: https://howardhinnant.github.io/date_algorithms.html#days_from_civil */
function dayOf(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const ofEra = shifted - era * 400
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
}

/** 4714-11-24 BC and 5874897-12-31: https://www.postgresql.org/docs/current/datatype-datetime.html */
const FIRST_DAY = dayOf(-4713, 11, 24)
const LAST_DATE = dayOf(5_874_897, 12, 31)
const END_OF_TIMES = BigInt(dayOf(294_277, 1, 1)) * DAY

function within(micros: bigint): bigint | undefined {
  return micros >= BigInt(FIRST_DAY) * DAY && micros < END_OF_TIMES ? micros : undefined
}

/** Rounds half away from 2000-01-01, as AdjustTimestampForTypmod does. */
function round(micros: bigint, precision: number): bigint {
  const epoch = 946_684_800_000_000n
  const unit = 10n ** BigInt(6 - precision)
  const since = micros - epoch
  const size = ((since < 0n ? -since : since) + unit / 2n) / unit
  return (since < 0n ? -size : size) * unit + epoch
}

/** The days that are today somewhere, from UTC-12 to UTC+14. */
export function daysOfToday(now = Date.now()): number[] {
  const dayAt = (hours: number) => Math.floor((now + hours * 3_600_000) / 86_400_000)
  return [...new Set([dayAt(-12), dayAt(0), dayAt(14)])]
}
