import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import { adoptObjects } from '../owned-objects.ts'
import { LIBRARY, TOOL_SCHEMA } from '../tool-schema.ts'
import { PARTITIONED, type Partition, tableName } from './read.ts'

/**
 * The partitions whose rows are all from before `time`. The first one, which has no beginning, is not among them while it
 * is empty and alone.
 */
export async function expiredBefore(
  client: pg.ClientBase,
  { partitions, time }: { partitions: readonly Partition[]; time: Date },
): Promise<Partition[]> {
  const expired = partitions.filter(({ upper }) => upper !== undefined && upper <= time)
  const [first, ...others] = expired
  if (!first || first.lower || others.length > 0) return expired
  const { rows } = await queryClosed<{ some: boolean }>(
    client,
    `select exists (select from ${first.table}) as some`,
  )
  return rows[0]?.some ? expired : []
}

/**
 * Records, in the caller's transaction, that a partition is about to be dropped: from its detachment on it is an object of
 * the library by itself, which the next run drops if this one is interrupted.
 */
export async function announceDrop(client: pg.ClientBase, partition: string): Promise<void> {
  const { rows } = await queryClosed<{ classid: number; objid: number; type: string; identity: string }>(
    client,
    `select 'pg_class'::regclass::bigint::float8 as classid, pg_catalog.to_regclass($1)::bigint::float8 as objid, type, identity
     from pg_identify_object('pg_class'::regclass, pg_catalog.to_regclass($1), 0)`,
    [partition],
  )
  await adoptObjects(client, rows)
}

/** Forgets that partitions were about to be dropped which are still attached: their owner may detach them to keep them. */
export async function forgetAnnounced(client: pg.ClientBase): Promise<void> {
  await queryClosed(
    client,
    `delete from ${TOOL_SCHEMA}.objects as announced using pg_class, pg_inherits
     where ${IS_ANNOUNCED} and inhrelid = pg_class.oid and not inhdetachpending`,
    [`^${PARTITIONED}_`],
  )
}

/** The tables that were announced and are detached: what is left is to drop them. */
export async function findDetached(client: pg.ClientBase): Promise<{ name: string; sql: string }[]> {
  const { rows } = await queryClosed<{ name: string; sql: string }>(
    client,
    `select relname::text as name, identity as sql from ${TOOL_SCHEMA}.objects as announced, pg_class
     where ${IS_ANNOUNCED} and not relispartition order by relname`,
    [`^${PARTITIONED}_`],
  )
  return rows
}

const IS_ANNOUNCED = `announced.type = 'table' and announced.source = '${LIBRARY}' and announced.object_oid = pg_class.oid
  and relkind = 'r' and relname ~ $1`

/** Drops a detached table, and the record of it, in the caller's transaction. */
export async function dropDetached(
  client: pg.ClientBase,
  { namespace, lockTimeout }: { namespace: string; lockTimeout: number },
  { sql }: { sql: string },
): Promise<void> {
  // The foreign key that it has by itself has triggers on users.
  await client.query(
    `set local lock_timeout = ${lockTimeout}; lock table ${tableName(namespace, 'users')} in access exclusive mode; drop table ${sql}`,
  )
  await queryClosed(client, `delete from ${TOOL_SCHEMA}.objects where type = 'table' and identity = $1`, [
    sql,
  ])
}
