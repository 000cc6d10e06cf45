import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { DISTRIBUTED_TABLES, REFERENCE_TABLES } from './state.ts'

const TABLES: readonly string[] = [...REFERENCE_TABLES, ...DISTRIBUTED_TABLES]

/**
 * The statements that drop the policies of tables on the nodes. Citus takes no policy with a subquery, and a node does not
 * know for whom the session of the coordinator acts. Row security stays on: without a policy, a role that does not own the
 * tables sees no row of them.
 */
export async function planPolicies(client: pg.ClientBase, namespace: string): Promise<string[]> {
  const { rows } = await queryClosed<{ statement: string }>(
    client,
    `select pg_catalog.format('drop policy %I on %I.%I', policyname, schemaname, tablename) as statement
     from pg_policies where schemaname = $1 and tablename = any($2) order by 1`,
    [namespace, TABLES],
  )
  return rows.map(({ statement }) => statement)
}

/** The statements that drop the triggers of the history: the audit log is not on the nodes, nor is the actor. */
export async function planHistory(client: pg.ClientBase, namespace: string): Promise<string[]> {
  const { rows } = await queryClosed<{ statement: string }>(
    client,
    `select pg_catalog.format('drop trigger %I on %I.%I', tgname, nspname, relname) as statement
     from pg_trigger join pg_class on pg_class.oid = tgrelid join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = $1 and relname = any($2) and pg_catalog.starts_with(tgname, relname || '_history_') order by 1`,
    [namespace, TABLES],
  )
  return rows.map(({ statement }) => statement)
}

/** Whether an object is a policy or a trigger that tables of the nodes do not have. */
export function isMissingOnNodes(object: string): boolean {
  return TABLES.some(
    (table) =>
      object.startsWith(`policy ${table}.`) || object.startsWith(`trigger ${table}.${table}_history_`),
  )
}
