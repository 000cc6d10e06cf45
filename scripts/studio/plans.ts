import pg from 'pg'
import { type JsonNode, objectsOf, type PlanNode, textOf, treeOf } from './plan-tree.ts'
import type { Parameter, Statement } from './statement-files.ts'

/** A statement of a repository with its plan on this database. */
export interface PlannedStatement {
  /** The name of the statement, such as `users.list(role)`. */
  readonly name: string
  readonly sql: string
  readonly parameters: readonly Parameter[]
  /** The plan as text; empty if the statement does not fit this database. */
  readonly plan: string
  readonly tree?: PlanNode
  /** PostgreSQL's reason why the statement does not fit. */
  readonly problem?: string
  /** The tables that the plan reads or writes. */
  readonly tables: readonly string[]
  /** The indexes that the plan reads. */
  readonly indexes: readonly string[]
}

/** A plan for specific values. */
export interface MeasuredStatement extends PlannedStatement {
  readonly values: readonly (string | null)[]
  /** In milliseconds; absent for a statement that writes, which is only planned. */
  readonly time?: number
}

/** Plans every statement for unknown parameter values. */
export async function planStatements(
  client: pg.ClientBase,
  statements: readonly Statement[],
): Promise<PlannedStatement[]> {
  await prepareSession(client, 'force_generic_plan')
  const planned: PlannedStatement[] = []
  for (const statement of statements) {
    planned.push(
      await attempt(client, () => plan(client, statement)).catch((error: Error) => ({
        ...{ ...statement, plan: '', problem: error.message, tables: [], indexes: [] },
      })),
    )
  }
  return planned
}

/**
 * Plans a statement for specific values, which are text in PostgreSQL's format or null. A statement that only reads is
 * run too, and the plan contains the measurements. A statement that writes is only planned.
 */
export async function planWithValues(
  client: pg.ClientBase,
  statement: Statement,
  values: readonly (string | null)[],
): Promise<MeasuredStatement> {
  await prepareSession(client, 'force_custom_plan')
  await client.query('set local transaction_read_only = on')
  try {
    const options = 'analyze, buffers, '
    return { ...(await attempt(client, () => plan(client, statement, { values, options }))), values }
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== READ_ONLY_SQL_TRANSACTION) throw error
    return { ...(await plan(client, statement, { values })), values }
  }
}

/** The statements of the repositories name tables without their schema. */
async function prepareSession(client: pg.ClientBase, mode: string): Promise<void> {
  await client.query(
    `set local search_path = pg_catalog, public, pg_temp; set local plan_cache_mode = ${mode}; savepoint attempt`,
  )
}

/** Runs `fn` after the savepoint of the session, so that a failure leaves the transaction unchanged. */
async function attempt<T>(client: pg.ClientBase, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn()
  } catch (error) {
    await client.query('rollback to savepoint attempt; deallocate all')
    throw error
  }
}

const READ_ONLY_SQL_TRANSACTION = '25006'

interface Explained {
  readonly Plan: JsonNode
  readonly 'Execution Time'?: number
}

async function plan(
  client: pg.ClientBase,
  statement: Statement,
  { values = [], options = '' }: { values?: readonly (string | null)[]; options?: string } = {},
): Promise<PlannedStatement & { time?: number }> {
  // The extended protocol refuses a text of several statements.
  await client.query({ text: `prepare studio as ${statement.sql}`, queryMode: 'extended' } as pg.QueryConfig)
  const literals = statement.parameters.map((_, place) => literal(values[place] ?? null))
  const call = literals.length > 0 ? `studio (${literals.join(', ')})` : 'studio'
  const { rows } = await client.query<{ 'QUERY PLAN': readonly [Explained] }>(
    `explain (${options}format json) execute ${call}`,
  )
  await client.query('deallocate studio')
  const { Plan: root, 'Execution Time': time } = (rows[0] as { 'QUERY PLAN': readonly [Explained] })[
    'QUERY PLAN'
  ][0]
  const tree = treeOf(root)
  return { ...statement, plan: textOf(tree), tree, ...objectsOf(root), ...(time !== undefined && { time }) }
}

const literal = (value: string | null) => (value === null ? 'null' : pg.escapeLiteral(value))
