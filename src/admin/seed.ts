import type pg from 'pg'
import { type SeedCounts, type SeedOptions, seed as seedTables } from '../seed/index.ts'
import { shareConnections } from './distribution/index.ts'
import type { Environment } from './environment.ts'
import { databaseName, guard } from './guard.ts'
import { readSeedOptions, type SeedTargetOptions } from './options.ts'
import { inTransaction } from './session.ts'
import { checkTables } from './tables.ts'

export type { SeedCounts, SeedTargetOptions }

export interface Seeded {
  database: string
  environment?: Environment | undefined
  /** Rows by table. */
  seeded: SeedCounts
}

/**
 * Fills the tables with realistic rows, the same for the same `seed` and `scale`, in one transaction.
 *
 * @throws {ProtectedDatabaseError} as `drop` does.
 * @throws {DatabaseError} there are rows of this seed already.
 * @throws {InvalidInputError} `seed` or `scale` is not valid.
 */
export async function seed(url: string, options: SeedTargetOptions = {}): Promise<Seeded> {
  const { environment: option, confirm, lockTimeout, onWait, ...rows } = readSeedOptions(options, 'options')
  return inTransaction(
    url,
    async (client) => {
      const { environment } = await guard(client, 'seed', { environment: option, confirm })
      await checkTables(client)
      await shareConnections(client)
      return {
        database: await databaseName(client),
        environment,
        seeded: await seedAndAnalyze(client, rows),
      }
    },
    { lockTimeout, onWait },
  )
}

/** With fresh statistics, so that the first query is planned well. */
export async function seedAndAnalyze(client: pg.ClientBase, rows: SeedOptions): Promise<SeedCounts> {
  const counts = await seedTables(client, rows)
  await client.query(`analyze ${Object.keys(counts).join(', ')}`)
  return counts
}
