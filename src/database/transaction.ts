import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import {
  type ActorStatement,
  backoff,
  type CallOptions,
  Cancellation,
  inTransaction,
  type PoolConnection,
  type TransactionConnection,
} from '../connection/index.ts'
import { InvalidInputError, SerializationError, UnavailableError } from '../errors/index.ts'
import { fields, oneOf, optional, trueOrFalse, wholeNumber } from '../input/index.ts'
import { Repositories, type RepositorySettings } from '../repositories/index.ts'
import { kyselyInTransaction } from './kysely.ts'

export interface TransactionOptions extends CallOptions {
  /** Default: the server's default_transaction_isolation, which is `read committed` unless it was changed. */
  isolation?: Isolation | undefined
  /** Whether the server refuses every write. */
  readOnly?: boolean | undefined
  /**
   * How often the function may run again, 0 to 20, after a serialization failure, a deadlock (SQLSTATE 40001, 40P01),
   * or the loss of the connection before COMMIT. Default 0, because a function that does more than query the database
   * may not run twice.
   */
  retries?: number | undefined
}

const ISOLATIONS = ['read committed', 'repeatable read', 'serializable'] as const
export type Isolation = (typeof ISOLATIONS)[number]

/** The repositories on the one connection of a transaction. */
export class Transaction extends Repositories {
  readonly #connection: TransactionConnection
  readonly #settings: RepositorySettings
  #kysely: Kysely<DB> | undefined

  /** @internal */
  constructor(connection: TransactionConnection, settings: RepositorySettings) {
    super(connection, settings)
    this.#connection = connection
    this.#settings = settings
  }

  /** For the service's own queries, inside this transaction. */
  get kysely(): Kysely<DB> {
    this.#kysely ??= kyselyInTransaction(this.#connection)
    return this.#kysely
  }

  /**
   * A part that may fail on its own: when `fn` throws, its changes are undone, and the caller may catch the error and
   * continue the transaction. Calls that are not made by `fn` wait until it ends; several savepoints take turns.
   */
  savepoint<T>(fn: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#connection.atomically((connection) => fn(new Transaction(connection, this.#settings)))
  }

  /**
   * Calls `fn` once the transaction is committed, and not at all if it is rolled back, or the savepoint around this call
   * is. `transaction()` waits for the functions, one after another, within its timeout. Their errors do not fail the
   * transaction, which is committed: they are reported as uncaught.
   */
  afterCommit(fn: () => unknown): void {
    if (typeof fn !== 'function') throw new InvalidInputError('fn', 'must be a function')
    this.#connection.noteAfterCommit(fn)
  }
}

/** Runs `fn` in a transaction, and again as often as `retries` allows. */
export async function runTransaction<T>(
  pool: PoolConnection,
  settings: RepositorySettings,
  fn: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
  actor?: ActorStatement,
): Promise<T> {
  const {
    isolation,
    readOnly = false,
    retries = 0,
    ...callOptions
  } = readTransactionOptions(options, 'options')
  const sql = ['begin', isolation && `isolation level ${isolation}`, readOnly && 'read only']
    .filter(Boolean)
    .join(' ')
  const cancellation = new Cancellation(pool.withDefaults(callOptions))
  const call = pool.log.startTransaction()
  const attempt = () =>
    inTransaction(pool, (connection) => fn(new Transaction(connection, settings)), cancellation, {
      sql,
      readOnly,
      actor,
    })
  const perform = () => repeated(attempt, retries, cancellation)
  try {
    return await (call ? call.track(perform) : perform())
  } finally {
    cancellation.end()
  }
}

async function repeated<T>(
  attempt: () => Promise<T>,
  retries: number,
  cancellation: Cancellation,
): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (retry >= retries || cancellation.isCancelled || !isRepeatable(error)) throw error
      await cancellation.race(sleep(backoff(retry)), 'not sent')
    }
  }
}

function isRepeatable(error: unknown): boolean {
  return error instanceof SerializationError || (error instanceof UnavailableError && error.retryable)
}

export const readTransactionOptions = fields<TransactionOptions>({
  isolation: optional(oneOf(ISOLATIONS)),
  readOnly: optional(trueOrFalse),
  retries: optional(wholeNumber(0, 20)),
  signal: optional((value) => value as AbortSignal),
  timeout: optional((value) => value as number),
})
