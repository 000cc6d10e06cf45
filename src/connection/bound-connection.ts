import { checkCallOptions } from './call-options.ts'
import type { Connection, Settings } from './connection.ts'
import type { BoundOptions, CallOptions, Query, Result } from './query.ts'

/**
 * A connection whose calls have these options, unless they bring their own; signals of both cancel a call. The actor is
 * that of the connection.
 */
export class BoundConnection implements Connection {
  readonly #connection: Connection
  readonly #options: BoundOptions

  constructor(connection: Connection, options: BoundOptions) {
    this.#connection = connection
    this.#options = options
  }

  get settings(): Settings {
    return this.#connection.settings
  }

  get hasActor(): boolean {
    return this.#options.actor !== undefined
  }

  run(query: Query, options?: CallOptions): Promise<Result> {
    checkCallOptions(options, query)
    return this.#connection.run(query, this.bind(options))
  }

  atomically<T>(fn: (connection: Connection) => Promise<T>, options?: CallOptions): Promise<T> {
    checkCallOptions(options)
    return this.#connection.atomically(fn, this.bind(options))
  }

  afterCommit(fn: () => unknown): Promise<void> {
    return this.#connection.afterCommit(fn)
  }

  /** These options, completed by the bound ones. */
  bind(options: CallOptions = {}): BoundOptions {
    const { timeout = this.#options.timeout } = options
    const { signal, actor } = this.#options
    return { timeout, signal: both(signal, options.signal), ...(actor && { actor }) }
  }
}

function both(bound: AbortSignal | undefined, own: AbortSignal | undefined): AbortSignal | undefined {
  if (bound === undefined || own === undefined) return bound ?? own
  // The call itself rejects a value that is not a signal.
  return own instanceof AbortSignal ? AbortSignal.any([bound, own]) : own
}
