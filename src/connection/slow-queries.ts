import type pg from 'pg'
import { isTimeout } from './cancellation.ts'
import { Plans } from './plans.ts'
import type { QueryEvent, QueryLog } from './query-log.ts'

/** Which queries are slow. */
export interface SlowQueryOptions {
  /**
   * Milliseconds from which on a query is slow, without the wait for a connection; default 1,000. A call that is aborted
   * counts with its time until then; one that its timeout ends after it was sent is always slow.
   */
  milliseconds?: number | undefined
  /**
   * Whether the event carries the plan; default false. The library then asks for it on a connection of its own, by
   * EXPLAIN without ANALYZE, one query at a time, one a second, and once a minute for the same SQL.
   */
  plan?: boolean | undefined
}

/** A query that took long. Values are not part of it, nor of its plan. */
export interface SlowQueryEvent extends QueryEvent {
  /**
   * The generic plan, as EXPLAIN prints it: with `$1` in the place of values. PostgreSQL may have used another plan for
   * the values of this call. Undefined where there is none: for transaction control and COPY, when there were too many
   * slow queries, or if EXPLAIN failed.
   */
  readonly plan: string | undefined
}

export type SlowQueryListener = (event: SlowQueryEvent) => void

const SLOW = 1_000

/** Tells listeners of slow queries; follows no call while there are none. */
export class SlowQueries {
  readonly #log: QueryLog
  readonly #plans: Plans | undefined
  readonly #milliseconds: number

  constructor(log: QueryLog, pool: pg.Pool, { milliseconds = SLOW, plan = false }: SlowQueryOptions) {
    this.#log = log
    this.#milliseconds = milliseconds
    this.#plans = plan ? new Plans(pool) : undefined
  }

  on(listener: SlowQueryListener): () => void {
    let isOver = false
    const stop = this.#log.onQuery((event, call) => {
      if (!this.#isSlow(event)) return
      const plan = this.#plans?.find(call) ?? Promise.resolve(undefined)
      // An error of the listener is reported as uncaught.
      void plan.then((text) => {
        if (!isOver) listener({ ...event, plan: text })
      })
    })
    return () => {
      isOver = true
      stop()
    }
  }

  close(): void {
    this.#plans?.close()
  }

  #isSlow({ milliseconds, waited, error }: QueryEvent): boolean {
    if (milliseconds - waited >= this.#milliseconds) return true
    return waited < milliseconds && isTimeout(error)
  }
}
