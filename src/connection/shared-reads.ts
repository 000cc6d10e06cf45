import type pg from 'pg'
import { endsConnection } from '../errors/index.ts'
import { Exchange } from './exchange.ts'
import type { Query, Result } from './query.ts'

/** Connections that reads share: while the server works on one batch, the process reads the answers of the other. */
const LANES = 2

/** Reads of one batch. Measured with 32 callers: one batch of all of them takes 1.4 times as long as two halves. */
const MOST = 16

/** How long reads wait for busy lanes before another connection is opened for them, in milliseconds. */
const PATIENCE = 5

/** Takes a client from the pool, for the callback to release. */
export type Connect = (
  callback: (error: Error | undefined, client: pg.PoolClient | undefined) => void,
) => void

interface Read {
  readonly query: Query
  resolve(result: Result): void
  reject(error: Error, wasSent: boolean): void
}

/**
 * Reads of single rows share connections: those asked for while one is on its way are sent together when it is
 * back. One message to the server and one answer then carry many. Only reads, because they wait for no row lock:
 * a write that waits would hold up the reads behind it, and one of these may be what its lock's owner waits for.
 */
export class SharedReads {
  readonly #connect: Connect
  readonly #most: number
  #waiting: Read[] = []
  #lanes = 0
  #timer: NodeJS.Timeout | undefined

  /** @param most connections that there can be. */
  constructor(connect: Connect, most: number) {
    this.#connect = connect
    this.#most = most
  }

  add(read: Read): void {
    this.#waiting.push(read)
    if (this.#lanes < LANES) this.#open()
    else this.#timer ??= setTimeout(this.#grow, PATIENCE)
  }

  /** Something slow blocks the lanes: the reads that wait get one more, until the pool has no connection left. */
  readonly #grow = (): void => {
    this.#timer = undefined
    if (this.#waiting.length > 0 && this.#lanes < this.#most) this.#open()
  }

  #open(): void {
    this.#lanes += 1
    this.#connect((error, client) => {
      if (client) return this.#send(client)
      this.#lanes -= 1
      // Other lanes, if there are any, come back for those that wait.
      if (this.#lanes === 0) for (const read of this.#waiting.splice(0)) read.reject(error as Error, false)
    })
  }

  #send(client: pg.PoolClient): void {
    const reads = this.#waiting.splice(0, MOST)
    if (reads.length === 0) {
      this.#lanes -= 1
      client.release()
      return
    }
    const exchange = new Exchange(
      reads.map(({ query }) => query),
      (error) => {
        if (!error) {
          for (const [index, read] of reads.entries()) {
            const failure = exchange.unreadable.get(index)
            if (failure) read.reject(failure, true)
            else read.resolve(exchange.results[index] as Result)
          }
          this.#send(client)
        } else if (endsConnection(error)) {
          this.#lanes -= 1
          client.release(true)
          for (const read of reads) read.reject(error, true)
          if (this.#waiting.length > 0 && this.#lanes === 0) this.#open()
        } else {
          // The others did nothing wrong.
          const [failed] = reads.splice(exchange.position, 1)
          failed?.reject(error, true)
          this.#waiting.unshift(...reads)
          this.#send(client)
        }
      },
    )
    void client.query(exchange as unknown as pg.Submittable)
  }
}
