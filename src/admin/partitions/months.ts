/** The first moment of the month in UTC, `months` later. */
export function monthOf(time: Date, months = 0): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + months))
}

/** `2026_11` */
export function monthName(month: Date): string {
  return month.toISOString().slice(0, 7).replace('-', '_')
}
