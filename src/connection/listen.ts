import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { translate, UnavailableError } from '../errors/index.ts'
import type { Cancellation } from './cancellation.ts'
import { backoff } from './retry.ts'

/** An item of `db.listen()`. */
export type ListenEvent =
  /** The session listens from now on. Notifications sent before, while there was no connection, were missed. */
  | { readonly kind: 'connected'; readonly isReconnect: boolean }
  | { readonly kind: 'notification'; readonly payload: string }

/** Milliseconds between two checks of a connection on which nothing arrives. */
const HEARTBEAT = 15_000
/** Milliseconds in which the server has to answer such a check. */
const HEARTBEAT_TIMEOUT = 5_000

/** Listens on a connection of its own, and on another one, with back-off, when it is lost. */
export async function* listen(
  pool: pg.Pool,
  channel: string,
  cancellation: Cancellation,
): AsyncGenerator<ListenEvent, void, undefined> {
  let isReconnect = false
  for (let failures = 0; ; failures += 1) {
    const session = new ListenSession(clientLike(pool))
    try {
      await cancellation.race(session.start(channel), 'not sent')
      failures = 0
      yield { kind: 'connected', isReconnect }
      isReconnect = true
      for (;;) {
        const payload = await cancellation.race(session.next(), 'reading')
        if (payload === undefined) break
        yield { kind: 'notification', payload }
      }
    } catch (error) {
      if (cancellation.isCancelled) throw error
      const failure = translate(error, 'not sent')
      const isTemporary = failure instanceof UnavailableError && failure.retryable
      if (!isReconnect || !isTemporary) throw failure
    } finally {
      session.end()
    }
    await cancellation.race(sleep(backoff(failures)), 'not sent')
  }
}

class ListenSession {
  readonly #client: pg.Client
  readonly #payloads: string[] = []
  #isOver = false
  #wake: (() => void) | undefined
  #heartbeat: NodeJS.Timeout | undefined

  constructor(client: pg.Client) {
    this.#client = client
    client.on('error', this.#finish)
    client.on('end', this.#finish)
    client.on('notification', ({ payload = '' }) => {
      this.#payloads.push(payload)
      this.#wake?.()
    })
  }

  async start(channel: string): Promise<void> {
    await this.#client.connect()
    await this.#client.query(`listen "${channel.replaceAll('"', '""')}"`)
    this.#heartbeat = setInterval(this.#check, HEARTBEAT)
  }

  /** The next payload; undefined when the connection is lost. */
  async next(): Promise<string | undefined> {
    while (this.#payloads.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    return this.#payloads.shift()
  }

  end(): void {
    clearInterval(this.#heartbeat)
    this.#finish()
    void this.#client.end().catch(() => {})
    // A server that has gone silent does not close its side.
    setTimeout(() => this.#destroy(), HEARTBEAT_TIMEOUT).unref()
  }

  readonly #check = (): void => {
    const timer = setTimeout(() => this.#destroy(), HEARTBEAT_TIMEOUT)
    this.#client.query('select').then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    )
  }

  readonly #finish = (): void => {
    this.#isOver = true
    this.#wake?.()
  }

  #destroy(): void {
    const { connection } = this.#client as unknown as { connection: { stream: { destroy(): void } } }
    connection.stream.destroy()
  }
}

/** A client as the pool would make it. */
function clientLike(pool: pg.Pool): pg.Client {
  const { Client } = pool as unknown as { Client: typeof pg.Client }
  // pg keeps the password from being enumerated.
  const { password } = pool.options
  return new Client({ ...pool.options, ...(password !== undefined && { password }) })
}
