import { type Difference, differencesBetween } from './differences.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { currentNamespace, readFresh, readLive } from './fresh.ts'
import { databaseName } from './guard.ts'
import { readObjects } from './objects.ts'
import { readSessionOptions } from './options.ts'
import { findOwned, objectsOfServices, type ServiceObjects } from './owned-objects.ts'
import { withoutServices } from './service-objects.ts'
import { type AdminOptions, inTransaction } from './session.ts'
import { checkSchemaExists, countRows, type TableCount } from './tables.ts'
import { findToolTables } from './tool-schema.ts'

export interface Verified {
  database: string
  /** Undefined for a database that has no environment of its own. */
  environment: Environment | undefined
  differences: Difference[]
  tables: TableCount[]
  /** Objects that the migrations of services created; they are no differences. */
  services: ServiceObjects[]
}

/**
 * Compares a database with schema/, object by object, and counts the rows of its tables. Changes nothing.
 *
 * @throws {AdminError} none of the tables of schema/ exists.
 */
export async function verify(url: string, options: AdminOptions = {}): Promise<Verified> {
  return inTransaction(
    url,
    async (client) => {
      const namespace = await currentNamespace(client)
      await checkSchemaExists(client, namespace)
      const recorded = await readEnvironment(client)
      const isRecorded = (await findToolTables(client)).has('objects')
      const owned = isRecorded
        ? await findOwned(client, await readObjects(client), recorded?.isBound !== true)
        : []
      const live = withoutServices(await readLive(client, namespace), owned, namespace)
      const fresh = await readFresh(client, namespace)
      return {
        database: await databaseName(client),
        environment: recorded?.isBound ? recorded.environment : undefined,
        differences: differencesBetween(fresh, live),
        tables: await countRows(client, namespace),
        services: objectsOfServices(owned),
      }
    },
    { ...readSessionOptions(options, 'options'), readOnly: true },
  )
}
