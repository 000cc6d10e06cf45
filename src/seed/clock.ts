const START = Date.UTC(2023, 0, 2, 8)
const DAY = 86_400_000
const UNIT = 70 * DAY

/**
 * The moment of the n-th message and what belongs to it. There are ever more a day, as in a service that grows, so that
 * 1,000 span 16 months and 1,000,000 span 32, the last two thirds of either the last 70 days.
 */
export function momentOf(n: number): number {
  return START + Math.floor(UNIT * Math.log1p(n))
}

export function timeText(time: number): string {
  return new Date(time).toISOString()
}

/** The day, some days later. */
export function dayText(time: number, days = 0): string {
  return timeText(time + days * DAY).slice(0, 10)
}
