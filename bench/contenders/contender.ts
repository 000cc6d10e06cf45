/** One way to do the operations; each runs in a process of its own. */
export interface Contender {
  /** What each operation does for its n-th call. The answer is compared with the baseline's. */
  operations: Record<string, (n: number) => Promise<unknown>>
  close(): Promise<void>
}

export type Open = (url: string) => Promise<Contender>

/** Users in the database, by their number from 0. */
export const USERS = 20_000
export const HASH = `$2b$10$${'h'.repeat(53)}`
export const email = (n: number) => `u${n % USERS}@example.test`

/** A different user for each call, so that nothing is served from a cache of ours. */
export const pick = (ids: string[], n: number) => ids[(n * 7919) % ids.length] as string
