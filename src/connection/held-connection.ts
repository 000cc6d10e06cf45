import { DatabaseError, endsConnection, type Progress } from '../errors/index.ts'
import type { Cancellation } from './cancellation.ts'
import type { ClientPool } from './client-pool.ts'
import type { ClientState } from './client-state.ts'
import type { Settings } from './connection.ts'
import type { CallOptions, Query, Result } from './query.ts'
import type { ObservedCall, QueryLog } from './query-log.ts'
import { send } from './send.ts'
import type { Revisions } from './statement-revisions.ts'

/** Where connections come from: a pool, with the settings for every call on it. */
export interface ConnectionSource {
  readonly settings: Settings
  readonly log: QueryLog
  readonly clients: ClientPool
  readonly revisions: Revisions
  /** The options of a call, completed by those of the database. */
  withDefaults(options: CallOptions | undefined): CallOptions | undefined
  /** A client for the caller alone, who releases it. */
  acquire(cancellation: Cancellation | undefined): Promise<ClientState>
  /** The error for the caller. After a refused write that was to be expected to succeed, all connections are replaced. */
  translate(error: Error, progress: Progress, refusesWrites: boolean): unknown
  /** Repeats `attempt` as the `retry` of the database allows. */
  retrying<T>(attempt: () => Promise<T>, cancellation: Cancellation | undefined): Promise<T>
}

let transactions = 0

/** One connection taken from the pool until it is released. The caller sends one query at a time. */
export class HeldConnection {
  readonly #state: ClientState
  readonly #source: ConnectionSource
  /** Milliseconds that the first query had to wait for the connection. */
  #waited: number
  #isReleased = false
  #transaction: number | undefined
  #isReadOnly = false

  private constructor(state: ClientState, source: ConnectionSource, waited: number) {
    this.#waited = waited
    this.#state = state
    this.#source = source
  }

  static async acquire(
    source: ConnectionSource,
    cancellation: Cancellation | undefined,
  ): Promise<HeldConnection> {
    const start = performance.now()
    const state = await source.acquire(cancellation)
    return new HeldConnection(state, source, performance.now() - start)
  }

  /** To be called before BEGIN: the events of the queries from here on have a number in common. */
  startTransaction({ readOnly }: { readOnly: boolean }): void {
    transactions += 1
    this.#transaction = transactions
    this.#isReadOnly = readOnly
  }

  /** To be called when the transaction has ended. */
  endTransaction(): void {
    this.#transaction = undefined
    this.#isReadOnly = false
  }

  get settings(): Settings {
    return this.#source.settings
  }

  /** The call of a query on this connection; undefined without an observer. */
  observe(query: Query): ObservedCall | undefined {
    const waited = this.#waited
    this.#waited = 0
    return this.#source.log.start(query, { transaction: this.#transaction, waited })
  }

  /** The number of the transaction, if one was begun. */
  get transaction(): number | undefined {
    return this.#transaction
  }

  get isBroken(): boolean {
    return this.#state.isBroken
  }

  /** Whether a transaction is open, as of the last answer; undefined if this version of pg does not know. */
  get isInTransaction(): boolean {
    return this.#state.isInTransaction
  }

  /**
   * Sends a query, and translates its error.
   *
   * @param progress how far a query that fails without an answer has come. In a transaction nothing is lasting before
   *   COMMIT, so that the loss of the connection undoes every query.
   * @param call the caller's, who ends it.
   */
  async send(
    query: Query,
    cancellation: Cancellation | undefined,
    progress: Progress,
    call: ObservedCall | undefined,
  ): Promise<Result> {
    if (this.#isReleased) throw new DatabaseError('The connection was released before this call.')
    cancellation?.throwIfCancelled()
    const sent = this.#source.revisions.current(query)
    this.#waited = 0
    call?.noteAttempt()
    call?.noteSent()
    try {
      return await send(this.#state, sent, cancellation)
    } catch (error) {
      if (error instanceof DatabaseError) throw error
      if (endsConnection(error as Error)) this.#state.isBroken = true
      this.#source.revisions.noteFailure(query, sent, error)
      if (cancellation?.isCancelled) throw cancellation.reason(progress, error)
      throw this.#source.translate(error as Error, progress, this.#isReadOnly)
    }
  }

  /** The same for a query that no caller asks for, but the transaction itself: BEGIN, COMMIT, SAVEPOINT. */
  async control(query: Query, cancellation: Cancellation | undefined, progress: Progress): Promise<Result> {
    const call = this.observe(query)
    if (!call) return this.send(query, cancellation, progress, undefined)
    return call.track(() => this.send(query, cancellation, progress, call))
  }

  /** Sends a query that undoes something. Closes the connection, which undoes the whole transaction, if that fails. */
  async sendOrClose(query: Query, timeout: number): Promise<void> {
    if (this.#isReleased || this.#state.isBroken) return
    const timer = setTimeout(() => this.#state.destroy(), timeout)
    try {
      await this.control(query, undefined, 'reading')
    } catch {
      this.#state.isBroken = true
    } finally {
      clearTimeout(timer)
    }
  }

  /** Gives the connection back; a no-op the second time. */
  release({ destroy = false } = {}): void {
    if (this.#isReleased) return
    this.#isReleased = true
    if (destroy) this.#state.isBroken = true
    this.#source.clients.release(this.#state)
  }
}
