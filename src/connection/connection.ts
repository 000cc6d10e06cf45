import type { Catalog } from '../errors/index.ts'
import type { CallOptions, Query, Result } from './query.ts'

/** The settings of every call on a database. */
export interface Settings {
  /** Whether statements are prepared under their names. */
  readonly prepare: boolean
  /** The constraints that errors are described by. */
  readonly catalog: Required<Catalog>
}

/** The interface that repositories use: the pool, or the connection of a transaction. */
export interface Connection {
  readonly settings: Settings
  /** Sends a query. Its errors are translated to those of the library. */
  run(query: Query, options?: CallOptions): Promise<Result>
  /** Runs `fn` on one connection: what it does takes effect as a whole, or not at all. */
  atomically<T>(fn: (connection: Connection) => Promise<T>, options?: CallOptions): Promise<T>
}
