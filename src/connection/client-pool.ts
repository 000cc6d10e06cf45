import type pg from 'pg'
import { DatabaseError, UnavailableError } from '../errors/index.ts'
import type { Cancellation } from './cancellation.ts'
import { ClientState } from './client-state.ts'
import type { PoolStats, SharedCounts } from './pool-stats.ts'
import { SilenceMonitor } from './silence-monitor.ts'

export interface ClientPoolOptions {
  /** Whether the library has to end the pool. */
  owned: boolean
  /** Milliseconds without a byte of an answer after which a connection is checked; undefined for never. */
  silenceTimeout: number | undefined
  /** How many connection attempts a call makes: one for each host. */
  attempts: number
}

export type ClientCallback = (error: unknown, state?: ClientState) => void

/** The pool of pg, with what it lacks: clients whose state is known, replacement of all clients, and a bounded close. */
export class ClientPool {
  readonly #pool: pg.Pool
  readonly #options: ClientPoolOptions
  readonly #states = new Map<pg.PoolClient, ClientState>()
  readonly #waiting = new Set<ClientCallback>()
  readonly #held = new Set<Cancellation>()
  readonly #monitor: SilenceMonitor
  #generation = 0
  #inUse = 0
  #onIdle: (() => void) | undefined
  #closing: Promise<void> | undefined

  constructor(pool: pg.Pool, options: ClientPoolOptions) {
    this.#pool = pool
    this.#options = options
    this.#monitor = new SilenceMonitor(this.#states, pool, options.silenceTimeout, () => this.replaceAll())
    pool.on('error', ignore)
    pool.on('remove', this.#forget)
  }

  /** Connections that there can be at a time. */
  get max(): number {
    return this.#pool.options.max
  }

  /** Milliseconds that a call waits for a connection at most; 0 for no limit. */
  get connectionTimeout(): number {
    return this.#pool.options.connectionTimeoutMillis ?? 0
  }

  /** Whether a further caller has to wait until a connection is released. */
  get isFull(): boolean {
    return this.#pool.idleCount === 0 && this.#pool.totalCount >= this.max
  }

  stats(shared: SharedCounts): PoolStats {
    const states = [...this.#states.values()]
    const { totalCount, idleCount } = this.#pool
    return {
      connections: { open: totalCount, idle: idleCount, inUse: totalCount - idleCount, max: this.max },
      // Shared calls wait for a connection that is asked for on behalf of many of them.
      waiting: this.#waiting.size - shared.requested + shared.waiting,
      inFlight: states.filter(({ isBusy }) => isBusy).length - shared.batches + shared.sent,
      prepared: states.reduce((sum, { prepared }) => sum + prepared, 0),
    }
  }

  throwIfClosed(): void {
    if (this.#closing)
      throw new DatabaseError('The database is closed. Call openDatabase() again to continue.')
  }

  /** Calls back with a client for the caller alone, who releases it; in the order of the pool's queue. */
  connect(callback: ClientCallback): void {
    this.#waiting.add(callback)
    this.#monitor.watch()
    this.#attempt(callback, 1)
  }

  #attempt(callback: ClientCallback, attempt: number): void {
    try {
      this.#pool.connect((error, client) => {
        if (client) this.#serve(callback, client)
        else if (attempt < this.#options.attempts && this.#waiting.has(callback))
          this.#attempt(callback, attempt + 1)
        else this.#answer(callback, error)
      })
    } catch (error) {
      // pg throws at once for some options that it cannot use, a port beyond 65535 for example.
      queueMicrotask(() => this.#answer(callback, error))
    }
  }

  #serve(callback: ClientCallback, client: pg.PoolClient): void {
    const state = this.#states.get(client) ?? this.#notice(client)
    if (!this.#waiting.has(callback)) client.release()
    else if (state.generation === this.#generation) this.#answer(callback, undefined, state)
    else {
      client.release(true)
      this.#attempt(callback, 1)
    }
  }

  #answer(callback: ClientCallback, error: unknown, state?: ClientState): void {
    if (!this.#waiting.delete(callback)) return
    if (state) this.#inUse += 1
    callback(error, state)
    this.#noticeIdle()
  }

  #noticeIdle(): void {
    if (this.#waiting.size === 0 && this.#inUse === 0) this.#onIdle?.()
  }

  #notice(client: pg.PoolClient): ClientState {
    const state = new ClientState(client, this.#generation)
    this.#states.set(client, state)
    return state
  }

  readonly #forget = (client: pg.PoolClient): void => {
    this.#states.get(client)?.forget()
    this.#states.delete(client)
  }

  /** Resolves with a client for the caller alone, who releases it. */
  acquire(cancellation: Cancellation | undefined): Promise<ClientState> {
    return new Promise((resolve, reject) => {
      const callback: ClientCallback = (error, state) => {
        stopListening?.()
        if (state) resolve(state)
        else reject(error)
      }
      const stopListening = cancellation?.onCancel(() => {
        stopListening?.()
        reject(cancellation.reason('not sent'))
        this.#withdraw(callback)
      })
      this.connect(callback)
    })
  }

  /** The pool serves the callback nevertheless, and gets the client back at once. */
  #withdraw(callback: ClientCallback): void {
    this.#waiting.delete(callback)
    this.#noticeIdle()
  }

  /** Gives a client back. One that is broken, or left in a transaction, is closed instead of used again. */
  release(state: ClientState): void {
    if (!state.isBroken && state.isInTransaction) {
      if (!state.isReady) return void state.whenReady().then(() => this.release(state))
      state.isBroken = true
    }
    if (state.isBroken || state.generation !== this.#generation) {
      // Without it, pg waits for the other side to close, and does not open another connection meanwhile.
      if (state.isBroken) state.destroy()
      state.client.release(true)
    } else {
      state.client.release()
    }
    this.#inUse -= 1
    this.#noticeIdle()
  }

  /** Closes every connection before its next use, because the server behind the address is not the one wanted. */
  replaceAll(): void {
    this.#generation += 1
  }

  /** Lets a bounded `close()` cancel a transaction. Returns the function that ends this. */
  hold(cancellation: Cancellation): () => void {
    this.#held.add(cancellation)
    return () => this.#held.delete(cancellation)
  }

  /**
   * Waits for calls under way, then ends the pool if the library created it.
   *
   * @param timeout milliseconds after which calls under way are cancelled and their connections closed.
   */
  close(timeout: number | undefined): Promise<void> {
    this.#closing ??= this.#close()
    if (timeout === undefined) return this.#closing
    const timer = setTimeout(() => this.abandon('the database was closed'), timeout)
    return this.#closing.finally(() => clearTimeout(timer))
  }

  async #close(): Promise<void> {
    // The pool itself would forget the calls that wait for a client.
    while (this.#waiting.size > 0 || this.#inUse > 0) {
      await new Promise<void>((resolve) => (this.#onIdle = resolve))
    }
    this.#monitor.stop()
    const states = [...this.#states.values()]
    if (this.#options.owned) {
      await this.#pool.end()
      // A server that has gone silent does not close its side.
      setTimeout(() => {
        for (const state of states) state.destroy()
      }, LINGER).unref()
      return
    }
    this.#pool.off('error', ignore)
    this.#pool.off('remove', this.#forget)
    for (const state of states) state.forget()
    this.#states.clear()
  }

  /** Ends the calls under way, and those that wait for a connection. */
  abandon(reason: string): void {
    for (const callback of [...this.#waiting]) {
      this.#answer(callback, new UnavailableError(`The call was cancelled because ${reason}.`, true))
    }
    for (const cancellation of [...this.#held]) cancellation.cancelForClose()
    for (const state of this.#states.values()) {
      if (state.isBusy) state.destroy(new Error(`Connection terminated because ${reason}`))
    }
  }
}

/** How long connections may take to close, in milliseconds. */
const LINGER = 1_000

/** The pool reports idle connections that die; it replaces them. */
function ignore(): void {}
