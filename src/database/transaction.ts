import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import { type CallOptions, type Connection, inTransaction, type PoolConnection } from '../connection/index.ts'
import { SerializationError } from '../errors/index.ts'
import { fields, oneOf, optional, trueOrFalse, wholeNumber } from '../input/index.ts'
import { Repositories, type RepositorySettings } from '../repositories/index.ts'
import { kyselyInTransaction } from './kysely.ts'

export interface TransactionOptions extends CallOptions {
  /** Without it, the server's default_transaction_isolation, which is `read committed` unless somebody changed it. */
  isolation?: Isolation | undefined
  /** The server refuses every write. */
  readOnly?: boolean | undefined
  /**
   * How often the function may run again after a serialization failure or a deadlock (SQLSTATE 40001, 40P01),
   * 0 to 20; default 0, because a function that does more than query the database may not run twice.
   */
  retries?: number | undefined
}

const ISOLATIONS = ['read committed', 'repeatable read', 'serializable'] as const
export type Isolation = (typeof ISOLATIONS)[number]

/** The repositories on the one connection of a transaction. */
export class Transaction extends Repositories {
  readonly #connection: Connection
  #kysely: Kysely<DB> | undefined

  constructor(connection: Connection, settings: RepositorySettings) {
    super(connection, settings)
    this.#connection = connection
  }

  /** For the service's own queries, inside this transaction. */
  get kysely(): Kysely<DB> {
    this.#kysely ??= kyselyInTransaction(this.#connection)
    return this.#kysely
  }

  /**
   * A part that may fail on its own: when `fn` throws, what it wrote is undone, the error goes on, and the caller
   * may catch it and continue the transaction. Await one savepoint before beginning the next.
   */
  async savepoint<T>(fn: (tx: this) => Promise<T>): Promise<T> {
    return this.#connection.atomically(() => fn(this))
  }
}

/** Runs `fn` in a transaction, and again after a conflict as often as `retries` allows. */
export async function runTransaction<T>(
  pool: PoolConnection,
  settings: RepositorySettings,
  fn: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { isolation, readOnly, retries = 0, ...callOptions } = readOptions(options, 'options')
  const begin = ['begin', isolation && `isolation level ${isolation}`, readOnly && 'read only']
    .filter(Boolean)
    .join(' ')
  for (let retry = 0; ; retry += 1) {
    try {
      return await inTransaction(
        pool,
        (connection) => fn(new Transaction(connection, settings)),
        callOptions,
        begin,
      )
    } catch (error) {
      if (!(error instanceof SerializationError) || retry >= retries) throw error
      await sleep(backoff(retry))
    }
  }
}

const readOptions = fields<TransactionOptions>({
  isolation: optional(oneOf(ISOLATIONS)),
  readOnly: optional(trueOrFalse),
  retries: optional(wholeNumber(0, 20)),
  signal: optional((value) => value as AbortSignal),
  timeout: optional((value) => value as number),
})

/** Milliseconds, full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function backoff(retry: number): number {
  return Math.random() * Math.min(1_000, 10 * 2 ** retry)
}
