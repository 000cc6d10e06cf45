import type pg from 'pg'
import { attachPartition, complete, freeName, incomplete } from './make.ts'
import { type Partition, readPartitions, tableName } from './read.ts'

/**
 * Creates partitions for the times that no partition covers, because months were detached, and gives attached ones
 * what they lack, in the caller's transaction. Returns the names of the new partitions.
 */
export async function completePartitions(
  client: pg.ClientBase,
  { namespace, lockTimeout }: { namespace: string; lockTimeout: number },
): Promise<string[]> {
  const partitions = await readPartitions(client, namespace)
  const lacking = await incomplete(client, namespace, partitions)
  const gaps = gapsBetween(partitions)
  if (gaps.length + lacking.length === 0) return []
  await client.query(
    `set local lock_timeout = ${lockTimeout}; lock table ${tableName(namespace, 'users')} in share row exclusive mode`,
  )
  const created: string[] = []
  for (const gap of gaps) {
    const name = await freeName(client, namespace, gap.lower)
    await attachPartition(client, namespace, name, gap)
    created.push(name)
  }
  for (const table of lacking) await complete(client, namespace, table)
  return created
}

function gapsBetween(partitions: readonly Partition[]): Pick<Partition, 'lower' | 'upper'>[] {
  const gaps: Pick<Partition, 'lower' | 'upper'>[] = []
  let end: Date | undefined | 'none' = 'none'
  for (const { lower, upper } of partitions) {
    const isFirst = end === 'none'
    const covered = isFirst ? undefined : (end as Date | undefined)
    if (isFirst ? lower !== undefined : covered?.getTime() !== lower?.getTime())
      gaps.push({ lower: covered, upper: lower })
    end = upper
  }
  if (end !== undefined) gaps.push({ lower: end === 'none' ? undefined : end, upper: undefined })
  return gaps
}
