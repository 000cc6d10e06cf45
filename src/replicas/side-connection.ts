import type pg from 'pg'
import { clientLike } from '../connection/index.ts'

/** A connection beside a pool, so that a check of the server does not wait for the calls of the pool. */
export class SideConnection {
  readonly #pool: pg.Pool
  #client: pg.Client | undefined
  #pending = 0

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /**
   * Sends a query, and returns its row. After a failure the next query is sent on a new connection.
   *
   * @param timeout milliseconds, connecting included.
   */
  async ask(sql: string, timeout: number): Promise<unknown> {
    const timer = new Promise<never>((_, reject) => {
      // In a busy process the answer may have arrived meanwhile.
      setTimeout(() => setImmediate(reject, new NoAnswer(timeout)), timeout).unref()
    })
    this.#pending += 1
    try {
      const { rows } = await Promise.race([this.#query(sql), timer])
      return rows[0]
    } catch (error) {
      this.close()
      throw error
    } finally {
      this.#pending -= 1
      // An idle connection does not keep the process alive.
      if (this.#pending === 0) (this.#client as Handle | undefined)?.unref()
    }
  }

  async #query(sql: string): Promise<pg.QueryResult> {
    if (this.#client) {
      ;(this.#client as Handle).ref()
      return this.#client.query(sql)
    }
    const client = clientLike(this.#pool)
    this.#client = client
    const forget = () => {
      if (this.#client === client) this.#client = undefined
    }
    client.on('error', forget)
    client.on('end', forget)
    await client.connect()
    return client.query(sql)
  }

  close(): void {
    const client = this.#client
    this.#client = undefined
    if (!client) return
    const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
    void client.end().catch(() => {})
    // A server that has gone silent does not close its side.
    setTimeout(() => connection.stream.destroy(), LINGER).unref()
  }
}

/** The server may be there, but has gone silent. */
export class NoAnswer extends Error {
  constructor(timeout: number) {
    super(`timeout: no answer within ${timeout} ms`)
  }
}

/** Members of pg's client that its types do not declare. */
type Handle = pg.Client & { ref(): void; unref(): void }

/** How long a connection may take to close, in milliseconds. */
const LINGER = 1_000
