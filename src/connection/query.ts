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

/** A statement with its values, a query written by the service, or transaction control. */
export interface Query {
  readonly name?: string | undefined
  readonly sql: string
  readonly values?: readonly unknown[] | undefined
  /** Whether connections keep it prepared under its name. */
  readonly prepared: boolean
  /** Whether it changes nothing, so that it can be repeated. */
  readonly readOnly: boolean
  /** Whether other callers' reads may be sent with it: a prepared select of the rows that one key leads to. */
  readonly isShared?: boolean | undefined
  /** Whether the server must refuse several statements separated by semicolons. */
  readonly isSingle?: boolean | undefined
  /** The rows of a `copy … from stdin`, in its text format. */
  readonly rows?: Buffer | undefined
  /** Returns the result in parts; in a transaction only. */
  readonly portal?: Portal | undefined
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
}
