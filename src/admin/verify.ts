import {
  differencesOfDistribution,
  isDistributed,
  withDelegation,
  withoutDistribution,
} from './distribution/index.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { databaseName } from './guard.ts'
import { readObjects } from './objects.ts'
import { readSessionOptions } from './options.ts'
import { findOwned, objectsOfServices, type ServiceObjects } from './owned-objects.ts'
import { differencesOfRoles } from './roles/index.ts'
import { readSchemaFiles } from './schema-files.ts'
import { withoutServices } from './service-objects.ts'
import { type AdminOptions, inTransaction } from './session.ts'
import {
  currentNamespace,
  type Difference,
  differencesBetween,
  readExpected,
  readLive,
} from './snapshot/index.ts'
import { checkSchemaExists, countRows, type TableCount } from './tables.ts'
import { findToolTables, mayReadRecords } from './tool-schema.ts'

export interface Verified {
  database: string
  /** Undefined for a database that has no environment of its own, or whose records this role may not read. */
  environment: Environment | undefined
  differences: Difference[]
  tables: TableCount[]
  /** Objects that the migrations of services created; they are no differences. */
  services: ServiceObjects[]
}

/**
 * Compares a database with schema/, object by object, and the roles of `grant` with their kinds; counts the rows of its
 * tables. Changes nothing.
 *
 * @throws {AdminError} none of the tables of schema/ exists.
 */
export async function verify(url: string, options: AdminOptions = {}): Promise<Verified> {
  const files = await readSchemaFiles()
  return inTransaction(
    url,
    async (client) => {
      const namespace = await currentNamespace(client)
      await checkSchemaExists(client, namespace)
      const mayRead = await mayReadRecords(client)
      const recorded = mayRead ? await readEnvironment(client) : undefined
      const isRecorded = mayRead && (await findToolTables(client)).has('objects')
      const owned = isRecorded
        ? await findOwned(client, await readObjects(client), recorded?.isBound !== true)
        : []
      const described = await readExpected(client, namespace, files)
      const isSharded = await isDistributed(client, namespace)
      const expected = isSharded ? withDelegation(described) : described
      const live = withoutServices(await readLive(client, namespace, expected.namespaces), owned, namespace)
      const found = differencesBetween(expected, live)
      return {
        database: await databaseName(client),
        environment: recorded?.isBound ? recorded.environment : undefined,
        differences: [
          ...(isSharded ? withoutDistribution(found) : found),
          ...(await differencesOfDistribution(client, namespace)),
          // In a copy on another server the roles may be missing, and in a distributed database the policies are.
          ...(recorded?.isBound && !isSharded ? await differencesOfRoles(client) : []),
        ],
        tables: await countRows(client, namespace),
        services: objectsOfServices(owned),
      }
    },
    { ...readSessionOptions(options, 'options'), readOnly: true },
  )
}
