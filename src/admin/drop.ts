import type pg from 'pg'
import { type DroppedObjects, dropObjects } from './drop-objects.ts'
import type { Environment } from './environment.ts'
import { databaseName } from './guard.ts'
import { nameOf } from './objects.ts'
import { type DropOptions, readDropOptions } from './options.ts'
import type { ServiceObjects } from './owned-objects.ts'
import { inTransaction } from './session.ts'

export type { DropOptions }

export interface Dropped {
  database: string
  /** Undefined where the database had none. */
  environment?: Environment | undefined
  /** Objects that the library owned, those of services included. */
  dropped: string[]
  /** Objects of others that depended on them, as `cascade` allowed. */
  cascaded: string[]
  /** Objects of others that are still there. */
  kept: string[]
  /** Those of `dropped` that the migrations of services had created. */
  services: ServiceObjects[]
}

/**
 * Drops the objects that the library created, and nothing else, in one transaction. The tables that the migrations of a
 * service created are among them.
 *
 * @throws {ProtectedDatabaseError} the environment is production; or the database has no environment of its own, holds
 *   data, and is not named in `confirm`.
 * @throws {DependentObjectsError} objects of others depend on them, and `cascade` is not set.
 * @throws {AdminError} another session holds a lock.
 */
export async function drop(url: string, options: DropOptions = {}): Promise<Dropped> {
  const { environment, confirm, cascade, extensions, onServiceObjects, ...session } = readDropOptions(
    options,
    'options',
  )
  return inTransaction(
    url,
    async (client: pg.Client) => {
      const result = await dropObjects(client, 'drop', {
        environment,
        confirm,
        cascade,
        extensions,
        onServiceObjects,
      })
      return { database: await databaseName(client), ...describeDropped(result) }
    },
    session,
  )
}

/** The result of `dropObjects` with names in place of objects. */
export function describeDropped({
  guarded,
  dropped,
  cascaded,
  kept,
  services,
}: DroppedObjects): Omit<Dropped, 'database'> {
  return {
    environment: guarded.environment,
    dropped: dropped.map(nameOf),
    cascaded: [...cascaded],
    kept: kept.map(nameOf),
    services,
  }
}
