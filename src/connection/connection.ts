import type { CallOptions, Query, Result } from './query.ts'

/** What holds for every call on a database. */
export interface Settings {
  /** Whether statements are prepared under their names. */
  readonly prepare: boolean
}

/** What repositories are built on: the pool, or the one connection of a transaction. */
export interface Connection {
  readonly settings: Settings
  /** Sends a query; what goes wrong comes back translated. */
  run(query: Query, options?: CallOptions): Promise<Result>
  /** Runs `fn` on one connection: what it does takes effect as a whole, or not at all. */
  atomically<T>(fn: (connection: Connection) => Promise<T>, options?: CallOptions): Promise<T>
}
