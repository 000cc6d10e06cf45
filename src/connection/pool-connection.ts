import type pg from 'pg'
import { DatabaseError, endsConnection, isStalePlan, type Progress, translate } from '../errors/index.ts'
import { Cancellation } from './cancellation.ts'
import type { Connection, Settings } from './connection.ts'
import type { CallOptions, Query, Result } from './query.ts'
import type { QueryLog } from './query-log.ts'
import { send, submit } from './send.ts'
import { type Connect, SharedReads } from './shared-reads.ts'
import { inTransaction } from './transaction-connection.ts'

export interface PoolConnectionOptions {
  settings: Settings
  /** Whether the pool is ours to end. */
  owned: boolean
  log: QueryLog
}

/** A pool: each call takes a connection, and gives it back when the server has answered. */
export class PoolConnection implements Connection {
  readonly #pool: pg.Pool
  readonly #options: PoolConnectionOptions
  readonly #reads: SharedReads
  readonly #guarded = new WeakSet<pg.PoolClient>()
  #waiting = 0
  #onServed: (() => void) | undefined
  #closing: Promise<void> | undefined

  constructor(pool: pg.Pool, options: PoolConnectionOptions) {
    this.#pool = pool
    this.#options = options
    this.#reads = new SharedReads(this.#connect, pool.options.max)
    pool.on('error', ignore)
    pool.on('acquire', this.#guard)
  }

  get settings(): Settings {
    return this.#options.settings
  }

  get log(): QueryLog {
    return this.#options.log
  }

  async run(query: Query, options?: CallOptions): Promise<Result> {
    const cancellation = Cancellation.of(options)
    const started = this.log.start()
    try {
      const result = cancellation
        ? await this.#attempt(query, cancellation)
        : query.isShared
          ? await this.#share(query)
          : await this.#exchange(query)
      this.log.record(started, query, result.rowCount)
      return result
    } catch (error) {
      this.log.record(started, query, undefined, error)
      throw error
    } finally {
      cancellation?.end()
    }
  }

  /** The ordinary call, which nothing cancels: as `#attempt`, with the fewest promises that it can be done with. */
  async #exchange(query: Query): Promise<Result> {
    this.#refuseIfClosed()
    let wasSent = false
    try {
      return await new Promise((resolve, reject) => {
        this.#connect((error, client) => {
          if (!client) return reject(error)
          wasSent = true
          submit(client, query, (failure, result) => {
            client.release(failure !== null && endsConnection(failure))
            if (failure) reject(failure)
            else resolve(result)
          })
        })
      })
    } catch (error) {
      if (!wasSent) throw translate(error, 'not sent')
      if (isStalePlan(error as Error) && query.prepared) return this.#exchange({ ...query, prepared: false })
      throw translate(error, query.readOnly ? 'reading' : 'writing')
    }
  }

  async #share(query: Query): Promise<Result> {
    this.#refuseIfClosed()
    let wasSent = false
    try {
      return await new Promise((resolve, reject) => {
        this.#reads.add({
          query,
          resolve,
          reject: (error, sent) => {
            wasSent = sent
            reject(error)
          },
        })
      })
    } catch (error) {
      if (isStalePlan(error as Error)) return this.#exchange({ ...query, prepared: false })
      throw translate(error, wasSent ? 'reading' : 'not sent')
    }
  }

  async #attempt(query: Query, cancellation: Cancellation): Promise<Result> {
    const client = await this.acquire(cancellation)
    try {
      const result = await send(client, query, cancellation)
      client.release()
      return result
    } catch (error) {
      client.release(endsConnection(error as Error))
      if (isStalePlan(error as Error) && query.prepared)
        return this.#attempt({ ...query, prepared: false }, cancellation)
      const progress: Progress = query.readOnly ? 'reading' : 'writing'
      throw cancellation.reason(progress, error) ?? translate(error, progress)
    }
  }

  /** A connection for the caller alone, who releases it. */
  async acquire(cancellation: Cancellation | undefined): Promise<pg.PoolClient> {
    this.#refuseIfClosed()
    try {
      if (!cancellation) return await this.#connected()
      cancellation.throwIfCancelled()
      return await this.#connectUnlessCancelled(cancellation)
    } catch (error) {
      throw cancellation?.reason('not sent', error) ?? translate(error, 'not sent')
    }
  }

  #refuseIfClosed(): void {
    if (this.#closing) throw new DatabaseError('The database is closed: open it again to go on.')
  }

  atomically<T>(fn: (connection: Connection) => Promise<T>, options?: CallOptions): Promise<T> {
    return inTransaction(this, fn, options)
  }

  /** Waits for calls under way, then ends the pool if it is ours. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // The pool itself waits for calls that have a client, and forgets those that wait for one.
    if (this.#waiting > 0) await new Promise<void>((resolve) => (this.#onServed = resolve))
    if (this.#options.owned) return this.#pool.end()
    this.#pool.off('error', ignore)
    this.#pool.off('acquire', this.#guard)
  }

  readonly #connect: Connect = (callback) => {
    this.#waiting += 1
    this.#pool.connect((error, client) => {
      this.#waiting -= 1
      callback(error, client)
      if (this.#waiting === 0) this.#onServed?.()
    })
  }

  #connected(): Promise<pg.PoolClient> {
    return new Promise((resolve, reject) => {
      this.#connect((error, client) => (client ? resolve(client) : reject(error)))
    })
  }

  #connectUnlessCancelled(cancellation: Cancellation): Promise<pg.PoolClient> {
    return new Promise((resolve, reject) => {
      let waiting = true
      const stopListening = cancellation.onCancel(() => {
        waiting = false
        reject(cancellation.reason('not sent'))
      })
      this.#connect((error, client) => {
        stopListening()
        if (!client) reject(error)
        else if (waiting) resolve(client)
        else client.release()
      })
    })
  }

  /** A connection that dies emits `error`; without a listener that would end the process. */
  readonly #guard = (client: pg.PoolClient): void => {
    if (this.#guarded.has(client)) return
    this.#guarded.add(client)
    client.on('error', ignore)
  }
}

/** What a lost connection means, the call that needs it reports; the pool replaces it. */
function ignore(): void {}
