import type { Connection, Settings } from './connection.ts'
import type { CallOptions, Query, Result } from './query.ts'

/** A connection whose calls have these options, unless they bring their own; signals of both cancel a call. */
export class BoundConnection implements Connection {
  readonly #connection: Connection
  readonly #options: CallOptions

  constructor(connection: Connection, options: CallOptions) {
    this.#connection = connection
    this.#options = options
  }

  get settings(): Settings {
    return this.#connection.settings
  }

  run(query: Query, options?: CallOptions): Promise<Result> {
    return this.#connection.run(query, this.bind(options))
  }

  atomically<T>(fn: (connection: Connection) => Promise<T>, options?: CallOptions): Promise<T> {
    return this.#connection.atomically(fn, this.bind(options))
  }

  /** These options, completed by the bound ones. */
  bind(options: CallOptions = {}): CallOptions {
    const { timeout = this.#options.timeout } = options
    return { timeout, signal: both(this.#options.signal, options.signal) }
  }
}

function both(bound: AbortSignal | undefined, own: AbortSignal | undefined): AbortSignal | undefined {
  if (bound === undefined || own === undefined) return bound ?? own
  // The call itself rejects a value that is not a signal.
  return own instanceof AbortSignal ? AbortSignal.any([bound, own]) : own
}
