import { format } from 'sql-formatter'
import type { Step } from './phases.ts'
import { isSameSql, lowerKeywords } from './sql.ts'

export interface MigrationFile {
  /** With `.sql`. */
  readonly name: string
  readonly sql: string
}

/** The statements of a file's header. */
export interface Header {
  readonly title: string
  /** The last migration that its author knew: files of branches that were merged later do not follow it. */
  readonly follows: string | undefined
  /** As `people (access exclusive)`. */
  readonly locks: readonly string[]
  readonly rewrites: readonly string[]
  readonly loss: readonly string[]
  readonly isTransactional: boolean
}

export function headerText({ title, follows, locks, rewrites, loss, isTransactional }: Header): string {
  // A line break in a name would end the comment.
  const list = (items: readonly string[]) => items.join('; ').replace(/[\n\r]+/g, ' ') || 'none'
  return [
    `-- ${title.replaceAll('_', ' ')}`,
    ...(follows === undefined ? [] : [`-- follows: ${follows}`]),
    `-- locks: ${list(locks)}`,
    `-- table rewrites: ${list(rewrites)}`,
    `-- data loss: ${list(loss)}`,
    `-- transaction: ${isTransactional ? 'one, all or nothing' : 'none, each statement by itself'}`,
    '',
  ].join('\n')
}

/** The value of a line of the header, as `data loss`. */
export function headerValue(sql: string, name: string): string | undefined {
  const lines = sql.replace(/^\uFEFF/, '').split(/\r?\n/)
  const end = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('--'))
  const line = lines.slice(0, end < 0 ? lines.length : end).find((each) => each.startsWith(`-- ${name}: `))
  return line?.slice(name.length + 5).trim()
}

export function bodyOf(statements: readonly string[]): string {
  return statements.map((sql) => `${tidy(sql)};\n`).join('\n')
}

export function stepsBody(steps: readonly Step[]): string {
  return steps
    .map(
      ({ sql, onFailure }) =>
        `${onFailure === undefined ? '' : `-- on failure: ${onFailure}\n`}${tidy(sql)};\n`,
    )
    .join('\n-- statement\n')
}

const WIDTH = 120

/** In lower case and with short lines, where the formatter understands the statement; bodies of functions stay as written. */
function tidy(sql: string): string {
  const lower = lowerKeywords(sql)
  if (sql.includes('$') || lower.split('\n').every((line) => line.length <= WIDTH)) return lower
  try {
    const formatted = format(lower, {
      language: 'postgresql',
      keywordCase: 'lower',
      dataTypeCase: 'lower',
      functionCase: 'lower',
      expressionWidth: WIDTH - 10,
    })
    return isSameSql(sql, formatted) ? formatted : lower
  } catch {
    return lower
  }
}

/** Ordered by time; after `last`, also where the clock that made it was ahead. */
export function fileNames(
  name: string,
  count: number,
  { at, last }: { at: Date; last: string | undefined },
): string[] {
  const next = Math.max(at.getTime(), ...(last === undefined ? [] : [timeOf(last) + 1_000]))
  return Array.from({ length: count }, (_, index) => {
    const time = new Date(next + index * 1_000).toISOString().replace(/\D/g, '').slice(0, 14)
    return `${time}_${name}${index > 0 ? `_${index + 1}` : ''}.sql`
  })
}

/** @throws {Error} the name does not begin with a time: nothing can be sorted behind it reliably. */
function timeOf(name: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name) ?? []
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(time)) {
    throw new Error(
      `The name of the last migration, ${name}, does not begin with a time such as 20260131120000. A new migration must sort behind it: rename the file, where no database has it yet.`,
    )
  }
  return time
}
