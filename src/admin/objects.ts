import type pg from 'pg'
import { queryClosed } from './closed-query.ts'
import { TOOL_SCHEMA } from './tool-schema.ts'

/** A table, a view, a function, a type, a schema, an extension …: an object that is not a part of another one. */
export interface DatabaseObject {
  readonly classid: number
  readonly objid: number
  /** As in `drop table`. */
  readonly type: string
  /** Qualified and quoted: `public.users`, `public.search_text(pg_catalog.text)`. */
  readonly identity: string
}

/** The first OID that PostgreSQL gives to objects of users. */
const FIRST_USER_OID = 16_384

/**
 * Objects of users that are no part of another object (as an index is of its table, or a rule of its view) nor of an
 * extension. All but schemas depend on something, if only on their schema.
 */
const STANDING = `
  select distinct depends.classid, depends.objid from pg_depend as depends
  where depends.objid >= ${FIRST_USER_OID} and depends.objsubid = 0
    and not exists (
      select from pg_depend as part
      where part.classid = depends.classid and part.objid = depends.objid
        and part.objsubid = 0 and part.deptype in ('a', 'i', 'e', 'P', 'S')
    )
  union
  select 'pg_namespace'::regclass, oid from pg_namespace
  where oid >= ${FIRST_USER_OID} and nspname !~ '^pg_'
    and not exists (select from pg_depend where classid = 'pg_namespace'::regclass and objid = pg_namespace.oid and deptype = 'e')`

/** The objects of the database, without the library's own records and what is temporary. */
export async function readObjects(client: pg.ClientBase): Promise<DatabaseObject[]> {
  const { rows } = await queryClosed<DatabaseObject>(
    client,
    `
    select classid::bigint::float8 as classid, objid::bigint::float8 as objid, object.type, object.identity
    from (${STANDING}) as standing, pg_identify_object(classid, objid, 0) as object
    -- Citus hides shards from pg_class.
    where (classid <> 'pg_class'::regclass or exists (select from pg_class where pg_class.oid = objid))
      and object.schema is distinct from '${TOOL_SCHEMA}' and object.type is not null
      and coalesce(object.schema, '') !~ '^pg_(temp|toast)' and not (object.type = 'schema' and object.identity = '${TOOL_SCHEMA}')`,
  )
  return rows.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
}

/** The members of `objects` that are not in `known`. */
export function withoutKnown(
  objects: readonly DatabaseObject[],
  known: readonly DatabaseObject[],
): DatabaseObject[] {
  const keys = new Set(known.map(keyOf))
  return objects.filter((object) => !keys.has(keyOf(object)))
}

const keyOf = ({ classid, objid }: DatabaseObject) => `${classid} ${objid}`

/**
 * Returns the objects that the current transaction has created, subtransactions included; never those that other
 * sessions created meanwhile.
 *
 * An object's first dependency, on its schema, is written when it is created and by no later `alter` but `set schema`.
 * A row of the catalog that is visible while the transaction that wrote it is still in progress is this transaction's own.
 *
 * @param objects that were not there before the transaction: their rows are recent, so that their transaction
 *   numbers are not those of an earlier epoch.
 */
export async function createdByThisTransaction(
  client: pg.ClientBase,
  objects: readonly DatabaseObject[],
): Promise<DatabaseObject[]> {
  if (objects.length === 0) return []
  const { rows } = await queryClosed<{ key: string }>(client, CREATED, [
    objects.map(({ classid }) => classid),
    objects.map(({ objid }) => objid),
  ])
  const created = new Set(rows.map(({ key }) => key))
  return objects.filter((object) => created.has(keyOf(object)))
}

/** `xmin` lacks the epoch; own subtransactions have numbers after the transaction's. */
const CREATED = `
  with current as (select pg_current_xact_id()::text::numeric as top),
  candidate as (select classid, objid from unnest($1::oid[], $2::oid[]) as given (classid, objid)),
  written as (
    select candidate.*, pg_depend.xmin from candidate join pg_depend using (classid, objid)
      where objsubid = 0 and refclassid = case when exists (
        select from pg_depend as home where home.classid = candidate.classid and home.objid = candidate.objid
          and home.objsubid = 0 and home.refclassid = 'pg_namespace'::regclass)
        then 'pg_namespace'::regclass else refclassid end
    union all
    select candidate.*, pg_namespace.xmin from candidate
      join pg_namespace on candidate.classid = 'pg_namespace'::regclass and pg_namespace.oid = objid
  )
  select distinct pg_catalog.format('%s %s', classid, objid) as key
  from written, current,
    lateral (select mod(xmin::text::numeric - mod(top, 4294967296) + 4294967296, 4294967296) as distance) as since
  where distance < 2147483648 and pg_xact_status((top + distance)::text::xid8) = 'in progress'`

/** For people: `table users`, without the schema's name where it is the usual one. */
export function nameOf({ type, identity }: Pick<DatabaseObject, 'type' | 'identity'>): string {
  return `${type} ${identity.replace(/\b(pg_catalog|public)\./g, '')}`
}
