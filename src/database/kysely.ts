import type { Kysely } from 'kysely'
import type { DB } from '../../generated/database.ts'
import {
  ActorStatement,
  BoundConnection,
  type BoundOptions,
  begin,
  Cancellation,
  type Connection,
  control,
  GRACE,
  HeldConnection,
  type ObservedCall,
  type PoolConnection,
  type Query,
  type Result,
  Turns,
} from '../connection/index.ts'
import { DatabaseError } from '../errors/index.ts'
import { kysely } from '../kysely/index.ts'
import { kyselyOn } from './kysely-dialect.ts'
import { KyselySession, queryOf } from './kysely-session.ts'

/**
 * Kysely on the pool's connections, for a service's own queries: with the same row types, errors and query events.
 *
 * @param options bound to every query, as those of `db.with()`.
 */
export function kyselyOnPool(pool: PoolConnection, options: BoundOptions = {}): Kysely<DB> {
  const bound = new BoundConnection(pool, options)
  return kyselyOn((signal, query) => PoolSession.acquire(pool, bound, signal, query && queryOf(query)))
}

/** Kysely inside a transaction, whose end is not Kysely's to decide. */
export function kyselyInTransaction(connection: Connection): Kysely<DB> {
  return kyselyOn(async () => new TransactionSession(connection))
}

/** One connection of the pool. Queries take turns: Kysely sends a ROLLBACK beside queries under way. */
class PoolSession extends KyselySession {
  readonly #pool: PoolConnection
  readonly #bound: BoundConnection
  readonly #held: HeldConnection
  readonly #turns = new Turns()
  /** Milliseconds that the next query has less, because the wait for the connection is part of its timeout. */
  #waited: number
  #transaction: Cancellation | undefined
  #letGo: (() => void) | undefined
  /** The call of the query that the connection was acquired for, until it is sent. */
  #call: ObservedCall | undefined
  #transactionCall: ObservedCall | undefined
  #isKilled = false

  private constructor(
    pool: PoolConnection,
    bound: BoundConnection,
    held: HeldConnection,
    waited: number,
    call: ObservedCall | undefined,
  ) {
    super()
    this.#call = call
    this.#pool = pool
    this.#bound = bound
    this.#held = held
    this.#waited = waited
  }

  static async acquire(
    pool: PoolConnection,
    bound: BoundConnection,
    signal: AbortSignal | undefined,
    query: Query | undefined,
  ): Promise<PoolSession> {
    const start = performance.now()
    const call = query && pool.log.start(query)
    const cancellation = Cancellation.of(pool.withDefaults(bound.bind({ signal })))
    try {
      const held = await pool.retrying(() => HeldConnection.acquire(pool, cancellation), cancellation)
      return new PoolSession(pool, bound, held, performance.now() - start, call)
    } catch (error) {
      const failed = query ? call : pool.log.start(control('begin'), { waited: performance.now() - start })
      failed?.end({ error })
      throw error
    } finally {
      cancellation?.end()
    }
  }

  protected async run(query: Query, signal: AbortSignal | undefined): Promise<Result> {
    const call = this.#call ?? this.#held.observe(query)
    this.#call = undefined
    if (!call) return this.#inTurn(query, signal, undefined)
    try {
      const result = await call.run(() => this.#inTurn(query, signal, call))
      call.end({ rows: result.rowCount })
      return result
    } catch (error) {
      call.end({ error })
      throw error
    }
  }

  #inTurn(query: Query, signal: AbortSignal | undefined, call: ObservedCall | undefined): Promise<Result> {
    return this.#turns.take(async () => {
      const own = this.#cancellation(signal)
      const cancellation = own ?? this.#transaction
      const isInTransaction = this.#transaction !== undefined || this.#held.isInTransaction
      const isUndone = query.readOnly || (isInTransaction && !ENDS_TRANSACTION.test(query.sql))
      try {
        cancellation?.throwIfCancelled()
        const sent = isInTransaction ? query : this.#withActor(query)
        return await this.#held.send(sent, cancellation, isUndone ? 'reading' : 'writing', call)
      } finally {
        own?.end()
        if (this.#isKilled) this.#held.release({ destroy: true })
      }
    })
  }

  /** A COMMIT or ROLLBACK without a transaction needs no actor, and a BEGIN of the service comes before its actor. */
  #withActor(query: Query): Query {
    const actor = ActorStatement.in(this.#bound.bind())
    if (actor === undefined || query.actor !== undefined) return query
    const opensTransaction = BEGINS_TRANSACTION.test(query.sql)
    if (!opensTransaction && CONTROLS_TRANSACTION.test(query.sql)) return query
    return { ...query, actor, opensTransaction }
  }

  #cancellation(signal: AbortSignal | undefined): Cancellation | undefined {
    if (this.#transaction) return Cancellation.of({ signal }, { within: this.#transaction })
    const waited = this.#waited
    this.#waited = 0
    return Cancellation.of(this.#pool.withDefaults(this.#bound.bind({ signal })), { waited })
  }

  protected async openTransaction(query: Query): Promise<(hasFailed: boolean) => Promise<void>> {
    if (this.#transaction !== undefined || this.#held.isInTransaction) return async () => {}
    this.#startTransaction({ readOnly: false })
    await this.#begin('begin')
    return async (hasFailed) => {
      if (hasFailed) await this.#undo()
      else await this.run({ ...control('commit'), readOnly: query.readOnly }, undefined)
      this.#endTransaction()
    }
  }

  /** The timeout and the signal hold for the whole transaction. When they end it, the connection is released at once. */
  async begin(sql: string, readOnly: boolean): Promise<void> {
    const cancellation = new Cancellation(
      this.#pool.withDefaults(this.#bound.bind()),
      undefined,
      this.#waited,
    )
    this.#startTransaction({ readOnly })
    this.#transaction = cancellation
    this.#letGo = this.#pool.clients.hold(cancellation)
    cancellation.onCancel(() => void this.#undo().then(() => this.#held.release()))
    await this.#begin(sql)
  }

  async #begin(sql: string): Promise<void> {
    await this.run(begin(sql, ActorStatement.in(this.#bound.bind())), undefined)
  }

  #startTransaction({ readOnly }: { readOnly: boolean }): void {
    this.#held.startTransaction({ readOnly })
    this.#transactionCall = this.#pool.log.startTransaction(this.#held.transaction, this.#waited)
    this.#waited = 0
  }

  async commit(): Promise<void> {
    const { command } = await this.run({ ...control('commit'), readOnly: false }, undefined)
    this.#endTransaction()
    if (command === 'ROLLBACK') throw new (kysely().AbortedTransactionError)()
  }

  async rollback(): Promise<void> {
    await this.#undo()
    // Further queries may follow on the same connection.
    this.#endTransaction()
  }

  async #undo(): Promise<void> {
    await this.#turns.take(() => this.#held.sendOrClose(control('rollback'), GRACE))
  }

  #endTransaction(): void {
    this.#held.endTransaction()
    this.#letGo?.()
    this.#transaction?.end()
    this.#transaction = undefined
    this.#transactionCall?.end({})
  }

  protected kill(): void {
    this.#isKilled = true
  }

  release(): void {
    this.#endTransaction()
    this.#held.release({ destroy: this.#isKilled })
  }
}

/** The connection of a transaction that the library has begun. */
class TransactionSession extends KyselySession {
  readonly #connection: Connection

  constructor(connection: Connection) {
    super()
    this.#connection = connection
  }

  protected async run(query: Query, signal: AbortSignal | undefined): Promise<Result> {
    if (CONTROLS_TRANSACTION.test(query.sql)) throw refused()
    return this.#connection.run({ ...query, isSingle: true }, signal && { signal })
  }

  protected async openTransaction(): Promise<() => Promise<void>> {
    return async () => {}
  }

  async begin(): Promise<void> {
    throw refused()
  }

  async commit(): Promise<void> {
    throw refused()
  }

  async rollback(): Promise<void> {
    throw refused()
  }

  /** The transaction needs its connection: the query is cancelled, and nothing else. */
  protected kill(): void {}

  release(): void {}
}

function refused(): DatabaseError {
  return new DatabaseError(
    'A transaction is open, and is ended by the function passed to transaction(). Use tx.savepoint() for a part that may fail on its own.',
  )
}

/** Blanks and comments, in which those of C may be nested once. */
const START = String.raw`^(?:\s|;|--[^\n]*(?:\n|$)|/\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*(?:[^*]|\*(?!/))*\*/)*\*/)*`
const CONTROLS_TRANSACTION = new RegExp(
  String.raw`${START}(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b`,
  'i',
)
const BEGINS_TRANSACTION = new RegExp(String.raw`${START}(?:begin|start\s+transaction)\b`, 'i')
const ENDS_TRANSACTION = new RegExp(String.raw`${START}(?:commit|end|prepare\s+transaction)\b`, 'i')
