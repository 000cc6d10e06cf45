/** A query that has been answered or has failed. Values are not part of it: they may be secrets. */
export interface QueryEvent {
  /** The statement's name, such as `users.find`; undefined for the service's own queries and transaction control. */
  readonly name: string | undefined
  readonly sql: string
  /** The time of the call. */
  readonly start: Date
  /** From the call to the answer, waiting for a connection included. */
  readonly milliseconds: number
  /** The part of `milliseconds` before the query was sent: the wait for a connection, and for repeated attempts. */
  readonly waited: number
  /** A number that the queries of one transaction share, BEGIN and COMMIT included; undefined outside a transaction. */
  readonly transaction: number | undefined
  /** How often the query was tried; more than 1 where `retry` repeated it, or the schema changed under a prepared statement. */
  readonly attempts: number
  /** Rows returned or changed; undefined when the query failed. */
  readonly rows: number | undefined
  /** The error of the call. */
  readonly error: unknown
}

export type QueryListener = (event: QueryEvent) => void

/** The times of one call, for its event. */
export class QueryTimer {
  readonly started: number
  #sent: number | undefined
  attempts = 0

  /** @param waited milliseconds that the call had waited before. */
  constructor(waited = 0) {
    this.started = performance.now() - waited
  }

  noteSent(): void {
    this.#sent = performance.now()
  }

  /** Milliseconds until the query was sent; `total` if it never was. */
  waited(total: number): number {
    return this.#sent === undefined ? total : this.#sent - this.started
  }
}

/** Tells listeners of every query; costs nothing while there are none. */
export class QueryLog {
  readonly #listeners = new Set<QueryListener>()

  add(listener: QueryListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The timer to give back with `record`, or undefined while there is no listener. */
  start(waited?: number): QueryTimer | undefined {
    return this.#listeners.size > 0 ? new QueryTimer(waited) : undefined
  }

  record(
    timer: QueryTimer | undefined,
    query: { name?: string | undefined; sql: string },
    outcome: { rows?: number | null; error?: unknown; transaction?: number | undefined },
  ) {
    if (timer === undefined) return
    const milliseconds = performance.now() - timer.started
    const event: QueryEvent = {
      name: query.name,
      sql: query.sql,
      start: new Date(performance.timeOrigin + timer.started),
      milliseconds,
      waited: timer.waited(milliseconds),
      transaction: outcome.transaction,
      attempts: timer.attempts,
      rows: outcome.rows ?? undefined,
      error: outcome.error,
    }
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (failure) {
        // A listener's mistake is the process's to hear of, never the query's to fail by.
        queueMicrotask(() => {
          throw failure
        })
      }
    }
  }
}
