import { InvalidInputError, type Progress, UnavailableError } from '../errors/index.ts'
import type { CallOptions } from './query.ts'

/** The end of a call before its result: by the caller's signal, its timeout, or the close of the database. */
export class Cancellation {
  readonly #signal: AbortSignal | undefined
  readonly #timeout: number | undefined
  readonly #within: Cancellation | undefined
  readonly #stopWithin: (() => void) | undefined
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #source: 'signal' | 'timeout' | 'within' | 'closed' | undefined

  /**
   * The cancellation of a call, which ends with the one of the transaction that it is part of. Undefined for a call
   * without options of its own, which then has no overhead.
   *
   * @param waited milliseconds of the timeout that are over.
   */
  static of(
    options: CallOptions | undefined,
    { within, waited }: { within?: Cancellation | undefined; waited?: number } = {},
  ): Cancellation | undefined {
    if (options?.signal === undefined && options?.timeout === undefined) return undefined
    return new Cancellation(options, within, waited)
  }

  constructor({ signal, timeout }: CallOptions = {}, within?: Cancellation, waited = 0) {
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new InvalidInputError('signal', 'must be an AbortSignal')
    }
    this.#signal = signal
    this.#timeout = readTimeout(timeout, 'timeout')
    this.#within = within
    if (within?.isCancelled) this.#source = 'within'
    else if (signal?.aborted) this.#source = 'signal'
    this.#stopWithin = within?.onCancel(() => this.#cancel('within'))
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (this.#timeout !== undefined)
      this.#timer = setTimeout(() => this.#cancel('timeout'), Math.ceil(Math.max(this.#timeout - waited, 1)))
  }

  /** To be called when the call is over. */
  end(): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#stopWithin?.()
  }

  get isCancelled(): boolean {
    return this.#source !== undefined
  }

  throwIfCancelled(): void {
    if (this.isCancelled) throw this.reason('not sent')
  }

  /** The error of the call once it is cancelled. The reason of a signal can be any value, `null` included. */
  reason(progress: Progress, cause?: unknown): unknown {
    if (this.#source === 'signal') return this.#signal?.reason
    if (this.#source === 'within') return this.#within?.reason(progress, cause)
    const undone = progress !== 'writing' || isQueryCancelled(cause)
    const message =
      this.#source === 'closed'
        ? 'The call was cancelled because the database was closed.'
        : `The call took longer than its timeout of ${this.#timeout} ms.`
    const error = new UnavailableError(message, undone, { cause })
    if (this.#source === 'timeout') timeouts.add(error)
    return error
  }

  /** Calls `listener` at the moment of cancelling, until the returned function is called. */
  onCancel(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Cancels on behalf of `close()`. */
  cancelForClose(): void {
    this.#cancel('closed')
  }

  /** The outcome of `promise`, or the reason of the cancellation if that comes first. */
  race<T>(promise: Promise<T>, progress: Progress): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.isCancelled) reject(this.reason(progress))
      const stop = this.onCancel(() => reject(this.reason(progress)))
      promise.then(resolve, reject).finally(stop)
    })
  }

  readonly #onAbort = (): void => this.#cancel('signal')

  #cancel(source: 'signal' | 'timeout' | 'within' | 'closed'): void {
    if (this.#source !== undefined) return
    this.#source = source
    for (const listener of [...this.#listeners]) listener()
  }
}

const timeouts = new WeakSet<object>()

/** Whether a call failed with this error because of its timeout, or the server's `statement_timeout`. */
export function isTimeout(error: unknown): boolean {
  return error instanceof UnavailableError && (timeouts.has(error) || error.code === '57014')
}

/** Milliseconds, or undefined for no limit. */
export function readTimeout(timeout: unknown, field: string): number | undefined {
  if (timeout === undefined || timeout === Number.POSITIVE_INFINITY) return undefined
  if (typeof timeout === 'number' && timeout > 0 && timeout < 2 ** 31) return timeout
  throw new InvalidInputError(
    field,
    'must be a number of milliseconds, greater than 0 and less than 2147483648, or Infinity',
  )
}

function isQueryCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014'
}
