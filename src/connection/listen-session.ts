import type pg from 'pg'
import { ConfigurationError } from '../errors/index.ts'
import { clientLike } from './client-like.ts'
import { destroy, isTransactionPooled } from './pooled-session.ts'

/** Milliseconds in which the server has to close a connection. */
const LINGER = 1_000

export interface ListenSessionOptions {
  /** Milliseconds between two checks that the other side is still there, and for its answer; undefined for never. */
  readonly silenceTimeout: number | undefined
  /** Most notifications that wait to be taken. */
  readonly maxPending: number
}

/** The items of a session, in order. */
export type SessionItem =
  | { readonly kind: 'notification'; readonly payload: string }
  | { readonly kind: 'missed'; readonly count: number }

/** A connection that listens, until it is lost. */
export class ListenSession {
  readonly #pool: pg.Pool
  readonly #options: ListenSessionOptions
  readonly #client: pg.Client
  #payloads: string[] = []
  #missed = 0
  #isOver = false
  #wake: (() => void) | undefined
  #heartbeat: NodeJS.Timeout | undefined

  constructor(pool: pg.Pool, options: ListenSessionOptions) {
    this.#pool = pool
    this.#options = options
    this.#client = clientLike(pool)
    this.#client.on('error', this.#finish)
    this.#client.on('end', this.#finish)
    this.#client.on('notification', ({ payload = '' }) => this.#add(payload))
  }

  /** @throws {ConfigurationError} a pooler gives each transaction to another session, of which none would listen. */
  async start(sql: string): Promise<void> {
    await this.#client.connect()
    await this.#answered(this.#prepare(sql))
    this.#scheduleCheck()
  }

  async #prepare(sql: string): Promise<void> {
    const connectAnother = async () => {
      const other = clientLike(this.#pool)
      other.on('error', () => {})
      await other.connect()
      return other
    }
    if (await isTransactionPooled(this.#client, connectAnother)) {
      throw new ConfigurationError(
        'listen() needs a session of its own, and the pooler at this address gives each transaction to another one. Use the address of the server itself, or of a pool in session mode.',
      )
    }
    await this.#client.query(sql)
  }

  /** The next item; undefined when the connection is lost. Earlier notifications are returned first. */
  async next(): Promise<SessionItem | undefined> {
    // Where some were missed, at least the latest waits.
    while (this.#payloads.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    if (this.#missed > 0) {
      const count = this.#missed
      this.#missed = 0
      return { kind: 'missed', count }
    }
    const payload = this.#payloads.shift()
    return payload === undefined ? undefined : { kind: 'notification', payload }
  }

  end(): void {
    clearTimeout(this.#heartbeat)
    this.#finish()
    void this.#client.end().catch(() => {})
    // A server that has gone silent does not close its side.
    setTimeout(() => destroy(this.#client), LINGER).unref()
  }

  /** Dropped together: the loop has to read the state anyway, which is newer than all that waited. */
  #add(payload: string): void {
    if (this.#payloads.length >= this.#options.maxPending) {
      this.#missed += this.#payloads.length
      this.#payloads = []
    }
    this.#payloads.push(payload)
    this.#wake?.()
  }

  #scheduleCheck(): void {
    const { silenceTimeout } = this.#options
    if (silenceTimeout === undefined || this.#isOver) return
    this.#heartbeat = setTimeout(() => {
      void this.#answered(this.#client.query('select')).then(
        () => this.#scheduleCheck(),
        // The connection is lost, which ends the loop.
        () => {},
      )
    }, silenceTimeout)
  }

  /** Ends the connection if the server does not answer in time. */
  async #answered<T>(answer: Promise<T>): Promise<T> {
    const { silenceTimeout } = this.#options
    if (silenceTimeout === undefined) return answer
    const timer = setTimeout(() => destroy(this.#client), silenceTimeout)
    return answer.finally(() => clearTimeout(timer))
  }

  readonly #finish = (): void => {
    this.#isOver = true
    this.#wake?.()
  }
}
