import { setTimeout as sleep } from 'node:timers/promises'
import { UnavailableError } from '../errors/index.ts'
import type { Cancellation } from './cancellation.ts'

/** Repeats what failed without any effect, for as many milliseconds. The error of the last attempt is thrown. */
export async function retry<T>(
  attempt: () => Promise<T>,
  milliseconds: number,
  cancellation: Cancellation | undefined,
): Promise<T> {
  const deadline = performance.now() + milliseconds
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await attempt()
    } catch (error) {
      const isRepeatable = error instanceof UnavailableError && error.retryable && !cancellation?.isCancelled
      const pause = backoff(repeats)
      if (!isRepeatable || performance.now() + pause >= deadline) throw error
      await (cancellation ? cancellation.race(sleep(pause), 'not sent') : sleep(pause))
    }
  }
}

/** Milliseconds between two attempts at most: a call succeeds within that time once the server is back. */
const MOST = 300

/** Milliseconds to wait before the next attempt, with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export function backoff(repeats: number): number {
  return Math.random() * Math.min(MOST, 10 * 2 ** repeats)
}
