import type { ActorStatement } from './actor-statement.ts'

/** The last argument of every call that reaches the server. */
export interface CallOptions {
  /** Cancels the call, on the server too. The call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /**
   * Milliseconds for the whole call, including the wait for a free connection; for `transaction()`, up to and including
   * COMMIT. The call is then cancelled, on the server too, and rejects with UnavailableError. `Infinity` for no limit.
   * Default: the `timeout` of `openDatabase`.
   */
  timeout?: number | undefined
}

/** The options that a view of a database binds to its calls. */
export interface BoundOptions extends CallOptions {
  /** The statement that sets who acts. */
  actor?: ActorStatement | undefined
}

/** A statement with its values, a query written by the service, or transaction control. */
export interface Query {
  readonly name?: string | undefined
  readonly sql: string
  readonly values?: readonly unknown[] | undefined
  /** Whether connections keep it prepared under its name. */
  readonly prepared: boolean
  /** Whether it changes nothing, so that it can be repeated. */
  readonly readOnly: boolean
  /** Whether calls of others may be sent with it: a prepared read of the rows that one key leads to, or write of single rows. */
  readonly isShared?: boolean | undefined
  /** The statement that does what several queries of this name do; without it, each is sent by itself. */
  readonly merged?: MergedForm | undefined
  /** Whether the server must refuse several statements separated by semicolons. */
  readonly isSingle?: boolean | undefined
  /** The rows of a `copy … from stdin`, in its text format. */
  readonly rows?: Buffer | undefined
  /** Its operation and table, for observers of calls. */
  readonly target?: Target | undefined
  /** Sent between BEGIN READ ONLY and COMMIT, in one message with them. */
  readonly inReadOnlyTransaction?: boolean | undefined
  /** Answered before this query, in its read-only transaction. */
  readonly check?: Query | undefined
  /** Sets who acts, up to the end of the transaction; sent in front of this query, in the same message. */
  readonly actor?: ActorStatement | undefined
  /** Whether this is a BEGIN, which its actor follows. */
  readonly opensTransaction?: boolean | undefined
  /** Returns the result in parts; in a transaction only. */
  readonly portal?: Portal | undefined
}

/**
 * A statement that stands for several queries of one name, which change different rows. Its parameters are those of the
 * queries, each as an array; its rows have the column `$n` at their end, the number of their query from 1 on.
 */
export interface MergedForm {
  readonly name: string
  readonly sql: string
  /** The place of the parameter that identifies the row, a UUID, among the parameters. */
  readonly key: number
}

/** The operation of a query, and its table if it uses one only. */
export interface Target {
  readonly operation: string
  readonly table?: string | undefined
}

/** A query whose rows the server keeps until they are asked for. It exists until the end of the transaction. */
export interface Portal {
  readonly name: string
  /** Rows of one part at most. */
  readonly chunkSize: number
  /** Whether the query has begun, so that this is a later part. */
  readonly isOpen: boolean
}

export interface Result {
  readonly rows: unknown[]
  readonly rowCount: number | null
  readonly command: string
  /** Whether the portal may have more rows. */
  readonly isSuspended?: boolean | undefined
  /** The row of the query's `check`. */
  readonly checked?: unknown
}
