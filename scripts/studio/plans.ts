import pg from 'pg'
import type { LoadedStatement } from '../generate/loaded-statement.ts'
import { loadStatements } from '../generate/statements.ts'

/** A statement of a repository, with what PostgreSQL would do for it on this database. */
export interface PlannedStatement {
  /** Such as `users.list(role)`. */
  readonly name: string
  readonly sql: string
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
  /** Empty where the statement does not fit this database. */
  readonly plan: string
  /** Why it does not fit, in PostgreSQL's words. */
  readonly problem?: string
  /** Those that the plan reads. */
  readonly indexes: readonly string[]
}

let statements: Promise<LoadedStatement[]> | undefined

/** As they were when they were first asked for. */
function listed(): Promise<LoadedStatement[]> {
  statements ??= loadStatements()
  return statements
}

/** As EXPLAIN prints them, for whatever values the parameters will have. */
export async function planStatements(client: pg.ClientBase): Promise<PlannedStatement[]> {
  await client.query('set local plan_cache_mode = force_generic_plan')
  const planned: PlannedStatement[] = []
  for (const statement of await listed()) {
    const { name, formatted, parameters } = statement
    planned.push(
      await attempt(client, () => plan(client, statement)).catch((error: Error) => ({
        ...{ name, sql: formatted, plan: '', problem: error.message, indexes: [] },
        parameters: parameters.map((parameter) => ({ name: parameter, type: 'unknown' })),
      })),
    )
  }
  return planned
}

/**
 * The plan for these values, as text that PostgreSQL reads as the parameters' types; null for none. What only reads is
 * run as well, and the plan says what that took; what writes is only planned.
 *
 * @throws {RangeError} there is no such statement.
 */
export async function planWithValues(
  client: pg.ClientBase,
  name: string,
  values: readonly (string | null)[],
): Promise<PlannedStatement> {
  const statement = (await listed()).find((each) => each.name === name)
  if (!statement) throw new RangeError(`there is no statement ${name}`)
  await client.query('set local plan_cache_mode = force_custom_plan')
  await client.query('set local transaction_read_only = on')
  try {
    return await attempt(client, () => plan(client, statement, { values, options: 'analyze, buffers' }))
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== READ_ONLY_SQL_TRANSACTION) throw error
    return plan(client, statement, { values })
  }
}

/** What fails leaves the transaction as it was. */
async function attempt<T>(client: pg.ClientBase, fn: () => Promise<T>): Promise<T> {
  await client.query('savepoint attempt')
  try {
    return await fn()
  } catch (error) {
    await client.query('rollback to savepoint attempt; deallocate all')
    throw error
  }
}

const READ_ONLY_SQL_TRANSACTION = '25006'

async function plan(
  client: pg.ClientBase,
  { name, sql, formatted, parameters }: LoadedStatement,
  { values = [], options }: { values?: readonly (string | null)[]; options?: string } = {},
): Promise<PlannedStatement> {
  await client.query(`prepare studio as ${sql}`)
  const { rows } = await client.query<{ types: string[] }>(
    `select parameter_types::text[] as types from pg_prepared_statements where name = 'studio'`,
  )
  const types = rows[0]?.types ?? []
  const literals = types.map((_, place) => literal(values[place] ?? null))
  const call = literals.length > 0 ? `studio (${literals.join(', ')})` : 'studio'
  const { rows: lines } = await client.query<{ 'QUERY PLAN': string }>(
    `explain ${options ? `(${options}) ` : ''}execute ${call}`,
  )
  await client.query('deallocate studio')
  const text = lines.map((line) => line['QUERY PLAN']).join('\n')
  return {
    name,
    sql: formatted,
    parameters: parameters.map((parameter, place) => ({ name: parameter, type: types[place] ?? 'unknown' })),
    plan: text,
    indexes: [...new Set([...text.matchAll(INDEX)].map((match) => (match[1] ?? match[2]) as string))],
  }
}

/** `Index Scan using i on t`, `Bitmap Index Scan on i`. */
const INDEX = /Index (?:Only )?Scan(?: Backward)? using "?([^"\s]+)"? on|Bitmap Index Scan on "?([^"\s]+)/g

const literal = (value: string | null) => (value === null ? 'null' : pg.escapeLiteral(value))
