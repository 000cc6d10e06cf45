import type pg from 'pg'
import { DependentObjectsError } from './errors.ts'
import { readSchemaObjects } from './fresh.ts'
import { type Marker, removeMarker } from './marker.ts'
import { type DatabaseObject, nameOf, newObjects, readObjects } from './objects.ts'
import { readSchemaFiles } from './schema-files.ts'

export interface Dropped {
  readonly dropped: readonly DatabaseObject[]
  /** What was not ours and went as well, as `cascade` had it: such as `view report`. */
  readonly cascaded: readonly string[]
  /** What is not ours and stays. */
  readonly kept: readonly DatabaseObject[]
}

export interface DropChoices {
  /** Whether what is not ours goes as well where it depends on what is dropped. */
  readonly cascade: boolean
  /** Whether the extensions that schema/ names go as well. */
  readonly extensions: boolean
}

/** Drops what is ours, in the caller's transaction. */
export async function dropObjects(
  client: pg.ClientBase,
  marker: Marker | undefined,
  { cascade, extensions }: DropChoices,
): Promise<Dropped> {
  const before = await readObjects(client)
  const ours = await findOurs(client, before, marker, extensions)
  await lockTables(client, ours)
  const dependents = await findDependents(client, ours)
  if (dependents.length > 0 && !cascade) {
    throw new DependentObjectsError(dependents.map(({ dependent, on }) => `${dependent} depends on ${on}`))
  }
  await removeMarker(client)
  // What depends on them is ours, or may go: the order is the server's to find.
  if (ours.length > 0) {
    await client.query(
      ours
        .toSorted(byType)
        .map(({ type, identity }) => `drop ${type} if exists ${identity} cascade`)
        .join(';\n'),
    )
  }
  const kept = await readObjects(client)
  const others = newObjects(ours, newObjects(kept, before)).map(nameOf)
  const cascaded = [...new Set([...dependents.map(({ dependent }) => dependent), ...others])]
  const named = await extensionsOfSchema()
  return {
    dropped: ours,
    cascaded,
    kept: kept.filter(({ type, identity }) => type !== 'extension' || !named.includes(identity)),
  }
}

/** Those of the database that creating the schema made; of a database without a marker, those that it would make. */
async function findOurs(
  client: pg.ClientBase,
  there: readonly DatabaseObject[],
  marker: Marker | undefined,
  extensions: boolean,
): Promise<DatabaseObject[]> {
  const known = new Set((marker?.objects ?? (await readSchemaObjects(client))).map(key))
  const named = extensions ? await extensionsOfSchema() : []
  return there.filter((object) =>
    object.type === 'extension' ? named.includes(object.identity) : known.has(key(object)),
  )
}

const key = ({ type, identity }: Pick<DatabaseObject, 'type' | 'identity'>) => `${type} ${identity}`

async function extensionsOfSchema(): Promise<string[]> {
  const files = await readSchemaFiles()
  return files.flatMap(({ sql }) =>
    Array.from(
      sql.matchAll(/^create extension (?:if not exists )?"?([\w-]+)/gim),
      ([, name]) => name as string,
    ),
  )
}

/** So that nothing can be made upon them any more. */
async function lockTables(client: pg.ClientBase, ours: readonly DatabaseObject[]): Promise<void> {
  const tables = ours.filter(({ type }) => type === 'table').map(({ identity }) => identity)
  if (tables.length > 0) await client.query(`lock table ${tables.join(', ')} in access exclusive mode`)
}

const ORDER = ['table', 'view', 'materialized view', 'function', 'procedure', 'type', 'extension']

/** Tables first, whose parts are most of the rest. */
function byType(one: DatabaseObject, other: DatabaseObject): number {
  return ORDER.indexOf(one.type) - ORDER.indexOf(other.type)
}

/**
 * As `drop … restrict` of all at once would: an index, a trigger, a rule or a policy is a part of its table and goes
 * with it, whoever made it; a view, a foreign key of another table or a function is not.
 */
async function findDependents(
  client: pg.ClientBase,
  ours: readonly DatabaseObject[],
): Promise<{ dependent: string; on: string }[]> {
  const { rows } = await client.query<{ dependent: string; on: string }>(DEPENDENTS, [
    ours.map(({ classid }) => classid),
    ours.map(({ objid }) => objid),
  ])
  return rows
}

const DEPENDENTS = `
  with recursive going as (
    select classid, objid, 0 as objsubid from unnest($1::oid[], $2::oid[]) as ours (classid, objid)
    union
    select depends.classid, depends.objid, depends.objsubid
    from going join pg_depend as depends
      on depends.refclassid = going.classid and depends.refobjid = going.objid
        and (going.objsubid = 0 or depends.refobjsubid = going.objsubid)
    where depends.deptype in ('a', 'i', 'P', 'S', 'e')
  )
  select distinct coalesce(
      (select pg_describe_object('pg_class'::regclass, ev_class, 0) from pg_rewrite
       where depends.classid = 'pg_rewrite'::regclass and pg_rewrite.oid = depends.objid and rulename = '_RETURN'),
      pg_describe_object(depends.classid, depends.objid, depends.objsubid)) as dependent,
    pg_describe_object(depends.refclassid, depends.refobjid, 0) as on
  from going join pg_depend as depends
    on depends.refclassid = going.classid and depends.refobjid = going.objid
      and (going.objsubid = 0 or depends.refobjsubid = going.objsubid)
  where depends.deptype = 'n' and not exists (
    select from going as also where also.classid = depends.classid and also.objid = depends.objid
      and also.objsubid in (0, depends.objsubid))
  order by 1, 2`
