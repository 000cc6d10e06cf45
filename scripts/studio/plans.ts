import pg from 'pg'
import type { LoadedStatement } from '../generate/loaded-statement.ts'
import { loadStatements } from '../generate/statements.ts'

/** A statement of a repository with its plan on this database. */
export interface PlannedStatement {
  /** The name of the statement, such as `users.list(role)`. */
  readonly name: string
  readonly sql: string
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
  /** Empty if the statement does not fit this database. */
  readonly plan: string
  /** PostgreSQL's reason why the statement does not fit. */
  readonly problem?: string
  /** The indexes that the plan reads. */
  readonly indexes: readonly string[]
}

let statements: Promise<LoadedStatement[]> | undefined

/** The statements as of the first call. */
function listed(): Promise<LoadedStatement[]> {
  statements ??= loadStatements()
  return statements
}

/** Plans every statement for unknown parameter values, in the format of EXPLAIN. */
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
 * Plans a statement for specific values, which are text in PostgreSQL's format or null. A statement that only reads is
 * run too, and the plan contains the measurements. A statement that writes is only planned.
 *
 * @throws {RangeError} there is no such statement.
 */
export async function planWithValues(
  client: pg.ClientBase,
  name: string,
  values: readonly (string | null)[],
): Promise<PlannedStatement> {
  const statement = (await listed()).find((each) => each.name === name)
  if (!statement) throw new RangeError(`There is no statement named ${name}.`)
  await client.query('set local plan_cache_mode = force_custom_plan')
  await client.query('set local transaction_read_only = on')
  try {
    return await attempt(client, () => plan(client, statement, { values, options: 'analyze, buffers' }))
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== READ_ONLY_SQL_TRANSACTION) throw error
    return plan(client, statement, { values })
  }
}

/** Runs `fn` in a savepoint, so that a failure leaves the transaction unchanged. */
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
