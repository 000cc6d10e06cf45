import pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { AdminError } from '../errors.ts'

/** The table that is partitioned by month, by the column `created_at`. */
export const PARTITIONED = 'audit_log'

/** A partition: its rows are from `lower` on, and before `upper`. */
export interface Partition {
  readonly name: string
  /** The name in SQL, with that of its schema. */
  readonly table: string
  /** Undefined for MINVALUE. */
  readonly lower: Date | undefined
  /** Undefined for MAXVALUE. */
  readonly upper: Date | undefined
  /** Whether `detach … concurrently` was interrupted. */
  readonly isDetaching: boolean
}

/** The name in SQL of a table of the namespace. */
export function tableName(namespace: string, table: string): string {
  return `${pg.escapeIdentifier(namespace)}.${pg.escapeIdentifier(table)}`
}

/** Whether the table is there, and partitioned by range. */
export async function isPartitioned(client: pg.ClientBase, namespace: string): Promise<boolean> {
  const { rowCount } = await queryClosed(
    client,
    `select from pg_partitioned_table where partrelid = pg_catalog.to_regclass($1) and partstrat = 'r'`,
    [tableName(namespace, PARTITIONED)],
  )
  return rowCount === 1
}

/**
 * The partitions in the order of their times, in the caller's transaction.
 *
 * @throws {AdminError} one of them has no bounds, because it is a default partition.
 */
export async function readPartitions(client: pg.ClientBase, namespace: string): Promise<Partition[]> {
  // Bounds are printed as the session prints times.
  await client.query(`select pg_catalog.set_config('datestyle', 'ISO', true)`)
  const { rows } = await queryClosed<Nullable<Partition> & { bound: string }>(client, PARTITIONS, [
    tableName(namespace, PARTITIONED),
  ])
  const other = rows.find(({ bound }) => !BOUND.test(bound))
  if (other) {
    throw new AdminError(
      `The partition ${other.name} of ${PARTITIONED} is not a range of times (${other.bound}). Nothing was changed. Detach it: alter table ${PARTITIONED} detach partition ${other.name}`,
    )
  }
  return rows.map(({ name, table, lower, upper, isDetaching }) => ({
    name: name ?? '',
    table: table ?? '',
    lower: lower ?? undefined,
    upper: upper ?? undefined,
    isDetaching: isDetaching ?? false,
  }))
}

type Nullable<T> = { readonly [Name in keyof T]: T[Name] | null }

const BOUND = /^FOR VALUES FROM \((MINVALUE|'[^']+')\) TO \((MAXVALUE|'[^']+')\)$/

const PARTITIONS = `
  select relname::text as name, pg_catalog.format('%I.%I', nspname, relname) as table, bound, inhdetachpending as "isDetaching",
    substring(bound from $$FROM \\('([^']+)'\\)$$)::timestamptz as lower,
    substring(bound from $$TO \\('([^']+)'\\)$$)::timestamptz as upper
  from pg_inherits join pg_class on pg_class.oid = inhrelid join pg_namespace on pg_namespace.oid = relnamespace,
    pg_catalog.pg_get_expr(relpartbound, pg_class.oid) as bound
  where inhparent = pg_catalog.to_regclass($1)
  order by lower nulls first`
