import type pg from 'pg'
import { DatabaseError, endsConnection, translate } from '../errors/index.ts'
import { Cancellation } from './cancellation.ts'
import type { Settings } from './connection.ts'
import type { CallOptions, Query, Result } from './query.ts'
import type { QueryLog } from './query-log.ts'
import { send } from './send.ts'

/** Where connections come from: a pool, with what holds for every call on it. */
export interface ConnectionSource {
  readonly settings: Settings
  readonly log: QueryLog
  /** A connection for the caller alone, who releases it. */
  acquire(cancellation: Cancellation | undefined): Promise<pg.PoolClient>
}

/** One connection taken from the pool for a while. Calls made at the same time take turns. */
export class HeldConnection {
  readonly #client: pg.PoolClient
  readonly #source: ConnectionSource
  #lastTurn: Promise<unknown> = Promise.resolve()
  #state: 'open' | 'over' | 'released' = 'open'
  #broken = false

  private constructor(client: pg.PoolClient, source: ConnectionSource) {
    this.#client = client
    this.#source = source
  }

  static async acquire(source: ConnectionSource, options?: CallOptions): Promise<HeldConnection> {
    const cancellation = Cancellation.of(options)
    try {
      return new HeldConnection(await source.acquire(cancellation), source)
    } finally {
      cancellation?.end()
    }
  }

  get settings(): Settings {
    return this.#source.settings
  }

  async run(query: Query, options?: CallOptions): Promise<Result> {
    if (this.#state !== 'open') {
      throw new DatabaseError(
        'The transaction is over: await every call inside the function given to transaction().',
      )
    }
    return this.#enqueue(query, options)
  }

  /** Runs the last query and gives the connection back. Calls made from now on are refused. */
  async finish(query: Query): Promise<Result> {
    this.#state = 'over'
    try {
      return await this.#enqueue(query)
    } finally {
      await this.release()
    }
  }

  /** Gives the connection back once the calls under way are answered; without effect the second time. */
  async release({ destroy = false } = {}): Promise<void> {
    this.#broken ||= destroy
    if (this.#state !== 'released') this.#state = 'over'
    await this.#lastTurn
    if (this.#state === 'released') return
    this.#state = 'released'
    this.#client.release(this.#broken)
  }

  async #enqueue(query: Query, options?: CallOptions): Promise<Result> {
    const cancellation = Cancellation.of(options)
    const started = this.#source.log.start()
    const turn = this.#lastTurn.then(() => this.#attempt(query, cancellation))
    this.#lastTurn = turn.catch(() => {})
    try {
      const result = await turn
      this.#source.log.record(started, query, result.rowCount)
      return result
    } catch (error) {
      this.#source.log.record(started, query, undefined, error)
      throw error
    } finally {
      cancellation?.end()
    }
  }

  async #attempt(query: Query, cancellation: Cancellation | undefined): Promise<Result> {
    try {
      return await send(this.#client, query, cancellation)
    } catch (error) {
      this.#broken ||= endsConnection(error as Error)
      const progress = query.readOnly ? 'reading' : 'writing'
      throw cancellation?.reason(progress, error) ?? translate(error, progress)
    }
  }
}
