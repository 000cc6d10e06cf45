import type pg from 'pg'
import { findDependents } from './dependents.ts'
import { findShards } from './distribution/index.ts'
import { DependentObjectsError } from './errors.ts'
import { type GuardedCommand, type GuardedFor, type GuardOptions, guard } from './guard.ts'
import { type DatabaseObject, nameOf, readObjects, withoutKnown } from './objects.ts'
import type { DropOptions } from './options.ts'
import { findOwned, type OwnedObject, objectsOfServices, type ServiceObjects } from './owned-objects.ts'
import { readSchemaFiles } from './schema-files.ts'
import { dropToolSchema } from './tool-schema.ts'

export interface DroppedObjects<C extends GuardedCommand = GuardedCommand> {
  readonly guarded: GuardedFor<C>
  readonly dropped: readonly OwnedObject[]
  /** Objects of others that were dropped too, for example `view report`. */
  readonly cascaded: readonly string[]
  /** Objects of others that are still there. */
  readonly kept: readonly DatabaseObject[]
  readonly services: ServiceObjects[]
}

export type DropChoices = GuardOptions & Pick<DropOptions, 'cascade' | 'extensions' | 'onServiceObjects'>

/**
 * Drops the objects that the library owns, in the caller's transaction, if the guard allows it. The guard decides before
 * the tables are locked, so that a refused command blocks no session, and again when no other session can change them or
 * the environment.
 */
export async function dropObjects<C extends GuardedCommand>(
  client: pg.ClientBase,
  command: C,
  { cascade = false, extensions = false, onServiceObjects, ...options }: DropChoices,
): Promise<DroppedObjects<C>> {
  const allowed = await guard(client, command, options, { lock: false })
  const isCopy = allowed.recorded?.isBound !== true
  const owned = await lockOwned(client, () => ownedObjects(client, { isCopy, extensions }))
  const guarded = await guard(client, command, options)
  const before = await readObjects(client)
  const dependents = await findDependents(client, [...owned, ...(await findShards(client, owned))])
  if (dependents.length > 0 && !cascade)
    throw new DependentObjectsError(dependents.map(({ dependent, on }) => `${dependent} depends on ${on}`))
  const services = objectsOfServices(owned)
  if (services.length > 0) onServiceObjects?.(services)
  await dropToolSchema(client)
  await dropAll(client, owned)
  const kept = await readObjects(client)
  const others = withoutKnown(withoutKnown(before, kept), owned).map(nameOf)
  // Created upon the library's types or functions since the look above: the transaction is rolled back.
  if (others.length > 0 && !cascade)
    throw new DependentObjectsError(others.map((name) => `${name} depends on an object of the library`))
  const named = await extensionsOfSchema()
  return {
    guarded,
    dropped: owned,
    cascaded: [...new Set([...dependents.map(({ dependent }) => dependent), ...others])],
    kept: kept.filter(
      ({ type, identity }) => type !== 'schema' && (type !== 'extension' || !named.includes(identity)),
    ),
    services,
  }
}

/** Without extensions, unless they are asked for: services use them in their own tables. */
async function ownedObjects(
  client: pg.ClientBase,
  { isCopy, extensions }: { isCopy: boolean; extensions: boolean },
): Promise<OwnedObject[]> {
  const owned = await findOwned(client, await readObjects(client), isCopy)
  return owned.filter(({ type }) => type !== 'extension' || extensions)
}

async function extensionsOfSchema(): Promise<string[]> {
  const files = await readSchemaFiles()
  return files.flatMap(({ sql }) =>
    Array.from(
      sql.matchAll(/^create extension (?:if not exists )?"?([\w-]+)/gim),
      ([, name]) => name as string,
    ),
  )
}

/** Locks the tables, so that nothing can be created upon them. Repeated for those that appeared meanwhile. */
async function lockOwned(client: pg.ClientBase, find: () => Promise<OwnedObject[]>): Promise<OwnedObject[]> {
  const locked = new Set<string>()
  for (;;) {
    const owned = await find()
    const tables = owned.filter(({ type, identity }) => type === 'table' && !locked.has(identity))
    if (tables.length === 0) return owned
    const names = tables.map(({ identity }) => identity)
    await client.query(`lock table ${names.join(', ')} in access exclusive mode`)
    for (const name of names) locked.add(name)
  }
}

/** Tables first, of which most other objects are parts; schemas, which must be empty by then, last. */
const ORDER = ['table', 'view', 'materialized view', 'function', 'procedure', 'type', 'extension', 'schema']

const orderOf = ({ type }: DatabaseObject) => ORDER.indexOf(type)

/** Names of object types that differ between PostgreSQL's catalog and `drop`. */
const DROP_WORDS: Readonly<Record<string, string>> = { 'statistics object': 'statistics' }

async function dropAll(client: pg.ClientBase, owned: readonly OwnedObject[]): Promise<void> {
  // Defaults of privileges have no `drop`; they end with their schema or role.
  const droppable = owned.filter(({ type }) => type !== 'default acl')
  if (droppable.length === 0) return
  // Everything that depends on them is owned too, or may be dropped.
  const statements = droppable
    .toSorted((one, other) => orderOf(one) - orderOf(other))
    .map(({ type, identity }) => `drop ${DROP_WORDS[type] ?? type} if exists ${identity} cascade`)
  await client.query(statements.join(';\n'))
}
