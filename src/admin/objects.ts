import type pg from 'pg'

/** A table, a view, a function, a type, an extension …: whatever stands by itself, not as a part of another object. */
export interface DatabaseObject {
  readonly classid: number
  readonly objid: number
  /** As in `drop table`. */
  readonly type: string
  /** Qualified and quoted: `public.users`, `public.searchable(pg_catalog.text)`. */
  readonly identity: string
}

/** Objects of ours for the tool's own use. */
export const TOOL_SCHEMA = 'norberts_spark_db'

/** The first OID that PostgreSQL gives to what users make. */
const FIRST_USER_OID = 16_384

/**
 * What users have made: whatever depends on something, if only on its schema, but is no part of another object (an index
 * of its table, a rule of its view) nor of an extension.
 */
const STANDING = `
  select distinct depends.classid, depends.objid from pg_depend as depends
  where depends.objid >= ${FIRST_USER_OID} and depends.objsubid = 0
    and not exists (
      select from pg_depend as part
      where part.classid = depends.classid and part.objid = depends.objid
        and part.objsubid = 0 and part.deptype in ('a', 'i', 'e', 'P', 'S')
    )`

export async function readObjects(client: pg.ClientBase): Promise<DatabaseObject[]> {
  const { rows } = await client.query<DatabaseObject>(`
    select classid::integer, objid::integer, object.type, object.identity
    from (${STANDING}) as standing, pg_identify_object(classid, objid, 0) as object
    where object.schema is distinct from '${TOOL_SCHEMA}' and object.type is not null`)
  return rows.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
}

/** Those of `after` that were not there before. */
export function newObjects(
  before: readonly DatabaseObject[],
  after: readonly DatabaseObject[],
): DatabaseObject[] {
  const known = new Set(before.map(key))
  return after.filter((object) => !known.has(key(object)))
}

const key = ({ classid, objid }: DatabaseObject) => `${classid} ${objid}`

/** For people: `table users`, without the schema's name where it is the usual one. */
export function nameOf({ type, identity }: Pick<DatabaseObject, 'type' | 'identity'>): string {
  return `${type} ${identity.replace(/\b(pg_catalog|public)\./g, '')}`
}
