import type { Catalog } from '../errors/index.ts'
import type { BoundOptions, Query, Result } from './query.ts'

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
  /** Whether its calls name an actor, whose row security usually applies: some statements have a form for that. */
  readonly hasActor: boolean
  /** Sends a query. Its errors are translated to those of the library. */
  run(query: Query, options?: BoundOptions): Promise<Result>
  /** Runs `fn` on one connection: what it does takes effect as a whole, or not at all. */
  atomically<T>(fn: (connection: Connection) => Promise<T>, options?: BoundOptions): Promise<T>
  /**
   * Calls `fn` once what was done so far is committed: in a transaction after its end, and not at all if it is rolled back;
   * otherwise now. Resolves when `fn` is over, or noted.
   */
  afterCommit(fn: () => unknown): Promise<void>
}
