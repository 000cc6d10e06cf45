import { DatabaseError } from './database-error.ts'

/**
 * Serialization failure or deadlock (SQLSTATE 40001 or 40P01). The transaction was rolled back; retry it. Thrown by any
 * call in a transaction, and by `transaction()` once its `retries` are used up.
 */
export class SerializationError extends DatabaseError {
  override readonly name = 'SerializationError'
}

/**
 * The database is unavailable: it cannot be reached, the connection was lost, the server is starting up or has no
 * connection left, or the call took too long. Thrown by any call.
 */
export class UnavailableError extends DatabaseError {
  override readonly name = 'UnavailableError'
  /** True only if the statement definitely had no effect, so that repeating the call is safe. */
  readonly retryable: boolean

  constructor(message: string, retryable: boolean, options?: ErrorOptions) {
    super(message, options)
    this.retryable = retryable
  }
}
