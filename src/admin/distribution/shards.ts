import type pg from 'pg'
import { queryClosed } from '../closed-query.ts'
import type { DatabaseObject } from '../objects.ts'
import { hasCitus } from './state.ts'

/** The tables of this server that hold the shards of `tables`. They are dropped with these, though PostgreSQL knows of no dependency. */
export async function findShards(
  client: pg.ClientBase,
  tables: readonly DatabaseObject[],
): Promise<DatabaseObject[]> {
  if (!(await hasCitus(client))) return []
  const { rows } = await queryClosed<DatabaseObject>(
    client,
    `select 'pg_class'::regclass::oid::bigint::float8 as classid, oid::bigint::float8 as objid, 'table' as type, name as identity
     from pg_dist_shard, shard_name(logicalrelid, shardid) as name, cast(pg_catalog.to_regclass(name) as oid) as oid
     where logicalrelid = any($1::oid[]) and oid is not null`,
    [tables.filter(({ type }) => type === 'table').map(({ objid }) => objid)],
  )
  return rows
}
