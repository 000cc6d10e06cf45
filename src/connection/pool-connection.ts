import { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'
import {
  DatabaseError,
  endsConnection,
  isReadOnlyRefusal,
  isStalePlan,
  type Progress,
  translate,
} from '../errors/index.ts'
import { ActorStatement } from './actor-statement.ts'
import { BOUND_OPTIONS, checkCallOptions } from './call-options.ts'
import { Cancellation } from './cancellation.ts'
import { endpointOf } from './client-like.ts'
import { ClientPool, type ClientPoolOptions } from './client-pool.ts'
import type { ClientState } from './client-state.ts'
import type { Connection, Settings } from './connection.ts'
import type { ConnectionSource } from './held-connection.ts'
import { total } from './lanes.ts'
import { type ListenEvent, listen } from './listen.ts'
import type { Endpoint, PoolStats } from './pool-stats.ts'
import type { BoundOptions, CallOptions, Query, Result } from './query.ts'
import type { ObservedCall, QueryLog } from './query-log.ts'
import { retry } from './retry.ts'
import { send, submit } from './send.ts'
import { SharedReads } from './shared-reads.ts'
import { SharedWrites } from './shared-writes.ts'
import { Revisions } from './statement-revisions.ts'
import { BEGIN, inTransaction } from './transaction.ts'

export interface PoolConnectionOptions extends ClientPoolOptions {
  settings: Settings
  log: QueryLog
  /** Milliseconds for a call that has no timeout of its own. */
  timeout: number | undefined
  /** Milliseconds in which a call is repeated that failed without any effect. */
  retry: number | undefined
  /** Whether the hosts that are wanted refuse writes. */
  expectsReadOnly: boolean
  /** The name of the replica that the pool leads to; undefined for the primary. */
  replica?: string | undefined
}

/** A pool: each call takes a connection, and gives it back when the server has answered. */
export class PoolConnection implements Connection, ConnectionSource {
  readonly #options: PoolConnectionOptions
  readonly #reads: SharedReads
  readonly #writes: SharedWrites
  readonly #pool: pg.Pool
  readonly #listeners = new Set<Cancellation>()
  readonly #defaults: CallOptions | undefined
  readonly clients: ClientPool
  readonly revisions = new Revisions()
  readonly hasActor = false

  constructor(pool: pg.Pool, options: PoolConnectionOptions) {
    this.#options = options
    this.#pool = pool
    this.#defaults = options.timeout === undefined ? undefined : { timeout: options.timeout }
    this.clients = new ClientPool(pool, options)
    this.#reads = new SharedReads(this.clients)
    this.#writes = new SharedWrites(this.clients, this.#sendAlone)
  }

  get settings(): Settings {
    return this.#options.settings
  }

  get log(): QueryLog {
    return this.#options.log
  }

  withDefaults(options: BoundOptions | undefined): BoundOptions | undefined {
    if (!options || !this.#defaults) return options ?? this.#defaults
    return options.timeout === undefined ? { ...options, ...this.#defaults } : options
  }

  async run(given: Query, options?: BoundOptions): Promise<Result> {
    const actor = ActorStatement.in(options)
    checkCallOptions(options, given, actor && BOUND_OPTIONS)
    // A COPY has no place in an exchange.
    if (actor && given.rows) return this.atomically((connection) => connection.run(given), options)
    const query = actor ? { ...given, actor } : given
    const cancellation = Cancellation.of(this.withDefaults(options))
    const call = this.log.start(query, { replica: this.#options.replica })
    try {
      const result = await (call
        ? call.run(() => this.#attempts(query, cancellation, call))
        : this.#attempts(query, cancellation, undefined))
      call?.end({ rows: result.rowCount })
      return result
    } catch (error) {
      call?.end({ error })
      throw error
    } finally {
      cancellation?.end()
    }
  }

  #attempts(
    query: Query,
    cancellation: Cancellation | undefined,
    call: ObservedCall | undefined,
  ): Promise<Result> {
    if (this.#options.retry === undefined) return this.#once(query, cancellation, call)
    return this.retrying(() => this.#once(query, cancellation, call), cancellation)
  }

  retrying<T>(attempt: () => Promise<T>, cancellation: Cancellation | undefined): Promise<T> {
    return this.#options.retry === undefined ? attempt() : retry(attempt, this.#options.retry, cancellation)
  }

  async #once(
    query: Query,
    cancellation: Cancellation | undefined,
    call: ObservedCall | undefined,
  ): Promise<Result> {
    call?.noteAttempt()
    this.clients.throwIfClosed()
    cancellation?.throwIfCancelled()
    const sent = this.revisions.current(query)
    let progress: Progress = 'not sent'
    const note = (isSent: boolean) => {
      progress = !isSent ? 'not sent' : query.readOnly ? 'reading' : 'writing'
      if (isSent) call?.noteSent()
    }
    try {
      if (!query.isShared) return await this.#sendAlone(sent, () => note(true), cancellation)
      return await (query.readOnly ? this.#reads : this.#writes).run(sent, note, cancellation)
    } catch (error) {
      // An error of the library, or the reason of a signal.
      if (error instanceof DatabaseError || !(error instanceof Error)) throw error
      if (isStalePlan(error) && query.prepared) {
        this.revisions.noteFailure(query, sent, error)
        return this.#once({ ...query, prepared: false, isShared: false }, cancellation, call)
      }
      if (cancellation?.isCancelled) throw cancellation.reason(progress, error)
      throw this.translate(error, progress, query.inReadOnlyTransaction === true)
    }
  }

  translate(error: Error, progress: Progress, refusesWrites: boolean): unknown {
    if (!isReadOnlyRefusal(error)) return translate(error, progress, this.settings.catalog)
    if (this.#options.expectsReadOnly || refusesWrites)
      return new DatabaseError(error.message, { cause: error })
    // The server behind the address has become a standby; the other connections lead to it, too.
    this.clients.replaceAll()
    return translate(error, progress, this.settings.catalog)
  }

  readonly #sendAlone = (
    query: Query,
    noteSent: () => void,
    cancellation: Cancellation | undefined,
  ): Promise<Result> =>
    cancellation
      ? this.#exchangeUnlessCancelled(query, noteSent, cancellation)
      : this.#exchange(query, noteSent)

  /** The ordinary call, which nothing cancels, with as few promises as possible. */
  #exchange(query: Query, noteSent: () => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.clients.connect((error, state) => {
        if (!state) return reject(error)
        noteSent()
        submit(state, query, (failure, result) => {
          if (failure && endsConnection(failure)) state.isBroken = true
          this.clients.release(state)
          if (failure) reject(failure)
          else resolve(result)
        })
      })
    })
  }

  async #exchangeUnlessCancelled(
    query: Query,
    noteSent: () => void,
    cancellation: Cancellation,
  ): Promise<Result> {
    const state = await this.clients.acquire(cancellation)
    try {
      cancellation.throwIfCancelled()
      noteSent()
      return await sendOn(state, query, cancellation)
    } finally {
      this.clients.release(state)
    }
  }

  /** A client for the caller alone, who releases it. */
  async acquire(cancellation: Cancellation | undefined): Promise<ClientState> {
    this.clients.throwIfClosed()
    cancellation?.throwIfCancelled()
    try {
      return await this.clients.acquire(cancellation)
    } catch (error) {
      // The reason of a signal can be any error.
      throw cancellation?.isCancelled ? error : translate(error, 'not sent')
    }
  }

  async atomically<T>(fn: (connection: Connection) => Promise<T>, options?: BoundOptions): Promise<T> {
    const actor = ActorStatement.in(options)
    checkCallOptions(options, undefined, actor && BOUND_OPTIONS)
    const cancellation = new Cancellation(this.withDefaults(options))
    const opening = { ...BEGIN, actor }
    const perform = () => inTransaction(this, fn, cancellation, opening)
    const call = this.log.startTransaction()
    try {
      return await (call ? call.track(perform) : perform())
    } finally {
      cancellation.end()
    }
  }

  async afterCommit(fn: () => unknown): Promise<void> {
    await fn()
  }

  endpoint(): Endpoint {
    return endpointOf(this.#pool)
  }

  stats(): PoolStats {
    return this.clients.stats(total([this.#reads.count(), this.#writes.count()]))
  }

  /**
   * @param channel checked by the caller.
   * @param maxPending most notifications that wait for the loop.
   */
  listen(
    channel: string,
    { signal, maxPending }: { signal: AbortSignal | undefined; maxPending: number },
  ): AsyncGenerator<ListenEvent, void, undefined> {
    // The loop may run elsewhere than in the context of this call.
    const inContext = AsyncLocalStorage.snapshot()
    const observe = (query: Query) => inContext(() => this.log.start(query))
    return this.#listen(channel, signal, maxPending, observe)
  }

  async *#listen(
    channel: string,
    signal: AbortSignal | undefined,
    maxPending: number,
    observe: (query: Query) => ObservedCall | undefined,
  ): AsyncGenerator<ListenEvent, void, undefined> {
    this.clients.throwIfClosed()
    const cancellation = new Cancellation({ signal })
    this.#listeners.add(cancellation)
    try {
      const { silenceTimeout } = this.#options
      yield* listen(this.#pool, channel, cancellation, { silenceTimeout, maxPending }, observe)
    } finally {
      this.#listeners.delete(cancellation)
      cancellation.end()
    }
  }

  close(timeout?: number): Promise<void> {
    for (const cancellation of this.#listeners) cancellation.cancelForClose()
    return this.clients.close(timeout)
  }
}

async function sendOn(state: ClientState, query: Query, cancellation: Cancellation): Promise<Result> {
  try {
    return await send(state, query, cancellation)
  } catch (error) {
    if (endsConnection(error as Error)) state.isBroken = true
    throw error
  }
}
