import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { monthName } from './months.ts'
import { PARTITIONED, type Partition, tableName } from './read.ts'

/** Bounds of a partition; undefined for MINVALUE and MAXVALUE. */
export type Bounds = Pick<Partition, 'lower' | 'upper'>

/** `for values from (…) to (…)` */
export function forValues({ lower, upper }: Bounds): string {
  const [from, to] = [
    lower ? `'${lower.toISOString()}'` : 'minvalue',
    upper ? `'${upper.toISOString()}'` : 'maxvalue',
  ]
  return `for values from (${from}) to (${to})`
}

/** A free name for a partition: by the month in which it begins. */
export async function freeName(
  client: pg.ClientBase,
  namespace: string,
  lower: Date | undefined,
): Promise<string> {
  const name = `${PARTITIONED}_${lower ? monthName(lower) : 'earlier'}`
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}_${count}`
    const { rowCount } = await queryClosed(client, 'select where pg_catalog.to_regclass($1) is null', [
      tableName(namespace, candidate),
    ])
    if (rowCount === 1) return candidate
  }
}

/** Creates a partition where the caller has locked the table. */
export async function createPartition(
  client: pg.ClientBase,
  namespace: string,
  name: string,
  bounds: Bounds,
): Promise<void> {
  const table = tableName(namespace, PARTITIONED)
  await client.query(`create table ${tableName(namespace, name)} partition of ${table} ${forValues(bounds)}`)
  await complete(client, namespace, tableName(namespace, name))
}

/** Creates a partition beside the table and attaches it, which blocks no session that reads or writes the table. */
export async function attachPartition(
  client: pg.ClientBase,
  namespace: string,
  name: string,
  bounds: Bounds,
): Promise<void> {
  const [table, partition] = [tableName(namespace, PARTITIONED), tableName(namespace, name)]
  await client.query(`create table ${partition} (like ${table} including all excluding comments)`)
  await client.query(`alter table ${table} attach partition ${partition} ${forValues(bounds)}`)
  await complete(client, namespace, partition)
}

/** Gives a partition what it lacks of its table: it inherits neither row security nor the triggers of statements. */
export async function complete(client: pg.ClientBase, namespace: string, partition: string): Promise<void> {
  const { rows } = await missing(client, namespace, partition)
  for (const { sql } of rows) await client.query(sql)
}

/** The partitions, by their names in SQL, that lack row security or a trigger of the table. */
export async function incomplete(
  client: pg.ClientBase,
  namespace: string,
  partitions: readonly Partition[],
): Promise<string[]> {
  const lacking: string[] = []
  for (const { table } of partitions) {
    const { rowCount } = await missing(client, namespace, table)
    if (rowCount !== 0) lacking.push(table)
  }
  return lacking
}

/** The statements that complete a partition. */
const missing = (client: pg.ClientBase, namespace: string, partition: string) =>
  queryClosed<{ sql: string }>(client, MISSING, [tableName(namespace, PARTITIONED), partition])

/** Bit 0 of tgtype: for each row. */
const MISSING = `
  select pg_catalog.format('alter table %s enable row level security', $2::text) as sql
  from pg_class as expected join pg_class as present on present.oid = pg_catalog.to_regclass($2)
  where expected.oid = pg_catalog.to_regclass($1) and expected.relrowsecurity and not present.relrowsecurity
  union all
  select pg_catalog.regexp_replace(pg_get_triggerdef(expected.oid),
    ' ON [^ ]+ FOR EACH STATEMENT', pg_catalog.format(' ON %s FOR EACH STATEMENT', $2::text))
  from pg_trigger as expected
  where tgrelid = pg_catalog.to_regclass($1) and not tgisinternal and tgtype & 1 = 0
    and not exists (
      select from pg_trigger as present where present.tgrelid = pg_catalog.to_regclass($2) and present.tgname = expected.tgname)`
