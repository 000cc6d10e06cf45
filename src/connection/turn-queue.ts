import type { Cancellation } from './cancellation.ts'

/** A queue: each task begins when those before it have ended. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs the task in its turn. A task that is cancelled before its turn rejects at once and never begins. */
  take<T>(task: () => Promise<T>, cancellation?: Cancellation): Promise<T> {
    if (cancellation?.isCancelled) return Promise.reject(cancellation.reason('not sent'))
    let isWithdrawn = false
    let stopListening: (() => void) | undefined
    const turn = this.#last.then(() => {
      stopListening?.()
      return isWithdrawn ? (undefined as T) : task()
    })
    this.#last = turn.catch(() => {})
    if (!cancellation) return turn
    return new Promise((resolve, reject) => {
      stopListening = cancellation.onCancel(() => {
        isWithdrawn = true
        reject(cancellation.reason('not sent'))
      })
      turn.then(resolve, reject)
    })
  }

  /** Resolves when every task asked for so far has ended. */
  async idle(): Promise<void> {
    await this.#last
  }
}
