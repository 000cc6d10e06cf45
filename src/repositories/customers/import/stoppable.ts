/** Ends the wait for a source that may never answer. */
export class Stop {
  #reason: unknown
  #isStopped = false
  #listener: ((reason: unknown) => void) | undefined

  readonly #signal: AbortSignal | undefined

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
    if (signal?.aborted) this.now(signal.reason)
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** To be called when nothing is left to stop. */
  end(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.now(this.#signal?.reason)

  /** Rejects the current wait and all later ones. */
  readonly now = (reason: unknown): void => {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#reason = reason
    this.#listener?.(reason)
  }

  /** Settles as the promise does, or rejects on a stop. Promise.race would leave a reaction on `stop` for every wait. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isStopped) return reject(this.#reason)
      this.#listener = reject
      promise.then(resolve, reject)
    })
  }
}

/** The items of a source. On a stop it waits neither for the next item nor for the source to close. */
export async function* stoppable<T>(source: AsyncIterable<T>, stop: Stop): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let isOver = false
  try {
    for (;;) {
      const next = await stop.wait(iterator.next()).catch((error: unknown) => {
        isOver = true
        void iterator.return?.().catch(() => {})
        throw error
      })
      if (next.done) {
        isOver = true
        return
      }
      yield next.value
    }
  } finally {
    if (!isOver) await iterator.return?.()
  }
}
