import { type Created, createObjects } from './create.ts'
import { findData } from './data.ts'
import { distribute, isDistributed } from './distribution/index.ts'
import { type Dropped, describeDropped } from './drop.ts'
import { dropObjects } from './drop-objects.ts'
import { makePartitions } from './maintain.ts'
import { inNewOrExistingDatabase } from './new-database.ts'
import { nameOf } from './objects.ts'
import { type ResetOptions, readResetOptions } from './options.ts'
import { readRecorded, restoreGrants } from './roles/index.ts'
import { type SeedCounts, seedAndAnalyze } from './seed.ts'
import { currentNamespace } from './snapshot/index.ts'

export type { ResetOptions }

export type Reset = Created & Dropped & { seeded?: SeedCounts }

/**
 * Drops, creates and seeds in one transaction; the environment and the roles of `grant` stay the same. A missing database is created. One that was
 * distributed is distributed again, in a transaction of its own. Otherwise as `drop`, `create` and `seed`.
 */
export async function reset(url: string, options: ResetOptions = {}): Promise<Reset> {
  const { environment, confirm, cascade, extensions, onServiceObjects, seed, ...session } = readResetOptions(
    options,
    'options',
  )
  let wasDistributed = false
  const done = await inNewOrExistingDatabase(url, session, async (client, database) => {
    wasDistributed = await isDistributed(client, await currentNamespace(client))
    const roles = await readRecorded(client)
    const result = await dropObjects(client, 'reset', {
      ...{ environment, confirm, cascade, extensions, onServiceObjects },
      database,
    })
    const { recorded, environment: settled } = result.guarded
    // A plain record stays one; otherwise data of others calls for confirmation from now on.
    const isPlain = recorded?.isBound === true && !recorded.requiresConfirmation
    const requiresConfirmation = !isPlain && (await findData(client)) !== undefined
    const created = await createObjects(client, settled, { database, requiresConfirmation })
    if (settled !== 'test') await makePartitions(client)
    await restoreGrants(client, roles)
    return {
      database,
      ...describeDropped(result),
      environment: settled,
      created: created.map(nameOf),
      ...(seed && { seeded: await seedAndAnalyze(client, seed) }),
    }
  })
  // Citus cannot distribute tables in the transaction that has dropped others of the same names.
  if (wasDistributed) await distribute(url, { ...session, environment })
  return done
}
