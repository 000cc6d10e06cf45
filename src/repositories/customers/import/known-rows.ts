import type { Connection } from '../../../connection/index.ts'
import { queryAll } from '../../../query/index.ts'
import type { ImportItem } from './input.ts'
import { lockCustomers, lockPeople } from './statements.ts'

/** The items of a plan whose rows exist. */
export interface Known {
  readonly customers: readonly ImportItem[]
  readonly people: readonly ImportItem[]
}

/**
 * Makes a plan and locks the rows that it changes until the end of the transaction. Where one was merged or archived since the plan found
 * it, the plan is made again, so that no value goes to a row that no list shows.
 */
export async function planLocked<Plan>(
  connection: Connection,
  plan: () => Promise<Plan>,
  knownOf: (plan: Plan) => Known,
): Promise<Plan> {
  for (let formerLost = ''; ; ) {
    const planned = await plan()
    const lost = await lockKnown(connection, knownOf(planned))
    // Those that are lost again are rows that the caller may not change.
    if (lost === formerLost) return planned
    formerLost = lost
  }
}

/** Locks the rows, and returns the ids of those that are not in use, joined. */
async function lockKnown(connection: Connection, { customers, people }: Known): Promise<string> {
  const groups = [
    { lock: lockCustomers, keys: customers.map(({ customerId }) => customerId) },
    { lock: lockPeople, keys: people.map(({ personId }) => personId) },
  ]
  const lost: string[] = []
  for (const { lock, keys } of groups.filter(({ keys }) => keys.length > 0)) {
    const locked = new Set((await queryAll(connection, lock, { keys })).map(({ id }) => id))
    lost.push(...keys.filter((key) => !locked.has(key)))
  }
  return lost.join()
}
