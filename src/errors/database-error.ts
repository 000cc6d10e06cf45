/**
 * Base class of all errors of this library; also thrown for any other error of the server. `message` is a whole
 * sentence; `cause` is the error of `pg`, without the contents of rows.
 */
export class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError'
  /**
   * The SQLSTATE of the server's error, for example `23505`; absent where the error does not come from the server.
   * https://www.postgresql.org/docs/current/errcodes-appendix.html
   */
  declare readonly code?: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    const { cause } = this
    const code = isServerError(cause) || cause instanceof DatabaseError ? cause.code : undefined
    if (code !== undefined) this.code = code
  }
}

/** An error that PostgreSQL reports, as `pg` passes it on: https://www.postgresql.org/docs/current/protocol-error-fields.html */
export interface ServerError extends Error {
  code: string
  /** In the language of the server's messages. */
  severity: string
  detail?: string
  where?: string
  schema?: string
  table?: string
  column?: string
  dataType?: string
  constraint?: string
  routine?: string
}

export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
}
