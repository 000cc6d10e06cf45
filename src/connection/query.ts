/** The last argument of every call that reaches the server. */
export interface CallOptions {
  /** Cancels the call, on the server too; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /**
   * Milliseconds for the whole call, waiting for a free connection included. After them the call is cancelled,
   * on the server too, and rejects with UnavailableError.
   */
  timeout?: number | undefined
}

/** A statement with its values, a query of the service's own, or transaction control. */
export interface Query {
  readonly name?: string | undefined
  readonly sql: string
  readonly values?: readonly unknown[] | undefined
  /** Whether connections keep it prepared under its name. */
  readonly prepared: boolean
  /** Whether running it twice is the same as running it once. */
  readonly readOnly: boolean
  /** Whether it may be sent together with what others ask: a prepared select of what one key leads to. */
  readonly isShared?: boolean | undefined
  /** The rows of a `copy … from stdin`, in its text format. */
  readonly rows?: Buffer | undefined
}

export interface Result {
  readonly rows: unknown[]
  readonly rowCount: number | null
  readonly command: string
}
