import { AsyncLocalStorage } from 'node:async_hooks'
import { DatabaseError, isServerError } from '../errors/index.ts'
import type { ActorStatement } from './actor-statement.ts'
import { checkCallOptions } from './call-options.ts'
import { GRACE } from './cancel-request.ts'
import { Cancellation } from './cancellation.ts'
import type { Connection, Settings } from './connection.ts'
import type { HeldConnection } from './held-connection.ts'
import type { CallOptions, Query, Result } from './query.ts'
import type { ObservedCall } from './query-log.ts'
import { Turns } from './turn-queue.ts'

/** The innermost savepoint that the running code is in. */
const scopes = new AsyncLocalStorage<TransactionConnection>()

/** The state that a transaction and its savepoints share. */
export interface TransactionContext {
  readonly held: HeldConnection
  /** Whether an actor was set at its beginning. */
  readonly hasActor: boolean
  /** How many savepoints there have been. */
  savepoints: number
}

/**
 * The connection of a transaction, or of a savepoint in it. Calls take turns. A savepoint is one turn, until it ends, so
 * that it never undoes a call that does not belong to it; its own calls take turns among themselves.
 *
 * A call on an outer scope from within a savepoint's function belongs to the savepoint: it would otherwise wait for the
 * savepoint to end, while the savepoint waits for it.
 */
export class TransactionConnection implements Connection {
  readonly #context: TransactionContext
  readonly #cancellation: Cancellation
  readonly #parent: TransactionConnection | undefined
  readonly #turns = new Turns()
  #isOver = false
  #afterCommit: (() => unknown)[] = []
  /** The first error of a query. PostgreSQL answers a COMMIT after it with a rollback, and does not repeat the reason. */
  #firstFailure: unknown

  constructor(context: TransactionContext, cancellation: Cancellation, parent?: TransactionConnection) {
    this.#context = context
    this.#cancellation = cancellation
    this.#parent = parent
  }

  get settings(): Settings {
    return this.#context.held.settings
  }

  get hasActor(): boolean {
    return this.#context.hasActor
  }

  async run(query: Query, options?: CallOptions): Promise<Result> {
    const scope = this.#current()
    if (scope !== this) return scope.run(query, options)
    checkCallOptions(options, query)
    const call = this.#context.held.observe(query)
    if (!call) return this.#inTurn((cancellation) => this.#send(query, cancellation, undefined), options)
    try {
      const send = (cancellation: Cancellation) => this.#send(query, cancellation, call)
      const result = await call.run(() => this.#inTurn(send, options))
      call.end({ rows: result.rowCount })
      return result
    } catch (error) {
      call.end({ error })
      throw error
    }
  }

  /** Runs `fn` in a savepoint: if it throws, its changes are undone, and the transaction can continue. */
  async atomically<T>(
    fn: (connection: TransactionConnection) => Promise<T>,
    options?: CallOptions,
  ): Promise<T> {
    const scope = this.#current()
    if (scope !== this) return scope.atomically(fn, options)
    checkCallOptions(options)
    return this.#inTurn((cancellation) => this.#savepoint(fn, cancellation), options)
  }

  /** Calls `fn` after the commit of the transaction, unless the savepoint that it belongs to is undone. */
  async afterCommit(fn: () => unknown): Promise<void> {
    this.noteAfterCommit(fn)
  }

  /** The same, at once. */
  noteAfterCommit(fn: () => unknown): void {
    const scope = this.#current()
    scope.#throwIfOver()
    scope.#afterCommit.push(fn)
  }

  /** Refuses further calls and resolves when those under way have ended. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#turns.idle()
  }

  /** The error for a transaction or savepoint that is rolled back although its function goes on. */
  swallowed(): DatabaseError {
    const outcome = this.#parent
      ? 'The savepoint was rolled back'
      : 'Nothing was committed: the transaction was rolled back'
    return new DatabaseError(
      `${outcome} because the error of a failed query was swallowed. Rethrow it, or use savepoint().`,
      { cause: this.#firstFailure },
    )
  }

  /** Runs the functions given to `afterCommit`, one after another. An error is reported as uncaught: the commit stands. */
  async runAfterCommit(): Promise<void> {
    for (const fn of this.#afterCommit.splice(0)) {
      try {
        await fn()
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  async #inTurn<T>(
    task: (cancellation: Cancellation) => Promise<T>,
    options: CallOptions | undefined,
  ): Promise<T> {
    this.#throwIfOver()
    const own = Cancellation.of(options, { within: this.#cancellation })
    const cancellation = own ?? this.#cancellation
    try {
      return await this.#turns.take(() => task(cancellation), cancellation)
    } finally {
      own?.end()
    }
  }

  async #send(query: Query, cancellation: Cancellation, call: ObservedCall | undefined): Promise<Result> {
    try {
      // The loss of the connection undoes the transaction, so that even a write certainly had no effect.
      return await this.#context.held.send(query, cancellation, 'reading', call)
    } catch (error) {
      const cause = error instanceof DatabaseError ? error.cause : undefined
      if (isFailedTransaction(cause) && this.#firstFailure !== undefined) throw this.swallowed()
      this.#firstFailure ??= error
      throw error
    }
  }

  async #savepoint<T>(
    fn: (connection: TransactionConnection) => Promise<T>,
    cancellation: Cancellation,
  ): Promise<T> {
    this.#context.savepoints += 1
    const name = `savepoint_${this.#context.savepoints}`
    const query = control(`savepoint ${name}`)
    const call = this.#context.held.observe(query)
    const begin = () => this.#send(query, cancellation, call)
    await (call ? call.track(begin) : begin())
    const child = new TransactionConnection(this.#context, cancellation, this)
    try {
      const value = await cancellation.race(
        scopes.run(child, async () => fn(child)),
        'reading',
      )
      await child.end()
      await this.#context.held.control(control(`release savepoint ${name}`), cancellation, 'reading')
      this.#afterCommit.push(...child.#afterCommit)
      return value
    } catch (error) {
      await child.end()
      await this.#undo(name)
      if (error instanceof DatabaseError && isFailedTransaction(error.cause)) throw child.swallowed()
      throw error
    }
  }

  /** Undoes a savepoint and removes it, so that later queries do not run inside it. */
  async #undo(name: string): Promise<void> {
    const { held } = this.#context
    // The end of the transaction undoes all of it.
    if (this.#cancellation.isCancelled || held.isBroken) return
    const sql = `rollback to savepoint ${name}; release savepoint ${name}`
    await held.sendOrClose(control(sql), GRACE)
  }

  /** The scope of the running code: this one, or a savepoint inside it. */
  #current(): TransactionConnection {
    let inner = scopes.getStore()
    if (inner === undefined || !inner.#isWithin(this)) return this
    while (inner.#isOver && inner !== this) inner = inner.#parent as TransactionConnection
    return inner
  }

  #isWithin(outer: TransactionConnection): boolean {
    const parent = this.#parent
    return parent !== undefined && (parent === outer || parent.#isWithin(outer))
  }

  #throwIfOver(): void {
    if (!this.#isOver) return
    this.#cancellation.throwIfCancelled()
    const scope = this.#parent ? 'savepoint' : 'transaction'
    throw new DatabaseError(
      `The ${scope} is over. Await every call inside the function passed to ${scope}().`,
    )
  }
}

/** SQLSTATE in_failed_sql_transaction. */
function isFailedTransaction(cause: unknown): boolean {
  return isServerError(cause) && cause.code === '25P02'
}

/** BEGIN, SAVEPOINT and the like, which the loss of the connection undoes. */
export function control(sql: string): Query {
  const [operation = ''] = sql.split(' ')
  return { sql, prepared: false, readOnly: true, target: { operation: operation.toUpperCase() } }
}

/** BEGIN, by which `actor` acts in the whole transaction. */
export function begin(sql: string, actor: ActorStatement | undefined): Query {
  return { ...control(sql), actor, opensTransaction: true }
}
