import { type Created, createObjects } from './create.ts'
import { findData } from './data.ts'
import { type Dropped, describeDropped } from './drop.ts'
import { dropObjects } from './drop-objects.ts'
import { inNewOrExistingDatabase } from './new-database.ts'
import { nameOf } from './objects.ts'
import { type ResetOptions, readResetOptions } from './options.ts'
import { type SeedCounts, seedAndAnalyze } from './seed.ts'

export type { ResetOptions }

export type Reset = Created & Dropped & { seeded?: SeedCounts }

/**
 * Drops, creates and seeds in one transaction; the environment stays the same. A missing database is created. Otherwise
 * as `drop`, `create` and `seed`.
 */
export async function reset(url: string, options: ResetOptions = {}): Promise<Reset> {
  const { environment, confirm, cascade, extensions, onServiceObjects, seed, ...session } = readResetOptions(
    options,
    'options',
  )
  return inNewOrExistingDatabase(url, session, async (client, database) => {
    const result = await dropObjects(client, 'reset', {
      ...{ environment, confirm, cascade, extensions, onServiceObjects },
      database,
    })
    const { recorded, environment: settled } = result.guarded
    // A plain record stays one; otherwise data of others calls for confirmation from now on.
    const isPlain = recorded?.isBound === true && !recorded.requiresConfirmation
    const requiresConfirmation = !isPlain && (await findData(client)) !== undefined
    const created = await createObjects(client, settled, { database, requiresConfirmation })
    return {
      database,
      ...describeDropped(result),
      environment: settled,
      created: created.map(nameOf),
      ...(seed && { seeded: await seedAndAnalyze(client, seed) }),
    }
  })
}
