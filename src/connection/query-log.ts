import type { Query } from './query.ts'

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
  /**
   * The replica, as `host:port`, that the query was sent to; undefined for the primary. A read that fails on a replica is
   * sent to another server, with an event of its own.
   */
  readonly replica: string | undefined
  /** Rows returned or changed; undefined when the query failed. */
  readonly rows: number | undefined
  /** The error of the call. */
  readonly error: unknown
}

export type QueryListener = (event: QueryEvent) => void

/** A call that begins: a query, or a transaction with all its queries. */
export interface StartedCall {
  readonly kind: 'query' | 'transaction'
  readonly start: Date
  /** As in QueryEvent; `transaction` for a transaction. */
  readonly name: string | undefined
  /** Empty for a transaction. */
  readonly sql: string
  /** `SELECT`, `INSERT`, `COPY`, `BEGIN`, …; undefined where the query is raw SQL. */
  readonly operation: string | undefined
  /** The table, where the query uses one table only. */
  readonly table: string | undefined
  /** How many values are sent beside the SQL. */
  readonly parameters: number
  /** As in QueryEvent. */
  readonly transaction: number | undefined
  /** As in QueryEvent. */
  readonly replica: string | undefined
}

/** Observes one call until its end. */
export interface CallObserver {
  /** Runs the call, for instrumentation that keeps a context for what the call does. */
  run?<T>(fn: () => T): T
  /** Called once. `rows` is undefined for a transaction, and `attempts` is 1. */
  end(event: QueryEvent): void
}

/** Called when a call begins, synchronously and in the async context of its caller. */
export type CallListener = (call: StartedCall) => CallObserver | undefined

/** Tells listeners of every call; costs nothing while there are none. */
export class QueryLog {
  readonly #queries = new Set<(event: QueryEvent, call: StartedCall) => void>()
  readonly #calls = new Set<CallListener>()

  onQuery(listener: (event: QueryEvent, call: StartedCall) => void): () => void {
    return subscribe(this.#queries, listener)
  }

  onCall(listener: CallListener): () => void {
    return subscribe(this.#calls, listener)
  }

  /**
   * To be called when the caller calls, in the caller's async context; undefined while there is no listener.
   *
   * @param origin.waited milliseconds that the caller has waited before.
   */
  start(
    query: Query,
    {
      transaction,
      waited,
      replica,
    }: { transaction?: number | undefined; waited?: number; replica?: string | undefined } = {},
  ): ObservedCall | undefined {
    if (this.#queries.size === 0 && this.#calls.size === 0) return undefined
    const { name, sql, target, values } = query
    const call: Call = {
      kind: 'query',
      name,
      sql,
      operation: target?.operation,
      table: target?.table,
      parameters: values?.length ?? 0,
      transaction,
      replica,
    }
    return new ObservedCall(call, this.#calls, this.#queries, waited)
  }

  /** The same for a transaction, whose queries are reported, too. */
  startTransaction(transaction?: number, waited?: number): ObservedCall | undefined {
    if (this.#calls.size === 0) return undefined
    return new ObservedCall({ ...TRANSACTION, transaction }, this.#calls, undefined, waited)
  }
}

type Call = Omit<StartedCall, 'start'>

const TRANSACTION = {
  kind: 'transaction',
  name: 'transaction',
  sql: '',
  operation: undefined,
  table: undefined,
  parameters: 0,
  replica: undefined,
} as const

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A call under way, with its times. */
export class ObservedCall {
  readonly #call: StartedCall
  readonly #listeners: ReadonlySet<(event: QueryEvent, call: StartedCall) => void> | undefined
  readonly #observers: CallObserver[] = []
  readonly #started: number
  #sent: number | undefined
  #attempts = 0
  #isOver = false

  constructor(
    given: Call,
    observing: ReadonlySet<CallListener>,
    listeners: ReadonlySet<(event: QueryEvent, call: StartedCall) => void> | undefined,
    waited = 0,
  ) {
    this.#started = performance.now() - waited
    const call = { ...given, start: new Date(performance.timeOrigin + this.#started) }
    this.#call = call
    this.#listeners = listeners
    for (const observe of observing) {
      const observer = guarded(() => observe(call))
      if (observer) this.#observers.push(observer)
    }
  }

  noteAttempt(): void {
    this.#attempts += 1
  }

  noteSent(): void {
    this.#sent = performance.now()
  }

  /** Runs what the call does, within the contexts of its observers. */
  run<T>(fn: () => T): T {
    return this.#observers.reduceRight<() => T>(
      (inner, observer) => (observer.run ? () => observer.run?.(inner) as T : inner),
      fn,
    )()
  }

  /** Runs `fn`, whose outcome is that of the call. */
  async track<T>(fn: () => Promise<T>): Promise<T> {
    try {
      const value = await this.run(fn)
      this.end({})
      return value
    } catch (error) {
      this.end({ error })
      throw error
    }
  }

  /** A no-op the second time. */
  end({ rows, error }: { rows?: number | null; error?: unknown }): void {
    if (this.#isOver) return
    this.#isOver = true
    const milliseconds = performance.now() - this.#started
    const event: QueryEvent = {
      name: this.#call.name,
      sql: this.#call.sql,
      start: this.#call.start,
      milliseconds,
      waited: this.#sent === undefined ? milliseconds : this.#sent - this.#started,
      transaction: this.#call.transaction,
      attempts: this.#attempts,
      replica: this.#call.replica,
      rows: rows ?? undefined,
      error,
    }
    for (const observer of this.#observers) guarded(() => observer.end(event))
    for (const listener of this.#listeners ?? []) guarded(() => listener(event, this.#call))
  }
}

/** A listener's mistake is the process's to hear of, never the query's to fail by. */
function guarded<T>(listener: () => T): T | undefined {
  try {
    return listener()
  } catch (failure) {
    queueMicrotask(() => {
      throw failure
    })
    return undefined
  }
}
