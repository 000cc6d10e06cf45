import type pg from 'pg'
import { queryClosed } from './closed-query.ts'
import {
  createdByThisTransaction,
  type DatabaseObject,
  nameOf,
  readObjects,
  withoutKnown,
} from './objects.ts'
import { currentNamespace, readSchemaObjects } from './snapshot/index.ts'
import { findToolTables, LIBRARY, TOOL_SCHEMA } from './tool-schema.ts'

/** An object that the library created: for itself, or with the migrations of a service. */
export interface OwnedObject extends DatabaseObject {
  /** `LIBRARY`, or the name of the service whose migrations created it. */
  readonly source: string
}

interface ObjectRecord {
  readonly type: string
  readonly identity: string
  readonly source: string
  /** Null in records of earlier versions. */
  readonly oid: number | null
}

/** Types that hold data: an object of the same name that another session created is not taken for the recorded one. */
const HOLDS_DATA = new Set(['table', 'foreign table', 'materialized view', 'sequence'])

/** Records what the current transaction has created, and forgets what it has dropped. */
export async function recordObjects(
  client: pg.ClientBase,
  { before, source = LIBRARY }: { before: readonly DatabaseObject[]; source?: string },
): Promise<DatabaseObject[]> {
  const after = await readObjects(client)
  const created = await createdByThisTransaction(client, withoutKnown(after, before))
  await forget(client, withoutKnown(before, after))
  await insert(client, created, source)
  await rename(client, before, after)
  return created
}

async function forget(client: pg.ClientBase, objects: readonly DatabaseObject[]): Promise<void> {
  if (objects.length === 0) return
  await queryClosed(
    client,
    `delete from ${TOOL_SCHEMA}.objects using json_to_recordset($1::json) as gone (type text, identity text)
     where objects.type = gone.type and objects.identity = gone.identity`,
    [JSON.stringify(objects)],
  )
}

async function insert(
  client: pg.ClientBase,
  objects: readonly DatabaseObject[],
  source: string,
): Promise<void> {
  if (objects.length === 0) return
  await queryClosed(
    client,
    `insert into ${TOOL_SCHEMA}.objects (type, identity, source, object_oid)
     select type, identity, $2, objid from json_to_recordset($1::json) as created (type text, identity text, objid bigint)
     on conflict (type, identity) do update set source = excluded.source, object_oid = excluded.object_oid`,
    [JSON.stringify(objects), source],
  )
}

/** An owned object that the transaction renamed stays owned. */
async function rename(
  client: pg.ClientBase,
  before: readonly DatabaseObject[],
  after: readonly DatabaseObject[],
): Promise<void> {
  const identities = new Map(before.map(({ classid, objid, identity }) => [`${classid} ${objid}`, identity]))
  const renamed = after.flatMap(({ classid, objid, type, identity }) => {
    const old = identities.get(`${classid} ${objid}`)
    return old === undefined || old === identity ? [] : [{ type, old, identity }]
  })
  if (renamed.length === 0) return
  await queryClosed(
    client,
    `update ${TOOL_SCHEMA}.objects set identity = renamed.identity
     from json_to_recordset($1::json) as renamed (type text, old text, identity text)
     where objects.type = renamed.type and objects.identity = renamed.old`,
    [JSON.stringify(renamed)],
  )
}

/** Records the OIDs of tables that Citus has recreated under their names, in the current transaction. */
export async function refreshOids(client: pg.ClientBase): Promise<void> {
  if (!(await findToolTables(client)).has('objects')) return
  await queryClosed(
    client,
    `update ${TOOL_SCHEMA}.objects set object_oid = pg_class.oid
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where type = 'table' and identity = pg_catalog.format('%I.%I', nspname, relname) and object_oid is not null
       and exists (select from pg_dist_partition where logicalrelid = pg_class.oid)`,
  )
}

/** Records objects that exist already as owned by the library. */
export async function adoptObjects(client: pg.ClientBase, objects: readonly DatabaseObject[]): Promise<void> {
  await insert(client, objects, LIBRARY)
}

/**
 * Those of `existing` that the library owns. Where the database has no records these are the objects with the names
 * of schema/, extensions excepted.
 *
 * @param isCopy whether the records were made in another database, with other OIDs.
 */
export async function findOwned(
  client: pg.ClientBase,
  existing: readonly DatabaseObject[],
  isCopy: boolean,
): Promise<OwnedObject[]> {
  const records = new Map((await readRecords(client)).map((record) => [nameKey(record), record]))
  return existing.flatMap((object) => {
    const record = records.get(nameKey(object))
    if (!record) return []
    const isAnother =
      !isCopy && HOLDS_DATA.has(object.type) && record.oid !== null && record.oid !== object.objid
    return isAnother ? [] : [{ ...object, source: record.source }]
  })
}

const nameKey = ({ type, identity }: Pick<DatabaseObject, 'type' | 'identity'>) => `${type} ${identity}`

async function readRecords(client: pg.ClientBase): Promise<ObjectRecord[]> {
  const tables = await findToolTables(client)
  if (!tables.has('objects')) {
    const named = await readSchemaObjects(client, await currentNamespace(client))
    return named.map(({ type, identity }) => ({ type, identity, source: LIBRARY, oid: null }))
  }
  const { rows } = await queryClosed<{ record: Partial<ObjectRecord> & { object_oid?: number | null } }>(
    client,
    `select to_jsonb(objects) as record from ${TOOL_SCHEMA}.objects as objects`,
  )
  return rows.map(({ record: { type = '', identity = '', source = LIBRARY, object_oid = null } }) => ({
    type,
    identity,
    source,
    // In JSON an OID is text.
    oid: object_oid === null ? null : Number(object_oid),
  }))
}

/** The objects of services, by the name of the service: `{ name: 'billing', objects: ['table invoices'] }`. */
export interface ServiceObjects {
  name: string
  objects: string[]
}

export function objectsOfServices(owned: readonly OwnedObject[]): ServiceObjects[] {
  const services = new Map<string, string[]>()
  for (const object of owned) {
    if (object.source === LIBRARY) continue
    services.set(object.source, [...(services.get(object.source) ?? []), nameOf(object)])
  }
  return [...services]
    .map(([name, objects]) => ({ name, objects }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
