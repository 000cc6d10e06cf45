import pg from 'pg'
import { queryClosed } from '../../src/admin/index.ts'
import type { Difference } from '../../src/admin.ts'
import { connected } from './catalog.ts'
import { findRules, type Rule } from './rules.ts'

/** Rows of a database that a new rule would refuse. */
export interface Violation {
  /** Kind and name, such as `constraint people.people_phone_check`. */
  readonly rule: string
  /** The number of refused rows; of a unique key, the number of values that occur more than once. */
  readonly rows: number
  /** The first of them: their first columns. */
  readonly examples: readonly string[]
  /** Finds them. */
  readonly sql: string
}

/** A rule whose rows could not be read. */
export interface Unchecked {
  readonly rule: string
  readonly reason: string
}

export interface Violations {
  readonly violations: readonly Violation[]
  readonly unchecked: readonly Unchecked[]
}

export interface ViolationOptions {
  /** Milliseconds for each rule; default 60 000. */
  readonly timeout?: number | undefined
}

const TIMEOUT = 60_000
const EXAMPLES = 5

/**
 * Counts the rows of a live database that the rules of schema/ would refuse which are new or have changed, in a read-only
 * transaction. Rules that could not be checked are listed.
 *
 * @param fresh the URL of a database with schema/.
 */
export async function findViolations(
  url: string,
  { fresh, differences }: { fresh: string; differences: readonly Difference[] },
  { timeout = TIMEOUT }: ViolationOptions = {},
): Promise<Violations> {
  return connected(url, async (client) => {
    // A policy that hides rows is an error, so that hidden rows do not count as none.
    await client.query(
      `begin isolation level repeatable read read only; set local row_security = off; set local lock_timeout = 5000; set local statement_timeout = ${Math.round(timeout)}`,
    )
    const rules = await connected(fresh, (wanted) => findRules(wanted, client, differences))
    const [violations, unchecked]: [Violation[], Unchecked[]] = [[], []]
    for (const rule of rules) {
      const result = await check(client, rule, timeout)
      if (result === undefined) continue
      if ('rows' in result) violations.push(result)
      else unchecked.push(result)
    }
    await client.query('rollback')
    return { violations, unchecked }
  })
}

async function check(
  client: pg.ClientBase,
  { rule, sql, reason = '' }: Rule,
  timeout: number,
): Promise<Violation | Unchecked | undefined> {
  if (sql === undefined) return { rule, reason }
  await client.query('savepoint one')
  try {
    const { rows: counted } = await queryClosed<{ count: string }>(
      client,
      `select count(*) as count from (${sql}) as refused`,
    )
    const rows = Number(counted[0]?.count)
    if (rows === 0) return undefined
    const { rows: found, fields } = await queryClosed<Record<string, unknown>>(
      client,
      `select * from (${sql}) as refused limit ${EXAMPLES}`,
    )
    return { rule, rows, examples: found.map((row) => exampleOf(row, fields)), sql }
  } catch (error) {
    await client.query('rollback to one')
    return { rule, reason: reasonOf(error, timeout) }
  }
}

/** The first columns of a table are its key; those of a key are its values. */
function exampleOf(row: Readonly<Record<string, unknown>>, fields: readonly { name: string }[]): string {
  const isKey = fields[0]?.name === 'key_1'
  const all = fields.map(({ name }) => row[name])
  const values = isKey ? all.slice(0, -1) : all.slice(0, 1)
  const shown = values.map((value) => {
    const text = value instanceof Date ? value.toISOString() : String(value)
    return text.length > 60 ? `${text.slice(0, 59)}…` : text
  })
  return isKey ? `${shown.join(', ')} (${all.at(-1)} times)` : `${fields[0]?.name} ${shown.join(', ')}`
}

const REASONS: Readonly<Record<string, string>> = {
  '42501': 'this role may not read all rows',
  '55P03': 'another session holds a lock on the table',
}

function reasonOf(error: unknown, timeout: number): string {
  if (!(error instanceof pg.DatabaseError)) throw error
  if (error.code === '57014')
    return `it took longer than ${timeout / 1_000} s; allow more time with --timeout`
  const words = REASONS[error.code ?? '']
  return words === undefined ? error.message : `${words} (${error.message})`
}
