const START = Date.UTC(2023, 0, 2, 8)
const DAY = 86_400_000
const UNIT = 70 * DAY

/**
 * The time of the n-th message and its rows. Messages become more frequent, as in a growing service: 1,000 span 16 months
 * and 1,000,000 span 32. In both cases the last two thirds are in the last 70 days.
 */
export function momentOf(n: number): number {
  return START + Math.floor(UNIT * Math.log1p(n))
}

/** The time as ISO 8601. */
export function timeText(time: number): string {
  return new Date(time).toISOString()
}

/** The date as ISO 8601, `days` later. */
export function dayText(time: number, days = 0): string {
  return timeText(time + days * DAY).slice(0, 10)
}
