import type pg from 'pg'
import { queryClosed } from './closed-query.ts'
import type { DatabaseObject } from './objects.ts'
import { TOOL_SCHEMA, TOOL_TABLES } from './tool-schema.ts'

/** An object that the library does not own, and what of the library's it depends on: both as PostgreSQL describes them. */
export interface Dependent {
  readonly dependent: string
  readonly on: string
}

/**
 * Finds what `drop … restrict` of all the objects at once would stop at. An index, a trigger, a rule or a policy is a
 * part of its table and is dropped with it, regardless of its creator; a view, a foreign key of another table or a function is
 * not. The library's own records count as its objects.
 */
export async function findDependents(
  client: pg.ClientBase,
  owned: readonly DatabaseObject[],
): Promise<Dependent[]> {
  const { rows } = await queryClosed<Dependent>(client, DEPENDENTS, [
    owned.map(({ classid }) => classid),
    owned.map(({ objid }) => objid),
  ])
  return rows
}

const DEPENDENTS = `
  with recursive dropping as (
    (select classid, objid, 0 as objsubid from unnest($1::oid[], $2::oid[]) as owned (classid, objid)
    union all
    select 'pg_class'::regclass, pg_class.oid, 0 from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = '${TOOL_SCHEMA}' and relname in ('marker', ${TOOL_TABLES.map((name) => `'${name}'`).join(', ')}))
    union
    select depends.classid, depends.objid, depends.objsubid
    from dropping join pg_depend as depends
      on depends.refclassid = dropping.classid and depends.refobjid = dropping.objid
        and (dropping.objsubid = 0 or depends.refobjsubid = dropping.objsubid)
    where depends.deptype in ('a', 'i', 'P', 'S', 'e')
  )
  select distinct coalesce(
      (select pg_describe_object('pg_class'::regclass, ev_class, 0) from pg_rewrite
       where depends.classid = 'pg_rewrite'::regclass and pg_rewrite.oid = depends.objid and rulename = '_RETURN'),
      pg_describe_object(depends.classid, depends.objid, depends.objsubid)) as dependent,
    pg_describe_object(depends.refclassid, depends.refobjid, 0) as on
  from dropping join pg_depend as depends
    on depends.refclassid = dropping.classid and depends.refobjid = dropping.objid
      and (dropping.objsubid = 0 or depends.refobjsubid = dropping.objsubid)
  where depends.deptype = 'n' and not exists (
    select from dropping as also where also.classid = depends.classid and also.objid = depends.objid
      and also.objsubid in (0, depends.objsubid))
  order by 1, 2`
