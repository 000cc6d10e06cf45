import { DatabaseError } from './database-error.ts'

/**
 * The server, or a machine on the way to it, refuses how the database was opened: the user, the password, the database's
 * name, TLS, or an option. Retrying does not help. Thrown by `openDatabase` or by the first call.
 */
export class ConfigurationError extends DatabaseError {
  override readonly name = 'ConfigurationError'
}

/**
 * The change was committed, but no synchronous standby has confirmed it: the wait for the standby was cancelled by a
 * timeout, a signal or an administrator. The change is visible, and is lost if the primary is lost now. Do not repeat it.
 */
export class UnconfirmedCommitError extends DatabaseError {
  override readonly name = 'UnconfirmedCommitError'

  constructor(options?: ErrorOptions) {
    super('The change was committed, but is not confirmed by a standby. Do not repeat it.', options)
  }
}
