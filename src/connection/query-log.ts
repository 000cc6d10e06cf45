/** A query that has been answered or has failed. Values are not part of it: they may be secrets. */
export interface QueryEvent {
  /** The statement's name, such as `users.find`; undefined for the service's own queries and transaction control. */
  readonly name: string | undefined
  readonly sql: string
  /** From the call to the answer, waiting for a connection included. */
  readonly milliseconds: number
  /** Rows returned or changed; undefined when the query failed. */
  readonly rows: number | undefined
  /** The error of the call. */
  readonly error: unknown
}

export type QueryListener = (event: QueryEvent) => void

/** Tells listeners of every query; costs nothing while there are none. */
export class QueryLog {
  readonly #listeners = new Set<QueryListener>()

  add(listener: QueryListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The time to give back with `record`, or undefined while there is no listener. */
  start(): number | undefined {
    return this.#listeners.size > 0 ? performance.now() : undefined
  }

  record(
    started: number | undefined,
    query: { name?: string | undefined; sql: string },
    rows?: number | null,
    error?: unknown,
  ) {
    if (started === undefined) return
    const milliseconds = performance.now() - started
    const event: QueryEvent = {
      name: query.name,
      sql: query.sql,
      milliseconds,
      rows: rows ?? undefined,
      error,
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
