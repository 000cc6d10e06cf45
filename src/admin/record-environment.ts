import { oneOf } from '../input/index.ts'
import { ENVIRONMENTS, type Environment, readEnvironment, writeEnvironment } from './environment.ts'
import { databaseName, guard } from './guard.ts'
import { type ChangeOptions, readRecordOptions } from './options.ts'
import { inTransaction } from './session.ts'

export type RecordOptions = Omit<ChangeOptions, 'environment'>

export interface Recorded {
  database: string
  environment: Environment
  /** The environment that the database had before; undefined for a copy, and where none was recorded. */
  previous: Environment | undefined
}

/**
 * Records the environment of a database: of one that has none, such as a copy, or of one that has become another. Afterwards
 * commands need no confirmation for the data that it holds now.
 *
 * @throws {ProtectedDatabaseError} the environment is production, or the database is a copy or holds data, and is not named
 *   in `confirm`. Recording production needs no confirmation.
 * @throws {AdminError} DATABASE_ENVIRONMENT or NODE_ENV contradicts it.
 */
export async function recordEnvironment(
  url: string,
  environment: Environment,
  options: RecordOptions = {},
): Promise<Recorded> {
  const { confirm, ...session } = readRecordOptions(options, 'options')
  const wanted = oneOf(ENVIRONMENTS)(environment, 'environment')
  return inTransaction(
    url,
    async (client) => {
      await guard(client, 'environment', { environment: wanted, confirm })
      const recorded = await readEnvironment(client)
      await writeEnvironment(client, wanted, { requiresConfirmation: false })
      return {
        database: await databaseName(client),
        environment: wanted,
        previous: recorded?.isBound ? recorded.environment : undefined,
      }
    },
    // A command that waits with its turn, say to drop the database, must not keep it from becoming production.
    { ...session, takesTurn: false },
  )
}
