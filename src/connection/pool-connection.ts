import type pg from 'pg'
import {
  DatabaseError,
  endsConnection,
  isReadOnlyRefusal,
  isStalePlan,
  type Progress,
  translate,
} from '../errors/index.ts'
import { Cancellation } from './cancellation.ts'
import { ClientPool, type ClientPoolOptions } from './client-pool.ts'
import type { ClientState } from './client-state.ts'
import type { Connection, Settings } from './connection.ts'
import type { ConnectionSource } from './held-connection.ts'
import { type ListenEvent, listen } from './listen.ts'
import type { PoolStats } from './pool-stats.ts'
import type { CallOptions, Query, Result } from './query.ts'
import type { QueryLog, QueryTimer } from './query-log.ts'
import { retry } from './retry.ts'
import { send, submit } from './send.ts'
import { SharedReads } from './shared-reads.ts'
import { Revisions } from './statement-revisions.ts'
import { inTransaction } from './transaction.ts'

export interface PoolConnectionOptions extends ClientPoolOptions {
  settings: Settings
  log: QueryLog
  /** Milliseconds for a call that has no timeout of its own. */
  timeout: number | undefined
  /** Milliseconds in which a call is repeated that failed without any effect. */
  retry: number | undefined
  /** Whether the hosts that are wanted refuse writes. */
  expectsReadOnly: boolean
}

/** A pool: each call takes a connection, and gives it back when the server has answered. */
export class PoolConnection implements Connection, ConnectionSource {
  readonly #options: PoolConnectionOptions
  readonly #reads: SharedReads
  readonly #pool: pg.Pool
  readonly #listeners = new Set<Cancellation>()
  readonly #defaults: CallOptions | undefined
  readonly clients: ClientPool
  readonly revisions = new Revisions()

  constructor(pool: pg.Pool, options: PoolConnectionOptions) {
    this.#options = options
    this.#pool = pool
    this.#defaults = options.timeout === undefined ? undefined : { timeout: options.timeout }
    this.clients = new ClientPool(pool, options)
    this.#reads = new SharedReads(this.clients)
  }

  get settings(): Settings {
    return this.#options.settings
  }

  get log(): QueryLog {
    return this.#options.log
  }

  get expectsReadOnly(): boolean {
    return this.#options.expectsReadOnly
  }

  withDefaults(options: CallOptions | undefined): CallOptions | undefined {
    if (!options || !this.#defaults) return options ?? this.#defaults
    return options.timeout === undefined ? { ...options, ...this.#defaults } : options
  }

  async run(query: Query, options?: CallOptions): Promise<Result> {
    const cancellation = Cancellation.of(this.withDefaults(options))
    const timer = this.log.start()
    try {
      const result =
        this.#options.retry === undefined
          ? await this.#once(query, cancellation, timer)
          : await this.retrying(() => this.#once(query, cancellation, timer), cancellation)
      this.log.record(timer, query, { rows: result.rowCount })
      return result
    } catch (error) {
      this.log.record(timer, query, { error })
      throw error
    } finally {
      cancellation?.end()
    }
  }

  retrying<T>(attempt: () => Promise<T>, cancellation: Cancellation | undefined): Promise<T> {
    return this.#options.retry === undefined ? attempt() : retry(attempt, this.#options.retry, cancellation)
  }

  async #once(
    query: Query,
    cancellation: Cancellation | undefined,
    timer: QueryTimer | undefined,
  ): Promise<Result> {
    if (timer) timer.attempts += 1
    this.clients.throwIfClosed()
    cancellation?.throwIfCancelled()
    const sent = this.revisions.current(query)
    let progress: Progress = 'not sent'
    const noteSent = () => {
      progress = query.readOnly ? 'reading' : 'writing'
      timer?.noteSent()
    }
    try {
      if (query.isShared) return await this.#reads.run(sent, noteSent, cancellation)
      return await (cancellation
        ? this.#exchangeUnlessCancelled(sent, noteSent, cancellation)
        : this.#exchange(sent, noteSent))
    } catch (error) {
      // An error of the library, or the reason of a signal.
      if (error instanceof DatabaseError || !(error instanceof Error)) throw error
      if (isStalePlan(error) && query.prepared) {
        this.revisions.noteFailure(query, sent, error)
        return this.#once({ ...query, prepared: false, isShared: false }, cancellation, timer)
      }
      if (cancellation?.isCancelled) throw cancellation.reason(progress, error)
      throw this.#translate(error, progress)
    }
  }

  #translate(error: Error, progress: Progress): unknown {
    if (!isReadOnlyRefusal(error)) return translate(error, progress, this.settings.catalog)
    if (this.expectsReadOnly) return new DatabaseError(error.message, { cause: error })
    // The server behind the address has become a standby; the other connections lead to it, too.
    this.clients.replaceAll()
    return translate(error, progress, this.settings.catalog)
  }

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

  async atomically<T>(fn: (connection: Connection) => Promise<T>, options?: CallOptions): Promise<T> {
    const cancellation = new Cancellation(this.withDefaults(options))
    try {
      return await inTransaction(this, fn, cancellation)
    } finally {
      cancellation.end()
    }
  }

  stats(): PoolStats {
    return this.clients.stats(this.#reads.count())
  }

  /** @param channel checked by the caller. */
  async *listen(
    channel: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ListenEvent, void, undefined> {
    this.clients.throwIfClosed()
    const cancellation = new Cancellation({ signal })
    this.#listeners.add(cancellation)
    try {
      yield* listen(this.#pool, channel, cancellation)
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
