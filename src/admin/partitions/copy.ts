import type pg from 'pg'
import { createPartition } from './make.ts'
import { isPartitioned, readPartitions } from './read.ts'

/**
 * Gives an empty table the partitions of another database, each in the caller's transactions: two databases that are
 * compared statement by statement must have the same ones.
 */
export async function copyPartitions(
  from: { client: pg.ClientBase; namespace: string },
  to: { client: pg.ClientBase; namespace: string },
): Promise<void> {
  if (!(await isPartitioned(from.client, from.namespace))) return
  const wanted = await readPartitions(from.client, from.namespace)
  for (const { table } of await readPartitions(to.client, to.namespace))
    await to.client.query(`drop table ${table}`)
  for (const { name, lower, upper } of wanted)
    await createPartition(to.client, to.namespace, name, { lower, upper })
}
