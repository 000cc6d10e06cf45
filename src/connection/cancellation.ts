import pg from 'pg'
import { InvalidInputError, type Progress, UnavailableError } from '../errors/index.ts'
import type { CallOptions } from './query.ts'

/** How long a cancelled call waits for the server's answer before it gives the connection up, in milliseconds. */
const GRACE = 1_000

/** The end of a call before its time, by the caller's signal or its timeout. */
export class Cancellation {
  readonly #signal: AbortSignal | undefined
  readonly #timeout: number | undefined
  readonly #timer: NodeJS.Timeout | undefined
  #cancelled: 'signal' | 'timeout' | undefined
  #listener: (() => void) | undefined

  /** Undefined for the ordinary call that cannot be cancelled, which then pays nothing. */
  static of(options: CallOptions | undefined): Cancellation | undefined {
    if (options?.signal === undefined && options?.timeout === undefined) return undefined
    return new Cancellation(options)
  }

  private constructor({ signal, timeout }: CallOptions) {
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new InvalidInputError('signal', 'must be an AbortSignal')
    }
    if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && timeout < 2 ** 31)) {
      throw new InvalidInputError(
        'timeout',
        'must be a number of milliseconds, greater than 0 and less than 2147483648',
      )
    }
    this.#signal = signal
    this.#timeout = timeout
    if (signal?.aborted) this.#cancelled = 'signal'
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (timeout !== undefined) this.#timer = setTimeout(() => this.#cancel('timeout'), timeout)
  }

  /** To be called when the call is over. */
  end(): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }

  throwIfCancelled(): void {
    if (this.#cancelled) throw this.reason('not sent')
  }

  /** What the call rejects with, or undefined if it was not cancelled. */
  reason(progress: Progress, cause?: unknown): unknown {
    if (this.#cancelled === 'signal') return this.#signal?.reason
    if (this.#cancelled === undefined) return undefined
    const undone = progress !== 'writing' || isQueryCancelled(cause)
    return new UnavailableError(`The call took longer than its timeout of ${this.#timeout} ms.`, undone, {
      cause,
    })
  }

  /** Calls back at the moment of cancelling, until the returned function is called. */
  onCancel(listener: () => void): () => void {
    this.#listener = listener
    return () => {
      this.#listener = undefined
    }
  }

  /**
   * While the client runs a query, cancelling stops it on the server. The caller then learns what became of the
   * query: nothing is reported as cancelled that was committed. Call the returned function when the query is over.
   */
  cancelsOnServer(client: pg.ClientBase): () => Promise<void> {
    let request: Promise<void> | undefined
    let graceTimer: NodeJS.Timeout | undefined
    const stopListening = this.onCancel(() => {
      request = requestCancel(client)
      graceTimer = setTimeout(() => internals(client).connection.stream.destroy(), GRACE)
    })
    return async () => {
      stopListening()
      clearTimeout(graceTimer)
      // A request still under way could otherwise hit the connection's next query.
      await request
    }
  }

  readonly #onAbort = (): void => this.#cancel('signal')

  #cancel(by: 'signal' | 'timeout'): void {
    this.#cancelled ??= by
    this.#listener?.()
  }
}

function isQueryCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014'
}

/** What pg has but does not declare. */
interface ClientInternals {
  processID: number
  secretKey: number
  host: string
  port: number
  ssl: object | boolean
  sslNegotiation: string
  connection: { stream: { destroy(): void } }
}

interface CancelConnection {
  stream: { destroy(): void }
  on(event: 'connect' | 'sslconnect' | 'error' | 'end', listener: () => void): void
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(processID: number, secretKey: number): void
}

function internals(client: pg.ClientBase): ClientInternals {
  return client as unknown as ClientInternals
}

/**
 * The protocol's CancelRequest, on a connection of its own, as pg's `Client.cancel` does it without TLS. Resolves
 * when the server has closed that connection, which it does after passing the request on, or after GRACE.
 */
function requestCancel(client: pg.ClientBase): Promise<void> {
  const { processID, secretKey, host, port, ssl, sslNegotiation } = internals(client)
  return new Promise((resolve) => {
    const connection = new pg.Connection({ ssl, sslNegotiation } as object) as unknown as CancelConnection
    const giveUp = setTimeout(() => connection.stream.destroy(), GRACE)
    connection.on('connect', () => {
      if (!ssl) connection.cancel(processID, secretKey)
      else if (sslNegotiation !== 'direct') connection.requestSsl()
    })
    connection.on('sslconnect', () => connection.cancel(processID, secretKey))
    connection.on('error', () => {})
    connection.on('end', () => {
      clearTimeout(giveUp)
      resolve()
    })
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
    else connection.connect(port, host)
  })
}
